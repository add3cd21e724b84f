//! Which way people take: `choices`, `transitions`, `journeys`.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

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

/// How often each path was gone, and by sessions of which active time.
#[derive(Debug, Default)]
struct Paths {
    /// The number of a path, how many sessions went it, and how many of these stopped idle.
    counts: ById<Path, (u32, u32, u32)>,
    /// Numbers of paths with an active time of one of their sessions.
    active: Vec<(u32, i64)>,
}

impl Paths {
    fn add(&mut self, path: Path, active_ms: Option<i64>, stopped_idle: bool) {
        let next = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
        let (number, sessions, idle) = match self.counts.entry(path) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert((next, 0, 0)),
        };
        *sessions += 1;
        *idle += u32::from(stopped_idle);
        if let Some(active_ms) = active_ms {
            self.active.push((*number, active_ms));
        }
    }
}

/// The commonest paths.
pub(super) fn journeys(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let mut paths = Paths::default();
    let idle = [
        super::chosen::find_name(context.connection, "idle")?,
        super::chosen::find_name(context.connection, "timeout")?,
    ];
    let mut current: Option<(i64, Path, Option<i64>, bool)> = None;
    let (begin, end) = context.range.at_most();
    let most = i64::try_from(JOURNEY_VIEWS).unwrap_or_default();
    let sql = of_selected!("journeys.sql");
    context.each_between(sql, begin, end, &[(":most", &most)], |row| {
        let (session_id, position): (i64, u8) = (row.get(1)?, row.get(2)?);
        if current
            .as_ref()
            .is_none_or(|(session, ..)| *session != session_id)
        {
            if let Some((_, path, active_ms, stopped_idle)) = current.take() {
                paths.add(path, active_ms, stopped_idle);
            }
            let reason: Option<i64> = row.get(5)?;
            let stopped_idle = reason.is_some() && idle.contains(&reason);
            current = Some((session_id, [0; JOURNEY_VIEWS], row.get(4)?, stopped_idle));
        }
        if let Some((_, path, ..)) = &mut current {
            path[usize::from(position - 1)] = row.get(3)?;
        }
        Ok(())
    })?;
    if let Some((_, path, active_ms, stopped_idle)) = current {
        paths.add(path, active_ms, stopped_idle);
    }
    commonest(context, &paths)
}

fn commonest(context: &Context<'_>, paths: &Paths) -> rusqlite::Result<Vec<Cells>> {
    let screens = paths.counts.keys().flatten().copied();
    let screens = screens.filter(|screen| *screen > 0).map(i64::from);
    let names = Names::read(context.connection, screens)?;
    let texts = |path: &Path| -> Vec<&str> {
        let screens = path.iter().take_while(|screen| **screen > 0);
        screens
            .map(|screen| names.get(Some(i64::from(*screen))).unwrap_or_default())
            .collect()
    };
    let most = usize::try_from(context.question.n.unwrap_or(USUAL_JOURNEYS)).unwrap_or_default();
    let mut counts: Vec<u32> = paths
        .counts
        .values()
        .map(|(_, sessions, _)| *sessions)
        .collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    // Only paths that may be among those shown are compared by name.
    let least = counts.get(most - 1).copied().unwrap_or(0);
    let mut best: Vec<_> = (paths.counts.iter())
        .filter(|(_, (_, sessions, _))| *sessions >= least)
        .map(|(path, (number, sessions, idle))| (Reverse(*sessions), texts(path), *number, *idle))
        .collect();
    best.sort_unstable();
    best.truncate(most);
    let mut active: HashMap<u32, Vec<i64>> = HashMap::new();
    for (_, _, number, _) in &best {
        active.insert(*number, Vec::new());
    }
    for (number, active_ms) in &paths.active {
        if let Some(values) = active.get_mut(number) {
            values.push(*active_ms);
        }
    }
    let row = |(Reverse(sessions), path, number, idle): (Reverse<u32>, Vec<&str>, u32, u32)| {
        let values = Values::from(active.remove(&number).unwrap_or_default());
        vec![
            Cell::Path(path.into_iter().map(str::to_owned).collect()),
            Cell::Number(i64::from(sessions)),
            values.median_seconds(),
            Cell::Number(i64::from(idle)),
        ]
    };
    Ok(best.into_iter().map(row).collect())
}
