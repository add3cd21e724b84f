//! `overview`: one row that sums everything up.

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::screens;
use super::utilisation::Device;
use super::values::Values;
use crate::model::table::{Cell, Cells};

/// What is gathered in the one pass over the sessions.
#[derive(Debug, Default)]
struct Gathered {
    touched: i64,
    open: i64,
    events: i64,
    single_view: i64,
    /// How many sessions have so many.
    touches: ById<i64, usize>,
    views: ById<i64, usize>,
    devices: ById<Option<i64>, Device>,
}

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut all = Gathered::default();
    context.each(of_selected!("overview.sql"), |row| {
        let (touches, views): (i64, i64) = (row.get(3)?, row.get(4)?);
        all.touched += i64::from(touches > 0);
        all.single_view += i64::from(views == 1);
        *all.touches.entry(touches).or_default() += 1;
        *all.views.entry(views).or_default() += 1;
        if let Some(from_ms) = row.get::<_, Option<i64>>(5)? {
            let to_ms = from_ms + row.get::<_, i64>(6)?;
            let date = context.range.clock.date(row.get(0)?);
            let device = all.devices.entry(row.get(2)?).or_default();
            device.add(date, from_ms, to_ms);
        }
        all.events += row.get::<_, i64>(7)?;
        all.open += i64::from(row.get::<_, bool>(8)?);
        Ok(())
    })?;
    let opened: i128 = all.devices.values().map(Device::open_ms).sum();
    let used: i128 = all.devices.values_mut().map(Device::used_ms).sum();
    let screens = screens::sums(context)?;
    let screens = screens.values().filter(|sums| sums.is_screen()).count();
    let active = all.devices.into_values().flat_map(|device| device.active);
    let active = Values::from(active.map(|(from, to)| to - from).collect::<Vec<_>>());
    let (touches, views) = (Values::from(all.touches), Values::from(all.views));
    let sum = |values: &Values| Cell::Number(i64::try_from(values.sum()).unwrap_or(i64::MAX));
    Ok(vec![vec![
        Cell::count(touches.len()),
        Cell::Number(all.touched),
        Cell::Number(all.open),
        Cell::Number(all.events),
        sum(&touches),
        sum(&views),
        Cell::count(screens),
        Cell::Number(all.single_view),
        touches.mean_ratio(),
        touches.median_ratio(),
        views.mean_ratio(),
        views.median_ratio(),
        active.mean_seconds(),
        active.median_seconds(),
        active.p90_seconds(),
        Cell::ratio(used, opened),
    ]])
}
