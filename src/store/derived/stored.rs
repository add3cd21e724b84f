//! The derived rows of one session: put there, and taken away again.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::TABLES;
use super::deltas::Contribution;
use crate::derive::{Derived, NameId, Point, ScreenSums, Suspect};
use crate::model::points::TouchedPoint;

/// What a session's derived rows say that is not derived from its events.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) session_id: i64,
    pub(super) consumer_id: Option<i64>,
    pub(super) device: Option<i64>,
    pub(super) marked: bool,
}

/// Removes the derived rows of a session, if it has any, and says what they contributed to the sums.
pub(super) fn take(
    connection: &Connection,
    session_id: i64,
) -> rusqlite::Result<Option<Contribution>> {
    let sql = "SELECT start_ms, consumer_id, device, marked, left_out, touches, views, ifnull(active_ms, 0), end_ms \
               FROM session_sums WHERE session_id = ?1";
    let mut sums = connection.prepare_cached(sql)?;
    let found = sums.query_row([session_id], |row| {
        Ok(Contribution {
            start_ms: row.get(0)?,
            consumer_id: row.get(1)?,
            device: row.get(2)?,
            marked: row.get(3)?,
            left_out: row.get(4)?,
            touches: row.get(5)?,
            views: row.get(6)?,
            active_ms: row.get(7)?,
            end_ms: row.get(8)?,
            ..Contribution::default()
        })
    });
    let Some(mut contribution) = found.optional()? else {
        return Ok(None);
    };
    if !contribution.left_out {
        read_touches(connection, session_id, &mut contribution)?;
        contribution.view_times = view_times(connection, session_id)?;
        contribution.screens = screens(connection, session_id)?;
    }
    for table in TABLES {
        let sql = format!("DELETE FROM {table} WHERE session_id = ?1");
        connection.prepare_cached(&sql)?.execute([session_id])?;
    }
    Ok(Some(contribution))
}

fn read_touches(
    connection: &Connection,
    session_id: i64,
    contribution: &mut Contribution,
) -> rusqlite::Result<()> {
    let sql = "SELECT time_ms, ifnull(place, 0), target FROM touches WHERE session_id = ?1";
    let mut touches = connection.prepare_cached(sql)?;
    let mut touches = touches.query([session_id])?;
    while let Some(row) = touches.next()? {
        contribution.touch_times.push(row.get(0)?);
        if let Some(target) = row.get(2)? {
            *contribution
                .targets
                .entry((row.get(1)?, target))
                .or_default() += 1;
        }
    }
    Ok(())
}

fn view_times(connection: &Connection, session_id: i64) -> rusqlite::Result<Vec<i64>> {
    let mut times = connection.prepare_cached("SELECT time_ms FROM views WHERE session_id = ?1")?;
    let times = times.query_map([session_id], |row| row.get(0))?;
    times.collect()
}

fn screens(connection: &Connection, session_id: i64) -> rusqlite::Result<Vec<(i64, ScreenSums)>> {
    let sql = "SELECT screen, touches, landed, nowhere, in_vain, views, last, page_changes, pages_turned \
               FROM session_screens WHERE session_id = ?1";
    let mut screens = connection.prepare_cached(sql)?;
    let screens = screens.query_map([session_id], |row| {
        let sums = ScreenSums {
            touches: row.get(1)?,
            landed: row.get(2)?,
            nowhere: row.get(3)?,
            in_vain: row.get(4)?,
            views: row.get(5)?,
            last: row.get(6)?,
            page_changes: row.get(7)?,
            pages_turned: row.get(8)?,
        };
        Ok((row.get(0)?, sums))
    })?;
    screens.collect()
}

/// Writes the derived rows of a session that has none, and says what they contribute to the sums. `names` are the numbers
/// of its names in the file.
pub(super) fn put(
    connection: &Connection,
    owner: &Owner,
    derived: &Derived,
    names: &[i64],
) -> rusqlite::Result<Contribution> {
    let name = |id: NameId| names[id.index()];
    put_sums(connection, owner, derived, names)?;
    put_views(connection, owner, derived, names)?;
    put_touches(connection, owner, derived, names)?;
    put_points(connection, owner, derived, names)?;
    put_counts(connection, owner, derived, names)?;
    let screens = derived.screens.iter();
    Ok(Contribution {
        start_ms: derived.start_ms,
        consumer_id: owner.consumer_id,
        device: owner.device,
        marked: owner.marked,
        left_out: derived.suspect.is_some_and(Suspect::is_left_out),
        touches: count(derived.touches.len()),
        views: count(derived.views.len()),
        active_ms: derived.active_ms.map_or(0, |(first, last)| last - first),
        end_ms: derived.end_ms,
        touch_times: derived.touches.iter().map(|touch| touch.time_ms).collect(),
        view_times: derived.views.iter().map(|view| view.time_ms).collect(),
        screens: screens
            .map(|&(screen, sums)| (name(screen), sums))
            .collect(),
        targets: targets(derived, names),
    })
}

/// How often each target was hit, by place (0 for none) and target.
fn targets(derived: &Derived, names: &[i64]) -> BTreeMap<(i64, i64), i64> {
    let name = |id: NameId| names[id.index()];
    let mut targets = BTreeMap::new();
    for touch in &derived.touches {
        if let Some(target) = touch.target {
            let key = (touch.place.map_or(0, name), name(target));
            *targets.entry(key).or_default() += 1;
        }
    }
    targets
}

