//! Tables of figures, exact until they are written.

/// One figure of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Unknown.
    Nothing,
    /// A whole number.
    Number(i64),
    /// A number with a fraction.
    Decimal(Decimal),
    /// A date, in days since 1970.
    Date(i64),
    /// A name or a time.
    Text(String),
    /// Names in order.
    Path(Vec<String>),
}

/// One row of a report, a cell for each column.
pub type Cells = Vec<Cell>;

impl Cell {
    /// A number in memory.
    pub fn count(things: usize) -> Cell {
        Cell::Number(i64::try_from(things).unwrap_or(i64::MAX))
    }

    /// A text, if there is one.
    pub fn text(text: Option<String>) -> Cell {
        text.map_or(Cell::Nothing, Cell::Text)
    }

    /// A fraction, rounded to 6 decimals; nothing without a divisor.
    pub fn ratio(dividend: impl Into<i128>, divisor: impl Into<i128>) -> Cell {
        Decimal::round(dividend.into(), divisor.into(), 6).map_or(Cell::Nothing, Cell::Decimal)
    }

    /// Seconds of a whole number of milliseconds.
    pub fn seconds(ms: impl Into<i128>) -> Cell {
        Cell::mean_seconds(ms, 1)
    }

    /// Seconds of so many parts of a number of milliseconds, rounded to 3 decimals; nothing without parts.
    pub fn mean_seconds(ms: impl Into<i128>, parts: impl Into<i128>) -> Cell {
        let parts: i128 = parts.into();
        Decimal::round(ms.into(), parts * 1000, 3).map_or(Cell::Nothing, Cell::Decimal)
    }
}

/// A decimal number: so many units of 10 to the power of minus `places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    units: i128,
    places: u32,
}

impl Decimal {
    /// A fraction of whole numbers, rounded once, half away from zero. `None` if the divisor is 0.
    fn round(dividend: i128, divisor: i128, places: u32) -> Option<Decimal> {
        if divisor == 0 {
            return None;
        }
        let scaled = dividend * 10_i128.pow(places);
        let half_up = (2 * scaled.abs() + divisor.abs()) / (2 * divisor.abs());
        Some(Decimal {
            units: half_up * scaled.signum() * divisor.signum(),
            places,
        })
    }
}

impl std::fmt::Display for Decimal {
    /// As short as it can be: `2`, `0.5`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let power = 10_u128.pow(self.places);
        let units = self.units.unsigned_abs();
        let sign = if self.units < 0 { "-" } else { "" };
        write!(f, "{sign}{}", units / power)?;
        let places = usize::try_from(self.places).unwrap_or_default();
        let fraction = format!("{:0places$}", units % power);
        match fraction.trim_end_matches('0') {
            "" => Ok(()),
            digits => write!(f, ".{digits}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_rounded_once_and_half_away_from_zero() {
        for (dividend, divisor, places, expected) in [
            (1, 3, 6, "0.333333"),
            (2, 3, 6, "0.666667"),
            (1, 2, 6, "0.5"),
            (4, 2, 6, "2"),
            (0, 7, 6, "0"),
            (1, 2_000, 3, "0.001"),
            (-1, 2_000, 3, "-0.001"),
            (4_999, 10_000_000, 3, "0"),
            (12_345_678, 1_000, 3, "12345.678"),
        ] {
            let decimal = Decimal::round(dividend, divisor, places).unwrap();
            assert_eq!(decimal.to_string(), expected, "{dividend}/{divisor}");
        }
        assert_eq!(Decimal::round(1, 0, 6), None);
    }
}
