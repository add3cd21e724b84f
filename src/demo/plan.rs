//! Which visits there were by now.

use super::house::OpenDay;
use super::oddities;
use super::visit::Visit;
use crate::model::Moment;
use crate::model::calendar::HOUR_MS;
use crate::model::zone::LocalClock;

/// So many dates before today.
const DATES: i64 = 182;

/// Half a year of the museum, as it is known at one moment.
#[derive(Debug)]
pub(super) struct Plan {
    clock: LocalClock,
    pub(super) now: Moment,
    /// When the café's table was last heard of.
    pub(super) unplugged: Moment,
}

/// What one day brings.
#[derive(Debug)]
pub(super) struct Day {
    /// In the order in which they are sent.
    pub(super) visits: Vec<Visit>,
    /// Whether the first of them is a test by the staff.
    pub(super) begins_with_a_test: bool,
}

impl Plan {
    pub(super) fn new(clock: LocalClock, now: Moment) -> Plan {
        let unplugged = now.plus_ms(-HOUR_MS);
        Plan {
            clock,
            now,
            unplugged,
        }
    }

    /// The days on which the museum was open, the first one first.
    pub(super) fn days(&self) -> impl Iterator<Item = Day> {
        let today = self.clock.date(self.now.as_ms());
        let dates = today - DATES..=today;
        let mut days: Vec<_> = dates
            .filter_map(|date| OpenDay::new(&self.clock, date))
            .collect();
        // Days that have not begun yet have no oddities either.
        days.retain(|day| day.opens_ms <= self.now.as_ms());
        let count = days.len();
        (days.into_iter().zip(0..)).map(move |(day, at)| self.day(day, count - at))
    }

    /// The visits of a day, of which there are so many up to now, this one included.
    fn day(&self, day: OpenDay, days_left: usize) -> Day {
        let mut visits = day.visits(self.now.as_ms(), self.unplugged.as_ms());
        // Lately enough to be found in lists.
        match days_left {
            2 => visits.insert(0, oddities::staff_test(day.date, day.opens_ms)),
            3 => {
                let repeated = visits.iter().max_by_key(|visit| visit.said.len());
                let echo = repeated.map(|visit| oddities::echo(day.date, visit));
                visits.extend(echo);
            }
            9 => visits.insert(0, oddities::wet_cloth(day.date, day.opens_ms)),
            _ => {}
        }
        Day {
            visits,
            begins_with_a_test: days_left == 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::calendar::weekday;
    use crate::model::zone::Zone;
    use crate::model::{Event, What};

    fn plan(zone: &str, now: &str) -> Plan {
        let clock = LocalClock::new(Zone::find(zone).unwrap());
        Plan::new(clock, Moment::parse(now).unwrap())
    }

    /// A Wednesday afternoon in September.
    fn september() -> Plan {
        plan("Europe/Oslo", "2026-09-23T13:00:00Z")
    }

    fn device(visit: &Visit) -> &str {
        match &visit.said[0].1 {
            What::Start(Some(device)) => device.as_str(),
            _ => "",
        }
    }

    #[test]
    fn it_is_the_same_each_time_and_yesterday_stays_as_it_was() {
        let all = |plan: &Plan| -> Vec<Visit> { plan.days().flat_map(|day| day.visits).collect() };
        assert_eq!(all(&september()), all(&september()));
        // Two weeks later the same weeks hold the same visits; only the oddities have moved.
        let later = all(&plan("Europe/Oslo", "2026-10-07T13:00:00Z"));
        let august = |visit: &&Visit| {
            let begin = Moment::saturating(visit.begin_ms()).to_string();
            begin.starts_with("2026-08")
        };
        let (before, after) = (all(&september()), later);
        let before: Vec<_> = before.iter().filter(august).collect();
        assert!(before.len() > 500);
        assert!(before == after.iter().filter(august).collect::<Vec<_>>());
    }

    #[test]
    fn it_is_of_a_size_that_is_quickly_made() {
        let visits: Vec<_> = september().days().flat_map(|day| day.visits).collect();
        let events: usize = visits.iter().map(|visit| visit.said.len() - 2).sum();
        assert!((6_000..10_000).contains(&visits.len()), "{}", visits.len());
        assert!((80_000..150_000).contains(&events), "{events}");
        let plan = september();
        let items = |day: Day| day.visits.iter().map(|visit| visit.said.len()).sum();
        let most: usize = plan.days().map(items).max().unwrap();
        assert!(most < crate::limits::BATCH_ITEMS, "{most}");
    }

    #[test]
    fn mondays_are_empty_and_saturdays_are_fullest() {
        for (zone, now) in [
            ("Europe/Oslo", "2026-09-23T13:00:00Z"),
            ("America/Los_Angeles", "2027-02-01T08:00:00Z"),
            ("Pacific/Auckland", "2026-12-31T20:00:00Z"),
        ] {
            let plan = plan(zone, now);
            let mut visits = [0; 8];
            for visit in plan.days().flat_map(|day| day.visits) {
                let weekday = weekday(plan.clock.date(visit.begin_ms()));
                visits[usize::try_from(weekday).unwrap()] += 1;
            }
            assert_eq!(visits[1], 0, "{zone}");
            let others = visits.iter().take(6).chain(&visits[7..]).max().unwrap();
            assert!(visits[6] * 10 > others * 12, "{zone} {visits:?}");
        }
    }

    #[test]
    fn a_table_has_one_visitor_at_a_time_and_the_last_one_is_silent_for_an_hour() {
        let plan = september();
        let days: Vec<_> = plan.days().collect();
        let echo = 1;
        let mut overlaps = 0;
        for day in &days {
            for table in ["table-1", "table-2", "table-3"] {
                let visits = day.visits.iter().filter(|visit| device(visit) == table);
                let mut visits: Vec<_> = visits.collect();
                visits.sort_by_key(|visit| visit.begin_ms());
                let pairs = visits.windows(2);
                overlaps += pairs
                    .filter(|pair| pair[0].end_ms() > pair[1].begin_ms())
                    .count();
            }
        }
        assert_eq!(overlaps, echo);
        let today = &days.last().unwrap().visits;
        let last = |table: &str| {
            let visits = today.iter().filter(|visit| device(visit) == table);
            visits.map(Visit::end_ms).max().unwrap()
        };
        assert!(last("table-1").max(last("table-2")) <= plan.now.as_ms());
        assert!(last("table-1").max(last("table-2")) > plan.unplugged.as_ms());
        assert!(last("table-3") <= plan.unplugged.as_ms());
    }

    #[test]
    fn a_visit_is_told_in_order_and_numbered() {
        for visit in september().days().flat_map(|day| day.visits) {
            assert!(visit.said.is_sorted_by_key(|(at_ms, _)| *at_ms));
            let seqs = visit.said.iter().filter_map(|(_, what)| match what {
                What::Event(Event { seq, .. }) => seq.map(|seq| seq.get()),
                _ => None,
            });
            assert!(seqs.eq(1..i64::try_from(visit.said.len()).unwrap() - 1));
        }
    }

    #[test]
    fn before_the_first_opening_today_there_is_nothing_today() {
        let plan = plan("UTC", "2026-09-23T09:59:00Z");
        let last = plan.days().last().unwrap();
        let begin = last.visits.iter().map(Visit::begin_ms).max().unwrap();
        assert!(begin < plan.now.as_ms() - 12 * HOUR_MS);
    }
}
