//! `pages`: how far books are read.

use std::collections::HashSet;

use super::chosen::Context;
use super::names::Names;
use super::screens::{self, Sums, type_of};
use crate::model::table::{Cell, Cells};

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let all = screens::sums(context)?;
    let names = Names::read(context.connection, all.keys().copied())?;
    let mut screens: Vec<(&str, Sums)> = (all.iter())
        .map(|(screen, sums)| (names.get(Some(*screen)).unwrap_or_default(), *sums))
        .collect();
    let with_pages = screens.iter().filter(|(_, sums)| sums.page_changes > 0);
    let types: HashSet<&str> = with_pages.map(|(name, _)| type_of(name)).collect();
    screens.retain(|(name, sums)| {
        sums.page_changes > 0 || (sums.views > 0 && types.contains(type_of(name)))
    });
    screens.sort_unstable_by_key(|(name, sums)| (-sums.views, *name));
    let row = |(name, sums): (&str, Sums)| {
        let shown = sums.views + sums.pages_turned;
        vec![
            Cell::Text(name.to_owned()),
            Cell::Number(sums.views),
            Cell::Number(sums.page_changes),
            Cell::Number(shown),
            Cell::ratio(shown, sums.views),
        ]
    };
    Ok(screens.into_iter().map(row).collect())
}
