//! When the table is used: `days`, `hours`, `grid`, `weekdays`.

use std::collections::BTreeMap;

use super::chosen::Context;
use super::moments::{self, Counts};
use crate::model::calendar::{HOUR_MS, day_of, weekday};
use crate::model::table::{Cell, Cells};

/// Every date of the range, with the sessions that began on it.
pub(super) fn days(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut sums: BTreeMap<i64, Counts> = BTreeMap::new();
    moments::each(context, |local_ms, counts| {
        sums.entry(day_of(local_ms)).or_default().add(counts);
    })?;
    let row = |day: i64| {
        let sums = sums.get(&day).copied().unwrap_or_default();
        vec![
            Cell::Date(day),
            Cell::Number(sums.sessions),
            Cell::Number(sums.session_touches),
            Cell::Number(sums.session_views),
            Cell::seconds(sums.active_ms),
        ]
    };
    Ok(context.range.dates().map(row).collect())
}

/// The hours of the day.
pub(super) fn hours(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut sums = [Counts::default(); 24];
    moments::each(context, |local_ms, counts| {
        sums[hour(local_ms)].add(counts);
    })?;
    let row = |(hour, sums): (i64, &Counts)| {
        vec![
            Cell::Number(hour),
            Cell::Number(sums.sessions),
            Cell::Number(sums.touches),
            Cell::Number(sums.views),
            Cell::Number(sums.session_touches),
        ]
    };
    Ok((0..).zip(&sums).map(row).collect())
}

/// Weekdays and hours.
pub(super) fn grid(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut sums = [[Counts::default(); 24]; 7];
    moments::each(context, |local_ms, counts| {
        sums[weekday_index(day_of(local_ms))][hour(local_ms)].add(counts);
    })?;
    let dates = dates(context);
    let mut rows = Vec::new();
    for (weekday, (hours, dates)) in (1..).zip(sums.iter().zip(dates)) {
        for (hour, sums) in (0..).zip(hours) {
            rows.push(vec![
                Cell::Number(weekday),
                Cell::Number(hour),
                Cell::Number(sums.sessions),
                Cell::Number(sums.touches),
                Cell::Number(dates),
            ]);
        }
    }
    Ok(rows)
}

/// Weekdays, with the sessions that began on them.
pub(super) fn weekdays(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut sums = [Counts::default(); 7];
    moments::each(context, |local_ms, counts| {
        sums[weekday_index(day_of(local_ms))].add(counts);
    })?;
    let row = |(weekday, (sums, dates)): (i64, (&Counts, i64))| {
        vec![
            Cell::Number(weekday),
            Cell::Number(dates),
            Cell::Number(sums.sessions),
            Cell::ratio(sums.sessions, dates),
            Cell::Number(sums.session_touches),
        ]
    };
    let dates = dates(context);
    Ok((1..).zip(sums.iter().zip(dates)).map(row).collect())
}

/// How many dates of each weekday the range touches.
fn dates(context: &Context<'_>) -> [i64; 7] {
    let mut dates = [0; 7];
    for day in context.range.dates() {
        dates[weekday_index(day)] += 1;
    }
    dates
}

fn hour(local_ms: i64) -> usize {
    usize::try_from(local_ms.div_euclid(HOUR_MS).rem_euclid(24)).unwrap_or_default()
}

fn weekday_index(day: i64) -> usize {
    usize::try_from(weekday(day) - 1).unwrap_or_default()
}
