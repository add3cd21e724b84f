//! `targets`: what is hit on each screen.

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::fortnights::Fortnights;
use super::names::Names;
use crate::model::table::{Cell, Cells};

/// How often a target was hit on a screen.
#[derive(Debug, Default)]
struct Sums {
    touches: i64,
    sessions: i64,
    /// The session that hit it last, so that each counts once: the rows of a session come together.
    last: Option<i64>,
}

const SUMS: Fortnights = Fortnights {
    sums: include_str!("target_fortnights.sql"),
    by_session: of_selected!("targets.sql"),
    excluded: include_str!("excluded_targets.sql"),
};

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut all: ById<(i64, i64), Sums> = ById::default();
    context.each_of_fortnights(&SUMS, |row, sign| {
        let sums = all.entry((row.get(2)?, row.get(3)?)).or_default();
        sums.touches += sign * row.get::<_, i64>(4)?;
        let session_id = row.get(1)?;
        let sessions = match session_id {
            None => row.get(5)?,
            Some(_) => i64::from(sums.last != session_id),
        };
        sums.last = session_id;
        sums.sessions += sign * sessions;
        Ok(())
    })?;
    all.retain(|_, sums| sums.touches > 0);
    let ids = all.keys().flat_map(|(place, target)| [*place, *target]);
    let names = Names::read(context.connection, ids.filter(|id| *id > 0))?;
    let mut targets: Vec<_> = (all.into_iter())
        .map(|((place, target), sums)| (names.get(Some(place)), names.get(Some(target)), sums))
        .collect();
    targets.sort_unstable_by_key(|(place, target, sums)| (-sums.touches, *place, *target));
    let text = |name: Option<&str>| Cell::text(name.map(str::to_owned));
    let row = |(place, target, sums): (Option<&str>, Option<&str>, Sums)| {
        vec![
            text(place),
            text(target),
            Cell::Number(sums.touches),
            Cell::Number(sums.sessions),
        ]
    };
    Ok(targets.into_iter().map(row).collect())
}
