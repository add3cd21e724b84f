//! Medians and other ranks of whole numbers.

use crate::model::table::Cell;

/// Whole numbers in order.
#[derive(Debug, Default)]
pub(super) struct Values(Vec<i64>);

impl From<Vec<i64>> for Values {
    fn from(mut values: Vec<i64>) -> Values {
        values.sort_unstable();
        Values(values)
    }
}

impl Values {
    fn count(&self) -> i128 {
        i128::try_from(self.0.len()).unwrap_or(i128::MAX)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Their sum.
    pub(super) fn sum(&self) -> i128 {
        self.0.iter().map(|value| i128::from(*value)).sum()
    }

    /// Twice the mean of the middle two, and 2; nothing of nothing, and 0.
    fn median(&self) -> (i128, i128) {
        let count = self.0.len();
        match count {
            0 => (0, 0),
            _ => {
                let (low, high) = (self.0[(count - 1) / 2], self.0[count / 2]);
                (i128::from(low) + i128::from(high), 2)
            }
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
        let Some(last) = self.0.len().checked_sub(1) else {
            return Cell::Nothing;
        };
        let (rank, tenths) = (
            last * 9 / 10,
            i128::try_from(last * 9 % 10).unwrap_or_default(),
        );
        let low = i128::from(self.0[rank]);
        let high = i128::from(self.0[(rank + 1).min(last)]);
        Cell::mean_seconds(low * 10 + (high - low) * tenths, 10)
    }

    /// The least, of milliseconds in seconds.
    pub(super) fn min_seconds(&self) -> Cell {
        self.0
            .first()
            .map_or(Cell::Nothing, |ms| Cell::seconds(*ms))
    }

    /// The greatest, of milliseconds in seconds.
    pub(super) fn max_seconds(&self) -> Cell {
        self.0.last().map_or(Cell::Nothing, |ms| Cell::seconds(*ms))
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
            let values = Values::from(values);
            let found = [
                values.median_seconds(),
                values.p90_seconds(),
                values.mean_seconds(),
            ]
            .map(text);
            assert_eq!(found, [median, p90, mean], "{values:?}");
        }
    }
}
