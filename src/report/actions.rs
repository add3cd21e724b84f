//! `actions`: the kinds of events.

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::names::Names;
use crate::model::table::{Cell, Cells};

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut all: ById<i64, (i64, i64)> = ById::default();
    context.each(of_selected!("actions.sql"), |row| {
        let (events, sessions) = all.entry(row.get(2)?).or_default();
        *events += row.get::<_, i64>(3)?;
        *sessions += 1;
        Ok(())
    })?;
    let names = Names::read(context.connection, all.keys().copied())?;
    let mut actions: Vec<_> = (all.into_iter())
        .map(|(action, sums)| (names.get(Some(action)).unwrap_or_default(), sums))
        .collect();
    actions.sort_unstable_by_key(|(name, (events, _))| (-events, *name));
    let row = |(name, (events, sessions)): (&str, (i64, i64))| {
        vec![
            Cell::Text(name.to_owned()),
            Cell::Number(events),
            Cell::Number(sessions),
        ]
    };
    Ok(actions.into_iter().map(row).collect())
}
