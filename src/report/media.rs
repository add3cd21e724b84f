//! `media`: what was watched, and how much of it.

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::names::Names;
use super::values::Values;
use crate::model::table::{Cell, Cells};

/// What was watched of one target.
#[derive(Debug, Default)]
struct Sums {
    plays: i64,
    completions: i64,
    /// By each session that played it.
    watched_ms: Vec<i64>,
}

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut all: ById<i64, Sums> = ById::default();
    context.each(of_selected!("media.sql"), |row| {
        let sums = all.entry(row.get(2)?).or_default();
        let plays: i64 = row.get(3)?;
        sums.plays += plays;
        sums.completions += row.get::<_, i64>(4)?;
        if plays > 0 {
            sums.watched_ms.push(row.get(5)?);
        }
        Ok(())
    })?;
    let names = Names::read(context.connection, all.keys().copied())?;
    let mut targets: Vec<_> = (all.into_iter())
        .map(|(target, sums)| (names.get(Some(target)).unwrap_or_default(), sums))
        .collect();
    targets.sort_unstable_by_key(|(name, sums)| (-sums.plays, *name));
    let row = |(name, sums): (&str, Sums)| {
        let watched = Values::from(sums.watched_ms);
        vec![
            Cell::Text(name.to_owned()),
            Cell::count(watched.len()),
            Cell::Number(sums.plays),
            Cell::Number(sums.completions),
            Cell::seconds(watched.sum()),
            watched.median_seconds(),
        ]
    };
    Ok(targets.into_iter().map(row).collect())
}
