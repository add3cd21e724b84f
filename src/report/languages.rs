//! `languages`: the languages that visitors chose.

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::names::Names;
use crate::model::table::{Cell, Cells};

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut all: ById<Option<i64>, (i64, i64)> = ById::default();
    context.each(of_selected!("languages.sql"), |row| {
        let (sessions, touches) = all.entry(row.get(2)?).or_default();
        *sessions += row.get::<_, i64>(3)?;
        *touches += row.get::<_, i64>(4)?;
        Ok(())
    })?;
    all.retain(|_, sums| *sums != (0, 0));
    let names = Names::read(context.connection, all.keys().copied().flatten())?;
    let mut languages: Vec<_> = all.into_iter().collect();
    languages.sort_unstable_by_key(|(lang, (sessions, _))| (-sessions, names.get(*lang)));
    let row = |(lang, (sessions, touches)): (Option<i64>, (i64, i64))| {
        vec![
            names.cell(lang),
            Cell::Number(sessions),
            Cell::Number(touches),
        ]
    };
    Ok(languages.into_iter().map(row).collect())
}
