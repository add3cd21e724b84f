//! `screens` and `types`: what draws people, and where fingers land in vain.

use std::collections::HashMap;

use rusqlite::Row;

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::fortnights::Fortnights;
use super::names::Names;
use crate::model::table::{Cell, Cells};

/// What happened on and towards a screen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    sessions: i64,
    touches: i64,
    landed: i64,
    nowhere: i64,
    in_vain: i64,
    pub(super) views: i64,
    last: i64,
    pub(super) page_changes: i64,
    pub(super) pages_turned: i64,
}

impl Sums {
    /// From the columns after the screen.
    fn read(row: &Row<'_>) -> rusqlite::Result<Sums> {
        Ok(Sums {
            sessions: row.get(3)?,
            touches: row.get(4)?,
            landed: row.get(5)?,
            nowhere: row.get(6)?,
            in_vain: row.get(7)?,
            views: row.get(8)?,
            last: row.get(9)?,
            page_changes: row.get(10)?,
            pages_turned: row.get(11)?,
        })
    }

    fn add(&mut self, others: &Sums, sign: i64) {
        self.sessions += sign * others.sessions;
        self.touches += sign * others.touches;
        self.landed += sign * others.landed;
        self.nowhere += sign * others.nowhere;
        self.in_vain += sign * others.in_vain;
        self.views += sign * others.views;
        self.last += sign * others.last;
        self.page_changes += sign * others.page_changes;
        self.pages_turned += sign * others.pages_turned;
    }

    /// Whether it is a screen that is viewed, a target screen or a place. Others only had their pages turned.
    pub(super) fn is_screen(&self) -> bool {
        self.views > 0 || self.touches > 0 || self.landed > 0
    }
}

const SUMS: Fortnights = Fortnights {
    sums: include_str!("screen_fortnights.sql"),
    by_session: of_selected!("session_screens.sql"),
    excluded: include_str!("excluded_screens.sql"),
};

/// The sums of each screen.
pub(super) fn sums(context: &Context<'_>) -> rusqlite::Result<ById<i64, Sums>> {
    let mut all: ById<i64, Sums> = ById::default();
    context.each_of_fortnights(&SUMS, |row, sign| {
        let sums = all.entry(row.get(2)?).or_default();
        sums.add(&Sums::read(row)?, sign);
        Ok(())
    })?;
    Ok(all)
}

/// The type of a screen: its name before the first colon.
pub(super) fn type_of(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut screens: Vec<(i64, Sums)> = sums(context)?.into_iter().collect();
    screens.retain(|(_, sums)| sums.is_screen());
    let names = Names::read(
        context.connection,
        screens.iter().map(|(screen, _)| *screen),
    )?;
    let name = |screen: i64| names.get(Some(screen)).unwrap_or_default();
    screens.sort_unstable_by(|(a, a_sums), (b, b_sums)| {
        (b_sums.touches, name(*a)).cmp(&(a_sums.touches, name(*b)))
    });
    let row = |(screen, sums): (i64, Sums)| {
        vec![
            Cell::Text(name(screen).to_owned()),
            Cell::Text(type_of(name(screen)).to_owned()),
            Cell::Number(sums.touches),
            Cell::Number(sums.landed),
            Cell::Number(sums.nowhere),
            Cell::Number(sums.in_vain),
            Cell::Number(sums.views),
            Cell::Number(sums.sessions),
            Cell::Number(sums.last),
        ]
    };
    Ok(screens.into_iter().map(row).collect())
}

/// Screens by what their names begin with.
pub(super) fn types(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut screens = sums(context)?;
    screens.retain(|_, sums| sums.is_screen());
    let names = Names::read(context.connection, screens.keys().copied())?;
    let mut types: HashMap<&str, [i64; 3]> = HashMap::new();
    for (screen, sums) in &screens {
        let name = names.get(Some(*screen)).unwrap_or_default();
        let [count, touches, views] = types.entry(type_of(name)).or_default();
        *count += 1;
        *touches += sums.touches;
        *views += sums.views;
    }
    let mut types: Vec<_> = types.into_iter().collect();
    types.sort_unstable_by_key(|(name, [_, touches, _])| (-touches, *name));
    let row = |(name, sums): (&str, [i64; 3])| {
        let mut cells = vec![Cell::Text(name.to_owned())];
        cells.extend(sums.map(Cell::Number));
        cells
    };
    Ok(types.into_iter().map(row).collect())
}
