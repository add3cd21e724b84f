//! What sessions add to the sums of quarters of an hour and of fortnights, gathered and then written in one go.

use std::collections::BTreeMap;

use rusqlite::{Connection, params_from_iter};

use crate::derive::ScreenSums;
use crate::model::calendar::{FORTNIGHT_MS, QUARTER_MS};

/// What a session adds to the sums.
#[derive(Debug, Default)]
pub(super) struct Contribution {
    pub(super) start_ms: i64,
    pub(super) consumer_id: Option<i64>,
    pub(super) device: Option<i64>,
    pub(super) marked: bool,
    pub(super) left_out: bool,
    pub(super) touches: i64,
    pub(super) views: i64,
    pub(super) active_ms: i64,
    pub(super) end_ms: i64,
    pub(super) touch_times: Vec<i64>,
    pub(super) view_times: Vec<i64>,
    pub(super) screens: Vec<(i64, ScreenSums)>,
    /// How often each target was hit, by place (0 for none) and target.
    pub(super) targets: BTreeMap<(i64, i64), i64>,
}

/// Sums by their keys in a table: scope, whether sessions are marked, quarter or fortnight, …
type Sums<const K: usize, const N: usize> = BTreeMap<[i64; K], [i64; N]>;

/// What is to be added to the sums.
#[derive(Debug, Default)]
pub(super) struct Deltas {
    /// sessions, session_touches, session_views, active_ms, touches, views, ends
    quarters: Sums<3, 7>,
    /// By screen: sessions, touches, landed, nowhere, in_vain, views, last, page_changes, pages_turned
    screens: Sums<4, 9>,
    /// By place and target: touches, sessions
    targets: Sums<5, 2>,
}

impl Deltas {
    /// Adds what a session contributes, or takes it away with a sign of -1.
    pub(super) fn add(&mut self, of: &Contribution, scopes: &[i64], sign: i64) {
        let marked = i64::from(of.marked);
        for &scope in scopes {
            let mut add = |time_ms: i64, values: [i64; 7]| {
                let key = [scope, marked, time_ms.div_euclid(QUARTER_MS)];
                add_to(&mut self.quarters, key, values, sign);
            };
            let began = [1, of.touches, of.views, of.active_ms, 0, 0, 0];
            add(of.start_ms, began);
            add(of.end_ms, [0, 0, 0, 0, 0, 0, 1]);
            for time_ms in &of.touch_times {
                add(*time_ms, [0, 0, 0, 0, 1, 0, 0]);
            }
            for time_ms in &of.view_times {
                add(*time_ms, [0, 0, 0, 0, 0, 1, 0]);
            }
            let fortnight = of.start_ms.div_euclid(FORTNIGHT_MS);
            for (screen, sums) in &of.screens {
                let values = [
                    i64::from(sums.views > 0),
                    sums.touches,
                    sums.landed,
                    sums.nowhere,
                    sums.in_vain,
                    sums.views,
                    sums.last,
                    sums.page_changes,
                    sums.pages_turned,
                ];
                let key = [scope, marked, fortnight, *screen];
                add_to(&mut self.screens, key, values, sign);
            }
            for ((place, target), touches) in &of.targets {
                let key = [scope, marked, fortnight, *place, *target];
                add_to(&mut self.targets, key, [*touches, 1], sign);
            }
        }
    }

    /// Writes all of it.
    pub(super) fn write(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        write(
            connection,
            &mut self.quarters,
            include_str!("add_to_quarter.sql"),
            include_str!("remove_empty_quarter.sql"),
        )?;
        write(
            connection,
            &mut self.screens,
            include_str!("add_to_screen_fortnight.sql"),
            include_str!("remove_empty_screen_fortnight.sql"),
        )?;
        write(
            connection,
            &mut self.targets,
            include_str!("add_to_target_fortnight.sql"),
            include_str!("remove_empty_target_fortnight.sql"),
        )
    }
}

fn add_to<const K: usize, const N: usize>(
    sums: &mut Sums<K, N>,
    key: [i64; K],
    values: [i64; N],
    sign: i64,
) {
    let sums = sums.entry(key).or_insert([0; N]);
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += sign * value;
    }
}

/// Writes the sums of a table. Those that come to nothing leave no row.
fn write<const K: usize, const N: usize>(
    connection: &Connection,
    sums: &mut Sums<K, N>,
    add: &str,
    remove_empty: &str,
) -> rusqlite::Result<()> {
    let mut add = connection.prepare_cached(add)?;
    let mut remove_empty = connection.prepare_cached(remove_empty)?;
    for (key, values) in std::mem::take(sums) {
        if values == [0; N] {
            continue;
        }
        add.execute(params_from_iter(key.into_iter().chain(values)))?;
        if values.iter().any(|value| *value < 0) {
            remove_empty.execute(params_from_iter(key))?;
        }
    }
    Ok(())
}
