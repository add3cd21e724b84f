//! `targets`: what is hit on each screen.

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::names::Names;
use crate::model::table::{Cell, Cells};

/// How often a target was hit.
#[derive(Debug, Default)]
struct Sums {
    touches: i64,
    sessions: i64,
    /// The session that hit it last, so that each counts once: the rows of a session come together.
    last: Option<i64>,
}

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut all: ById<(Option<i64>, i64), Sums> = ById::default();
    context.each_of_many(
        of_selected!("targets.sql"),
        include_str!("targets_of_many.sql"),
        &[],
        |row| {
            let sums = all.entry((row.get(2)?, row.get(3)?)).or_default();
            sums.touches += 1;
            let session_id = Some(row.get(1)?);
            if sums.last != session_id {
                sums.last = session_id;
                sums.sessions += 1;
            }
            Ok(())
        },
    )?;
    let ids = all
        .keys()
        .flat_map(|(place, target)| [*place, Some(*target)]);
    let names = Names::read(context.connection, ids.flatten())?;
    let mut targets: Vec<_> = (all.into_iter())
        .map(|((place, target), sums)| (names.get(place), names.get(Some(target)), sums))
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
