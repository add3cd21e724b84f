//! `dwell`: how long each screen holds people.

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::names::Names;
use super::values::Values;
use crate::model::table::{Cell, Cells};

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut all: ById<i64, (i64, Vec<i64>)> = ById::default();
    context.each_of_many(
        of_selected!("views.sql"),
        include_str!("views_of_many.sql"),
        &[],
        |row| {
            let (views, dwells) = all.entry(row.get(2)?).or_default();
            *views += 1;
            dwells.extend(row.get::<_, Option<i64>>(3)?);
            Ok(())
        },
    )?;
    let names = Names::read(context.connection, all.keys().copied())?;
    let mut screens: Vec<_> = (all.into_iter())
        .map(|(screen, (views, dwells))| {
            (
                -views,
                names.get(Some(screen)).unwrap_or_default(),
                Values::from(dwells),
            )
        })
        .collect();
    screens.sort_unstable_by_key(|(views, name, _)| (*views, *name));
    let row = |(views, name, dwells): (i64, &str, Values)| {
        vec![
            Cell::Text(name.to_owned()),
            Cell::Number(-views),
            Cell::count(dwells.len()),
            Cell::seconds(dwells.sum()),
            dwells.min_seconds(),
            dwells.median_seconds(),
            dwells.mean_seconds(),
            dwells.p90_seconds(),
            dwells.max_seconds(),
        ]
    };
    Ok(screens.into_iter().map(row).collect())
}
