//! Medians and other ranks of whole numbers.

use super::by_id::ById;
use crate::model::table::Cell;

/// Whole numbers in order.
#[derive(Debug)]
pub(super) enum Values {
    /// One by one.
    Single(Vec<i64>),
    /// Each that occurs, and how often: where most are equal.
    Counted(Vec<(i64, usize)>),
}

impl From<Vec<i64>> for Values {
    fn from(mut values: Vec<i64>) -> Values {
        values.sort_unstable();
        Values::Single(values)
    }
}

impl From<ById<i64, usize>> for Values {
    fn from(counts: ById<i64, usize>) -> Values {
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable();
        Values::Counted(counts)
    }
}

impl Values {
    fn count(&self) -> i128 {
        i128::try_from(self.len()).unwrap_or(i128::MAX)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Values::Single(values) => values.len(),
            Values::Counted(counts) => counts.iter().map(|(_, count)| count).sum(),
        }
    }

    /// Their sum.
    pub(super) fn sum(&self) -> i128 {
        match self {
            Values::Single(values) => values.iter().map(|value| i128::from(*value)).sum(),
            Values::Counted(counts) => {
                let products = counts.iter().map(|(value, count)| {
                    i128::from(*value) * i128::try_from(*count).unwrap_or(i128::MAX)
                });
                products.sum()
            }
        }
    }

    /// The one of a rank, counted from 0.
    fn at(&self, rank: usize) -> Option<i64> {
        match self {
            Values::Single(values) => values.get(rank).copied(),
            Values::Counted(counts) => {
                let mut below = 0;
                let mut reaches = counts.iter().skip_while(|(_, count)| {
                    below += *count;
                    below <= rank
                });
                reaches.next().map(|(value, _)| *value)
            }
        }
    }

    /// Twice the mean of the middle two, and 2; nothing of nothing, and 0.
    fn median(&self) -> (i128, i128) {
        let last = self.len().saturating_sub(1);
        match self.at(last / 2).zip(self.at(last.div_ceil(2))) {
            Some((low, high)) => (i128::from(low) + i128::from(high), 2),
            None => (0, 0),
        }
    }

    /// The mean of the middle two.
    pub(super) fn median_ratio(&self) -> Cell {
        let (dividend, divisor) = self.median();
        Cell::ratio(dividend, divisor)
    }

    /// The mean of all.
    pub(super) fn mean_ratio(&self) -> Cell {
        Cell::ratio(self.sum(), self.count())
    }

    /// The mean of the middle two, of milliseconds in seconds.
    pub(super) fn median_seconds(&self) -> Cell {
        let (dividend, divisor) = self.median();
        Cell::mean_seconds(dividend, divisor)
    }

    /// The mean of all, of milliseconds in seconds.
    pub(super) fn mean_seconds(&self) -> Cell {
        Cell::mean_seconds(self.sum(), self.count())
    }

    /// What nine of ten are below, of milliseconds in seconds: between ranks in proportion.
    pub(super) fn p90_seconds(&self) -> Cell {
        let last = self.len().saturating_sub(1);
        let (rank, tenths) = (last * 9 / 10, last * 9 % 10);
        match self.at(rank).zip(self.at((rank + 1).min(last))) {
            Some((low, high)) => {
                let (low, high) = (i128::from(low), i128::from(high));
                let tenths = i128::try_from(tenths).unwrap_or_default();
                Cell::mean_seconds(low * 10 + (high - low) * tenths, 10)
            }
            None => Cell::Nothing,
        }
    }

    /// The least, of milliseconds in seconds.
    pub(super) fn min_seconds(&self) -> Cell {
        self.at(0).map_or(Cell::Nothing, Cell::seconds)
    }

    /// The greatest, of milliseconds in seconds.
    pub(super) fn max_seconds(&self) -> Cell {
        let last = self.len().saturating_sub(1);
        self.at(last).map_or(Cell::Nothing, Cell::seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: Cell) -> String {
        match cell {
            Cell::Decimal(decimal) => decimal.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn ranks_lie_between_values_in_proportion() {
        for (values, median, p90, mean) in [
            (vec![], "Nothing", "Nothing", "Nothing"),
            (vec![5], "0.005", "0.005", "0.005"),
            (vec![2, 1], "0.002", "0.002", "0.002"),
            (vec![7, 1, 1, 1], "0.001", "0.005", "0.003"),
            (vec![0, 10, 20, 30], "0.015", "0.027", "0.015"),
            (
                vec![
                    0, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000,
                ],
                "5",
                "9",
                "5",
            ),
        ] {
            let mut counts = ById::default();
            values
                .iter()
                .for_each(|value| *counts.entry(*value).or_default() += 1);
            for values in [Values::from(values), Values::from(counts)] {
                let found = [
                    values.median_seconds(),
                    values.p90_seconds(),
                    values.mean_seconds(),
                ];
                assert_eq!(found.map(text), [median, p90, mean], "{values:?}");
            }
        }
    }
}
