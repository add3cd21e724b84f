//! Maps from the numbers of names, which are looked up for every row of a report.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from numbers of the file, or a few of them together.
pub(super) type ById<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Spreads numbers that the server itself has given, one after the other: nobody can choose them to collide, so this needs
/// no secret and is several times as fast as the usual hasher.
#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

/// An odd number whose bits look random: 2⁶⁴ divided by the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(29) ^ number).wrapping_mul(SPREAD);
        self.0 ^= self.0 >> 32;
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number.cast_unsigned());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(u64::try_from(number).unwrap_or(u64::MAX));
    }

    fn write_isize(&mut self, number: isize) {
        self.write_usize(number.unsigned_abs());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::{BuildHasher, BuildHasherDefault};

    use super::*;

    #[test]
    fn numbers_and_pairs_of_them_are_spread() {
        let hasher = BuildHasherDefault::<IdHasher>::default();
        let mut low = HashSet::new();
        let mut high = HashSet::new();
        for pair in (0..64_i64).flat_map(|a| (0..64_i64).map(move |b| (a, b))) {
            let hash = hasher.hash_one(pair);
            low.insert(hash & 0xFFFF);
            high.insert(hash >> 48);
        }
        // Of 4,096 numbers below 65,536, chance would leave about 3,970 different ones.
        assert!(
            low.len() > 3_700 && high.len() > 3_700,
            "{} {}",
            low.len(),
            high.len()
        );
    }
}
