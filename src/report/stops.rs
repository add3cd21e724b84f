//! `stops`: why sessions ended.

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::names::Names;
use crate::model::table::{Cell, Cells};

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut counts: ById<Option<i64>, i64> = ById::default();
    context.each(of_selected!("stops.sql"), |row| {
        *counts.entry(row.get(2)?).or_default() += 1;
        Ok(())
    })?;
    let names = Names::read(context.connection, counts.keys().copied().flatten())?;
    let mut reasons: Vec<_> = counts.into_iter().collect();
    reasons.sort_unstable_by_key(|(reason, count)| (-count, names.get(*reason)));
    let row = |(reason, count): (Option<i64>, i64)| vec![names.cell(reason), Cell::Number(count)];
    Ok(reasons.into_iter().map(row).collect())
}
