//! What sessions add to the sums of quarters of an hour and of fortnights, gathered and then written in one go.

use std::collections::BTreeMap;

use rusqlite::Connection;

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
}

/// A scope, whether its sessions are marked, and the quarter or fortnight.
type Key = (i64, bool, i64);

/// What is to be added to the sums.
#[derive(Debug, Default)]
pub(super) struct Deltas {
    /// sessions, session_touches, session_views, active_ms, touches, views, ends
    quarters: BTreeMap<Key, [i64; 7]>,
    /// By screen: sessions, touches, landed, nowhere, in_vain, views, last, page_changes, pages_turned
    fortnights: BTreeMap<(Key, i64), [i64; 9]>,
}

impl Deltas {
    /// Adds what a session contributes, or takes it away with a sign of -1.
    pub(super) fn add(&mut self, of: &Contribution, scopes: &[i64], sign: i64) {
        for &scope in scopes {
            let mut add = |time_ms: i64, values: [i64; 7]| {
                let key = (scope, of.marked, time_ms.div_euclid(QUARTER_MS));
                add_to(self.quarters.entry(key).or_default(), values, sign);
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
            let key = (scope, of.marked, fortnight);
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
                add_to(
                    self.fortnights.entry((key, *screen)).or_default(),
                    values,
                    sign,
                );
            }
        }
    }

    /// Writes all of it. Sums that come to nothing leave no row.
    pub(super) fn write(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut add = connection.prepare_cached(include_str!("add_to_quarter.sql"))?;
        let mut remove = connection.prepare_cached(include_str!("remove_empty_quarter.sql"))?;
        for ((scope, marked, quarter), values) in std::mem::take(&mut self.quarters) {
            if values == [0; 7] {
                continue;
            }
            let key = [scope, i64::from(marked), quarter];
            add.execute(rusqlite::params_from_iter(key.into_iter().chain(values)))?;
            if values.iter().any(|value| *value < 0) {
                remove.execute(key)?;
            }
        }
        let mut add = connection.prepare_cached(include_str!("add_to_screen_fortnight.sql"))?;
        let mut remove =
            connection.prepare_cached(include_str!("remove_empty_screen_fortnight.sql"))?;
        for (((scope, marked, fortnight), screen), values) in std::mem::take(&mut self.fortnights) {
            if values == [0; 9] {
                continue;
            }
            let key = [scope, i64::from(marked), fortnight, screen];
            add.execute(rusqlite::params_from_iter(key.into_iter().chain(values)))?;
            if values.iter().any(|value| *value < 0) {
                remove.execute(key)?;
            }
        }
        Ok(())
    }
}

fn add_to<const N: usize>(sums: &mut [i64; N], values: [i64; N], sign: i64) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += sign * value;
    }
}
