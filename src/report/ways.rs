//! Which way people take: `choices`, `transitions`, `journeys`.

use std::cmp::Reverse;

use super::by_id::ById;
use super::chosen::{Context, of_selected};
use super::names::Names;
use super::values::Values;
use crate::model::table::{Cell, Cells};

/// How many views a journey shows.
const JOURNEY_VIEWS: usize = 6;
/// How many choices are shown where it is not said.
const USUAL_CHOICES: u32 = 3;
/// How many journeys are shown where it is not said.
const USUAL_JOURNEYS: u32 = 20;

/// What is opened first, second and so on.
pub(super) fn choices(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let most = context.question.n.unwrap_or(USUAL_CHOICES);
    let mut counts: ById<(i64, i64), i64> = ById::default();
    let (begin, end) = context.range.at_most();
    let sql = of_selected!("choices.sql");
    context.each_between(sql, begin, end, &[(":most", &most)], |row| {
        *counts.entry((row.get(2)?, row.get(3)?)).or_default() += 1;
        Ok(())
    })?;
    let names = Names::read(context.connection, counts.keys().map(|(_, screen)| *screen))?;
    let mut choices: Vec<_> = (counts.into_iter())
        .map(|((nth, screen), count)| (nth, -count, names.get(Some(screen)).unwrap_or_default()))
        .collect();
    choices.sort_unstable();
    let row = |(nth, count, name): (i64, i64, &str)| {
        vec![
            Cell::Number(nth),
            Cell::Text(name.to_owned()),
            Cell::Number(-count),
        ]
    };
    Ok(choices.into_iter().map(row).collect())
}

/// From which screen to which.
pub(super) fn transitions(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut counts: ById<(i64, i64), i64> = ById::default();
    let (mut session, mut before) = (None, 0);
    context.each_of_many(
        of_selected!("views.sql"),
        include_str!("views_of_many.sql"),
        &[],
        |row| {
            let (session_id, screen) = (row.get(1)?, row.get(2)?);
            if session == Some(session_id) {
                *counts.entry((before, screen)).or_default() += 1;
            }
            (session, before) = (Some::<i64>(session_id), screen);
            Ok(())
        },
    )?;
    let names = Names::read(
        context.connection,
        counts.keys().flat_map(|(from, to)| [*from, *to]),
    )?;
    let name = |screen: i64| names.get(Some(screen)).unwrap_or_default();
    let mut pairs: Vec<_> = (counts.into_iter())
        .map(|((from, to), count)| (-count, name(from), name(to)))
        .collect();
    pairs.sort_unstable();
    let row = |(count, from, to): (i64, &str, &str)| {
        vec![
            Cell::Text(from.to_owned()),
            Cell::Text(to.to_owned()),
            Cell::Number(-count),
        ]
    };
    Ok(pairs.into_iter().map(row).collect())
}

/// The first views of a session; 0 where there are no more.
type Path = [u32; JOURNEY_VIEWS];

/// How a session with views went.
#[derive(Debug, Clone, Copy)]
struct Journey {
    path: Path,
    /// -1 without active time.
    active_ms: i64,
    stopped_idle: bool,
}

/// The commonest paths.
pub(super) fn journeys(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut journeys: Vec<Journey> = Vec::new();
    let mut session = None;
    let idle = [
        super::chosen::find_name(context.connection, "idle")?,
        super::chosen::find_name(context.connection, "timeout")?,
    ];
    let (begin, end) = context.range.at_most();
    let most = i64::try_from(JOURNEY_VIEWS).unwrap_or_default();
    let sql = of_selected!("journeys.sql");
    context.each_between(sql, begin, end, &[(":most", &most)], |row| {
        let (session_id, position): (i64, u8) = (row.get(1)?, row.get(2)?);
        if session != Some(session_id) {
            session = Some(session_id);
            let reason: Option<i64> = row.get(5)?;
            journeys.push(Journey {
                path: [0; JOURNEY_VIEWS],
                active_ms: row.get(4)?,
                stopped_idle: reason.is_some() && idle.contains(&reason),
            });
        }
        if let Some(journey) = journeys.last_mut() {
            journey.path[usize::from(position - 1)] = row.get(3)?;
        }
        Ok(())
    })?;
    commonest(context, journeys)
}

fn commonest(context: &Context<'_>, mut journeys: Vec<Journey>) -> rusqlite::Result<Vec<Cells>> {
    let most = usize::try_from(context.question.n.unwrap_or(USUAL_JOURNEYS)).unwrap_or_default();
    journeys.sort_unstable_by_key(|journey| journey.path);
    let alike = || journeys.chunk_by(|a, b| a.path == b.path);
    let mut counts: Vec<usize> = alike().map(<[Journey]>::len).collect();
    counts.sort_unstable_by_key(|count| Reverse(*count));
    // Only paths that may be among those shown are compared by name.
    let least = counts.get(most - 1).copied().unwrap_or(0);
    let mut best: Vec<&[Journey]> = alike().filter(|alike| alike.len() >= least).collect();
    let shown = best.iter().flat_map(|alike| screens(&alike[0].path));
    let names = Names::read(context.connection, shown)?;
    let text = |screen| names.get(Some(screen)).unwrap_or_default();
    best.sort_unstable_by(|a, b| {
        let longer = b.len().cmp(&a.len());
        longer.then_with(|| {
            screens(&a[0].path)
                .map(text)
                .cmp(screens(&b[0].path).map(text))
        })
    });
    best.truncate(most);
    let row = |alike: &[Journey]| {
        let active = alike.iter().map(|journey| journey.active_ms);
        let active: Vec<i64> = active.filter(|ms| *ms >= 0).collect();
        let idle = alike.iter().filter(|journey| journey.stopped_idle);
        vec![
            Cell::Path(
                screens(&alike[0].path)
                    .map(|screen| text(screen).to_owned())
                    .collect(),
            ),
            Cell::count(alike.len()),
            Values::from(active).median_seconds(),
            Cell::count(idle.count()),
        ]
    };
    Ok(best.into_iter().map(row).collect())
}

fn screens(path: &Path) -> impl Iterator<Item = i64> {
    let screens = path.iter().take_while(|screen| **screen > 0);
    screens.map(|screen| i64::from(*screen))
}