fn put_sums(
    connection: &Connection,
    owner: &Owner,
    derived: &Derived,
    names: &[i64],
) -> rusqlite::Result<()> {
    let name = |id: NameId| names[id.index()];
    let views = &derived.views;
    let viewed = derived.screens.iter().filter(|(_, sums)| sums.views > 0);
    let sql = "INSERT INTO session_sums(start_ms, session_id, consumer_id, device, left_out, marked, touches, views, \
               active_from_ms, active_ms, events, open, reason, begin_ms, end_ms, span, points, screens, first_screen, \
               last_screen, suspect) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
               ?18, ?19, ?20, ?21)";
    connection.prepare_cached(sql)?.execute(params![
        derived.start_ms,
        owner.session_id,
        owner.consumer_id,
        owner.device,
        derived.suspect.is_some_and(Suspect::is_left_out),
        owner.marked,
        count(derived.touches.len()),
        count(views.len()),
        derived.active_ms.map(|(first, _)| first),
        derived.active_ms.map(|(first, last)| last - first),
        derived.events,
        derived.reason.is_none(),
        derived.reason.map(name),
        derived.begin_ms,
        derived.end_ms,
        bits(derived.end_ms - derived.begin_ms),
        count(
            derived
                .touches
                .iter()
                .filter(|touch| touch.point.is_some())
                .count()
        ),
        count(viewed.count()),
        views.first().map(|view| name(view.screen)),
        views.last().map(|view| name(view.screen)),
        derived.suspect.map(Suspect::as_str),
    ])?;
    Ok(())
}

fn put_views(
    connection: &Connection,
    owner: &Owner,
    derived: &Derived,
    names: &[i64],
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO views(session_id, position, screen, time_ms, dwell_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = connection.prepare_cached(sql)?;
    for (view, position) in derived.views.iter().zip(1_i64..) {
        insert.execute((
            owner.session_id,
            position,
            names[view.screen.index()],
            view.time_ms,
            view.dwell_ms,
        ))?;
    }
    Ok(())
}

fn put_touches(
    connection: &Connection,
    owner: &Owner,
    derived: &Derived,
    names: &[i64],
) -> rusqlite::Result<()> {
    let name = |id: NameId| names[id.index()];
    let sql = "INSERT INTO touches(session_id, position, place, x, y, width, height, nowhere, in_vain, target, screen, \
               time_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let mut insert = connection.prepare_cached(sql)?;
    for (touch, position) in derived.touches.iter().zip(1_i64..) {
        let size = touch.point.and_then(|point| point.size);
        insert.execute(params![
            owner.session_id,
            position,
            touch.place.map(name),
            touch.point.map(|point| point.x),
            touch.point.map(|point| point.y),
            size.map(|(width, _)| width),
            size.map(|(_, height)| height),
            touch.nowhere,
            touch.in_vain,
            touch.target.map(name),
            touch.screen.map(name),
            touch.time_ms,
        ])?;
    }
    Ok(())
}

fn put_points(
    connection: &Connection,
    owner: &Owner,
    derived: &Derived,
    names: &[i64],
) -> rusqlite::Result<()> {
    let mut places: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
    for touch in &derived.touches {
        if let Some(Point { x, y, size }) = touch.point {
            let place = touch.place.map_or(0, |id| names[id.index()]);
            let (nowhere, in_vain) = (touch.nowhere, touch.in_vain);
            TouchedPoint {
                x,
                y,
                size,
                nowhere,
                in_vain,
            }
            .pack(places.entry(place).or_default());
        }
    }
    let sql = "INSERT INTO session_points(session_id, place, points) VALUES (?1, ?2, ?3)";
    let mut insert = connection.prepare_cached(sql)?;
    for (place, points) in places {
        insert.execute((owner.session_id, place, points))?;
    }
    Ok(())
}

fn put_counts(
    connection: &Connection,
    owner: &Owner,
    derived: &Derived,
    names: &[i64],
) -> rusqlite::Result<()> {
    let session_id = owner.session_id;
    let name = |id: NameId| names[id.index()];
    let sql = "INSERT INTO session_screens(session_id, screen, touches, landed, nowhere, in_vain, views, last, \
               page_changes, pages_turned) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let mut insert = connection.prepare_cached(sql)?;
    for (screen, sums) in &derived.screens {
        insert.execute(params![
            session_id,
            name(*screen),
            sums.touches,
            sums.landed,
            sums.nowhere,
            sums.in_vain,
            sums.views,
            sums.last,
            sums.page_changes,
            sums.pages_turned,
        ])?;
    }
    let sql = "INSERT INTO session_actions(session_id, action, events) VALUES (?1, ?2, ?3)";
    let mut insert = connection.prepare_cached(sql)?;
    for (action, events) in &derived.actions {
        insert.execute((session_id, name(*action), events))?;
    }
    let sql =
        "INSERT INTO session_languages(session_id, lang, touches, spoken) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = connection.prepare_cached(sql)?;
    let speaks = derived.languages.iter().any(|(lang, _)| lang.is_some());
    for (lang, touches) in &derived.languages {
        let spoken = lang.is_some() || !speaks;
        insert.execute((session_id, lang.map_or(0, name), touches, spoken))?;
    }
    let sql = "INSERT INTO session_media(session_id, target, plays, completions, watched_ms) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut insert = connection.prepare_cached(sql)?;
    for (target, watched) in &derived.media {
        let values = (watched.plays, watched.completions, watched.watched_ms);
        insert.execute((session_id, name(*target), values.0, values.1, values.2))?;
    }
    Ok(())
}

/// How many bits a length has: it is less than 2 to that power.
fn bits(length_ms: i64) -> i64 {
    i64::from(i64::BITS - length_ms.max(0).leading_zeros())
}

fn count(things: usize) -> i64 {
    i64::try_from(things).unwrap_or(i64::MAX)
}
