//! Points of touches, packed: the table `session_points` keeps those of a session and a screen as one value.
//!
//! A point is one byte of flags and two or four numbers, little end first: `x`, `y`, and the page's width and height if
//! it says them. Numbers are 16 bits wide if all of the point's fit, which those of screens do, else doubles.

/// Flags: the touch led nowhere, nothing else happened either, there is a size, the numbers are doubles.
const NOWHERE: u8 = 1;
const IN_VAIN: u8 = 2;
const SIZED: u8 = 4;
const WIDE: u8 = 8;

/// A point, in the page's pixels, and what came of touching it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TouchedPoint {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// Width and height of the page, where the event says them.
    pub size: Option<(f64, f64)>,
    /// The touch led to where it was made.
    pub nowhere: bool,
    /// It led nowhere, and nothing else happened either.
    pub in_vain: bool,
}

impl TouchedPoint {
    /// Adds the point to packed ones.
    pub fn pack(&self, packed: &mut Vec<u8>) {
        let (width, height) = self.size.unwrap_or_default();
        let numbers = [self.x, self.y, width, height];
        let numbers = &numbers[..if self.size.is_some() { 4 } else { 2 }];
        let short: Option<Vec<u16>> = numbers.iter().map(|number| as_short(*number)).collect();
        let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        packed.push(
            flag(self.nowhere, NOWHERE)
                | flag(self.in_vain, IN_VAIN)
                | flag(self.size.is_some(), SIZED)
                | flag(short.is_none(), WIDE),
        );
        match short {
            Some(short) => packed.extend(short.into_iter().flat_map(u16::to_le_bytes)),
            None => packed.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
        }
    }

    /// The packed points. What is broken off at the end is no point.
    pub fn unpack(mut packed: &[u8]) -> impl Iterator<Item = TouchedPoint> {
        std::iter::from_fn(move || {
            let (flags, rest) = packed.split_first()?;
            let has = |bit: u8| flags & bit != 0;
            packed = rest;
            let mut number = || {
                if has(WIDE) {
                    packed
                        .split_off(..8)
                        .map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight bytes")))
                } else {
                    packed.split_off(..2).map(|bytes| {
                        f64::from(u16::from_le_bytes(bytes.try_into().expect("two bytes")))
                    })
                }
            };
            Some(TouchedPoint {
                x: number()?,
                y: number()?,
                size: if has(SIZED) {
                    Some((number()?, number()?))
                } else {
                    None
                },
                nowhere: has(NOWHERE),
                in_vain: has(IN_VAIN),
            })
        })
    }
}

/// The number in 16 bits, if it is one that fits.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what the cast has changed is found out"
)]
fn as_short(number: f64) -> Option<u16> {
    let short = number as u16;
    (f64::from(short).to_bits() == number.to_bits()).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_come_back_as_they_were() {
        let numbers = [
            0.0,
            -0.0,
            1.0,
            0.5,
            -1.0,
            65_535.0,
            65_536.0,
            5e-324,
            1e308,
            f64::MIN,
        ];
        let mut points = Vec::new();
        for (at, x) in numbers.into_iter().enumerate() {
            for y in numbers {
                let size = [None, Some((1920.0, 1080.0)), Some((y, x))][at % 3];
                let (nowhere, in_vain) = (at % 2 == 0, at % 4 == 0);
                points.push(TouchedPoint {
                    x,
                    y,
                    size,
                    nowhere,
                    in_vain,
                });
            }
        }
        let mut packed = Vec::new();
        points.iter().for_each(|point| point.pack(&mut packed));
        assert_eq!(TouchedPoint::unpack(&packed).collect::<Vec<_>>(), points);
        let broken = &packed[..packed.len() - 1];
        assert_eq!(TouchedPoint::unpack(broken).count(), points.len() - 1);
    }

    #[test]
    fn a_usual_point_takes_nine_bytes() {
        let point = TouchedPoint {
            x: 1_919.0,
            y: 3.0,
            size: Some((1_920.0, 1_080.0)),
            nowhere: true,
            in_vain: true,
        };
        let mut packed = Vec::new();
        point.pack(&mut packed);
        assert_eq!(packed, [7, 0x7F, 0x07, 3, 0, 0x80, 0x07, 0x38, 0x04]);
        assert_eq!(TouchedPoint::unpack(&packed).collect::<Vec<_>>(), [point]);
    }
}
