//! How much of its opening time a device is used.

/// What is known of a device. Its sessions come in the order of their starts.
#[derive(Debug, Default)]
pub(super) struct Device {
    /// From when to when each session was active.
    pub(super) active: Vec<(i64, i64)>,
    /// Each date on which sessions began, with their first and their last active moment.
    dates: Vec<(i64, i64, i64)>,
}

impl Device {
    /// Adds the active time of a session that began on a date.
    pub(super) fn add(&mut self, date: i64, from_ms: i64, to_ms: i64) {
        self.active.push((from_ms, to_ms));
        // A clock that is put back over midnight shows the date before once more.
        let mut near = self.dates.iter_mut().rev().take(3);
        match near.find(|(known, ..)| *known == date) {
            Some((_, first, last)) => {
                *first = (*first).min(from_ms);
                *last = (*last).max(to_ms);
            }
            None => self.dates.push((date, from_ms, to_ms)),
        }
    }

    /// From the first to the last active moment of each date, over all dates.
    pub(super) fn open_ms(&self) -> i128 {
        let dates = self.dates.iter();
        dates.map(|(_, first, last)| i128::from(last - first)).sum()
    }

    /// How long at least one session was active.
    pub(super) fn used_ms(&mut self) -> i128 {
        // They are nearly in order already, which this kind of sorting is quick about.
        self.active.sort();
        let (mut used, mut covered) = (0, i64::MIN);
        for (from_ms, to_ms) in &self.active {
            used += i128::from((to_ms - (*from_ms).max(covered)).max(0));
            covered = covered.max(*to_ms);
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_times_count_once_where_they_overlap() {
        for (times, expected) in [
            (vec![], 0),
            (vec![(0, 10), (5, 20)], 20),
            (vec![(0, 100), (10, 20), (50, 110)], 110),
            (vec![(5, 5), (5, 5), (7, 9)], 2),
            (vec![(-20, -10), (-15, 5)], 25),
        ] {
            let mut device = Device {
                active: times.clone(),
                ..Device::default()
            };
            assert_eq!(device.used_ms(), expected, "{times:?}");
        }
    }

    #[test]
    fn a_device_is_open_from_the_first_to_the_last_moment_of_each_date() {
        let mut device = Device::default();
        for (date, from_ms, to_ms) in [(7, 0, 10), (7, 50, 60), (8, 100, 130), (7, 110, 120)] {
            device.add(date, from_ms, to_ms);
        }
        assert_eq!(device.open_ms(), 120 + 30);
    }
}
