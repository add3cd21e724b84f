//! `overview`: one row that sums everything up.

use std::collections::HashMap;

use super::chosen::{Context, of_selected};
use super::screens;
use super::values::Values;
use crate::model::table::{Cell, Cells};

/// The active time of a session, on the device that it ran on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Active {
    device: Option<i64>,
    from_ms: i64,
    to_ms: i64,
}

/// What is gathered in the one pass over the sessions.
#[derive(Debug, Default)]
struct Gathered {
    touched: i64,
    open: i64,
    events: i64,
    single_view: i64,
    touches: Vec<i64>,
    views: Vec<i64>,
    active: Vec<Active>,
    /// By device and date: the first and the last active moment.
    opening: HashMap<(Option<i64>, i64), (i64, i64)>,
}

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut all = Gathered::default();
    context.each(of_selected!("overview.sql"), |row| {
        let (touches, views): (i64, i64) = (row.get(3)?, row.get(4)?);
        all.touched += i64::from(touches > 0);
        all.single_view += i64::from(views == 1);
        all.touches.push(touches);
        all.views.push(views);
        if let Some(from_ms) = row.get::<_, Option<i64>>(5)? {
            let active_ms: i64 = row.get(6)?;
            let active = Active {
                device: row.get(2)?,
                from_ms,
                to_ms: from_ms + active_ms,
            };
            let date = context.range.clock.date(row.get(0)?);
            let opening = all.opening.entry((active.device, date));
            let opening = opening.or_insert((active.from_ms, active.to_ms));
            opening.0 = opening.0.min(active.from_ms);
            opening.1 = opening.1.max(active.to_ms);
            all.active.push(active);
        }
        all.events += row.get::<_, i64>(7)?;
        all.open += i64::from(row.get::<_, bool>(8)?);
        Ok(())
    })?;
    let opened: i128 = (all.opening.values())
        .map(|(first, last)| i128::from(last - first))
        .sum();
    let used = union_ms(&mut all.active);
    let screens = screens::sums(context)?;
    let screens = screens.values().filter(|sums| sums.is_screen()).count();
    let active = all
        .active
        .iter()
        .map(|active| active.to_ms - active.from_ms);
    let active = Values::from(active.collect::<Vec<_>>());
    let (touches, views) = (Values::from(all.touches), Values::from(all.views));
    let sum = |values: &Values| Cell::Number(i64::try_from(values.sum()).unwrap_or(i64::MAX));
    Ok(vec![vec![
        Cell::count(touches.len()),
        Cell::Number(all.touched),
        Cell::Number(all.open),
        Cell::Number(all.events),
        sum(&touches),
        sum(&views),
        Cell::count(screens),
        Cell::Number(all.single_view),
        touches.mean_ratio(),
        touches.median_ratio(),
        views.mean_ratio(),
        views.median_ratio(),
        active.mean_seconds(),
        active.median_seconds(),
        active.p90_seconds(),
        Cell::ratio(used, opened),
    ]])
}

/// How long at least one session of a device was active, over all devices.
fn union_ms(active: &mut [Active]) -> i128 {
    active.sort_unstable();
    let mut union: i128 = 0;
    let mut covered: Option<Active> = None;
    for active in active.iter() {
        let from_ms = match covered {
            Some(before) if before.device == active.device => before.to_ms.max(active.from_ms),
            _ => {
                covered = Some(*active);
                active.from_ms
            }
        };
        union += i128::from((active.to_ms - from_ms).max(0));
        if let Some(covered) = &mut covered {
            covered.to_ms = covered.to_ms.max(active.to_ms);
        }
    }
    union
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_times_of_a_device_count_once_where_they_overlap() {
        let active = |device, from_ms, to_ms| Active {
            device,
            from_ms,
            to_ms,
        };
        for (times, expected) in [
            (vec![], 0),
            (vec![active(None, 0, 10), active(None, 5, 20)], 20),
            (vec![active(None, 0, 10), active(Some(1), 5, 20)], 25),
            (
                vec![
                    active(Some(1), 0, 100),
                    active(Some(1), 10, 20),
                    active(Some(1), 50, 110),
                ],
                110,
            ),
            (
                vec![
                    active(Some(1), 5, 5),
                    active(Some(1), 5, 5),
                    active(Some(1), 7, 9),
                ],
                2,
            ),
        ] {
            assert_eq!(union_ms(&mut times.clone()), expected, "{times:?}");
        }
    }
}
