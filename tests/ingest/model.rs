//! What ingest promises, as plainly as it can be said: no SQL, no caches, no transactions.

use std::collections::BTreeMap;

use microticks::model::{
    Action, Alive, Applied, Credential, Data, Device, Event, Item, Moment, Outcome, Reason,
    Refusal, Rejection, Request, Seq, Stamp, Token, What, Work,
};

/// A session as it should be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub consumer_id: i64,
    pub device: Option<String>,
    pub started_at: i64,
    pub raw_started_at: Option<i64>,
    pub provisional: bool,
    /// The stop's own time, the page's word for it, and the reason.
    pub stop: Option<(i64, Option<i64>, Option<String>)>,
    pub clock_offset_ms: Option<i64>,
    pub events: BTreeMap<i64, Stored>,
}

/// An event as it should be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub time: i64,
    pub ts: i64,
    pub action: String,
    pub data: String,
}

impl Session {
    pub fn stopped_at(&self) -> Option<i64> {
        self.stop
            .as_ref()
            .map(|(time, ..)| (*time).max(self.started_at))
    }

    fn clock(&mut self, sent_at: Option<i64>, received_at: i64) {
        let seen = sent_at.map(|sent_at| received_at - sent_at);
        self.clock_offset_ms = match (self.clock_offset_ms, seen) {
            (None, seen) => seen,
            (Some(kept), Some(seen)) if (seen - kept).abs() >= 60_000 => Some(seen),
            (kept, _) => kept,
        };
    }
}

/// Everything that should be in the file.
#[derive(Debug, Default)]
pub struct Model {
    /// The consumers' keys; the id is the place, from 1.
    pub keys: Vec<String>,
    pub sessions: BTreeMap<String, Session>,
    pub devices: BTreeMap<(i64, String), i64>,
}

/// The time that is stored for an item.
fn time(stamp: &Stamp, offset: Option<i64>, sent_at: Option<i64>, received_at: i64) -> i64 {
    let offset = if sent_at.is_some() {
        offset.filter(|offset| offset.abs() > 60_000).unwrap_or(0)
    } else {
        0
    };
    let wall = stamp.ts.as_ms() + offset;
    let age = stamp
        .age_ms
        .filter(|age| (0..=400 * 86_400_000).contains(age));
    let mono = age.map(|age| received_at - age);
    mono.filter(|mono| (wall - mono).abs() > 60_000)
        .unwrap_or(wall)
}

/// What came of an item.
enum Fate {
    Stored,
    Duplicate,
    Conflict,
}

impl Model {
    fn consumer(&self, credential: &Credential) -> Result<i64, Refusal> {
        let place = match credential {
            Credential::Key(key) => self
                .keys
                .iter()
                .position(|known| known == key)
                .ok_or(Refusal::UnknownConsumer)?,
            Credential::SameOrigin => 0,
        };
        Ok(i64::try_from(place).unwrap() + 1)
    }

    /// What the answer must be. `None` for the token of a start stands for one that the server makes.
    pub fn apply(&mut self, request: &Request) -> Result<Option<Outcome>, Refusal> {
        let received_at = request.received_at.as_ms();
        match &request.work {
            Work::Mark { .. } => unreachable!("no page marks sessions"),
            Work::StartSession {
                credential,
                ts,
                token,
                device,
            } => {
                let consumer_id = self.consumer(credential)?;
                let Some(token) = token else { return Ok(None) };
                let ts = ts.as_ms();
                if let Some(known) = self.sessions.get(token.as_str()) {
                    let start = known.raw_started_at.unwrap_or(known.started_at);
                    let same =
                        !known.provisional && known.consumer_id == consumer_id && start == ts;
                    return Ok(same.then(|| Outcome::Started {
                        token: token.clone(),
                    }));
                }
                self.sessions.insert(
                    token.as_str().to_owned(),
                    Session {
                        consumer_id,
                        device: device.as_ref().map(|device| device.as_str().to_owned()),
                        started_at: ts,
                        raw_started_at: None,
                        provisional: false,
                        stop: None,
                        clock_offset_ms: None,
                        events: BTreeMap::new(),
                    },
                );
                Ok(Some(Outcome::Started {
                    token: token.clone(),
                }))
            }
            Work::StoreEvent { token, ts, event } => {
                self.form_event(token, *ts, event).map(|()| None)
            }
            Work::StopSession { token, ts, reason } => {
                let session = self
                    .sessions
                    .get_mut(token.as_str())
                    .ok_or(Refusal::UnknownToken)?;
                if session.stop.is_some() {
                    return Err(Refusal::SessionStopped);
                }
                if session.provisional {
                    session.started_at = session.started_at.min(ts.as_ms());
                }
                session.stop = Some((
                    ts.as_ms(),
                    None,
                    reason.as_ref().map(|reason| reason.as_str().to_owned()),
                ));
                Ok(Some(Outcome::Stopped))
            }
            Work::Batch {
                credential,
                sent_at,
                items,
            } => {
                let consumer_id = self.consumer(credential)?;
                let mut applied = Applied::default();
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Ok(item) => match self.item(
                            consumer_id,
                            item,
                            sent_at.map(Moment::as_ms),
                            received_at,
                        ) {
                            Fate::Stored => applied.stored += 1,
                            Fate::Duplicate => applied.duplicates += 1,
                            Fate::Conflict => {
                                applied.rejected.push((index, Refusal::SeqConflict.into()))
                            }
                        },
                        Err(rejection) => applied.rejected.push((index, rejection.clone())),
                    }
                }
                Ok(Some(Outcome::Applied(applied)))
            }
        }
    }

    fn form_event(&mut self, token: &Token, ts: Moment, event: &Event) -> Result<(), Refusal> {
        let session = self
            .sessions
            .get_mut(token.as_str())
            .ok_or(Refusal::UnknownToken)?;
        let seq = event.seq.expect("the tests number all events").get();
        let stored = stored(ts.as_ms(), ts.as_ms(), event);
        match session.events.get(&seq) {
            Some(before) if before.is_same(&stored) => Ok(()),
            Some(_) => Err(Refusal::SeqConflict),
            None if session.stop.is_some() => Err(Refusal::SessionStopped),
            None => {
                if session.provisional {
                    session.started_at = session.started_at.min(ts.as_ms());
                }
                session.events.insert(seq, stored);
                Ok(())
            }
        }
    }

    fn item(
        &mut self,
        consumer_id: i64,
        item: &Item,
        sent_at: Option<i64>,
        received_at: i64,
    ) -> Fate {
        let (token, at, what) = match item {
            Item::Session { token, at, what } => (token.as_str().to_owned(), at, what),
            Item::Alive(Alive { device, .. }) => {
                let name = device.as_ref().map_or("", Device::as_str).to_owned();
                self.devices.insert((consumer_id, name), received_at);
                return Fate::Stored;
            }
        };
        let session = match self.sessions.get_mut(&token) {
            Some(session) => session,
            None => self.sessions.entry(token).or_insert(Session {
                consumer_id,
                device: None,
                started_at: i64::MAX,
                raw_started_at: None,
                provisional: true,
                stop: None,
                clock_offset_ms: None,
                events: BTreeMap::new(),
            }),
        };
        let mut after = session.clone();
        after.clock(sent_at, received_at);
        let ts = at.ts.as_ms();
        let time = time(at, after.clock_offset_ms, sent_at, received_at);
        let raw = (time != ts).then_some(ts);
        match what {
            What::Start(_) if !session.provisional => return Fate::Duplicate,
            What::Start(device) => {
                after.provisional = false;
                (after.started_at, after.raw_started_at) = (time, raw);
                after.device = device.as_ref().map(|device| device.as_str().to_owned());
            }
            What::Stop(_) if session.stop.is_some() => return Fate::Duplicate,
            What::Stop(reason) => {
                after.stop = Some((
                    time,
                    raw,
                    reason.as_ref().map(|reason| reason.as_str().to_owned()),
                ))
            }
            What::Event(event) => {
                let stored = stored(time, ts, event);
                let seq = event.seq.expect("events of batches are numbered").get();
                match session.events.get(&seq) {
                    Some(before) if before.is_same(&stored) => return Fate::Duplicate,
                    Some(_) => return Fate::Conflict,
                    None => drop(after.events.insert(seq, stored)),
                }
            }
        }
        if after.provisional {
            after.started_at = after.started_at.min(time);
        }
        *session = after;
        Fate::Stored
    }
}

fn stored(time: i64, ts: i64, event: &Event) -> Stored {
    Stored {
        time,
        ts,
        action: event.action.as_str().to_owned(),
        data: event.data.as_str().to_owned(),
    }
}

impl Stored {
    fn is_same(&self, other: &Stored) -> bool {
        (self.ts, &self.action, &self.data) == (other.ts, &other.action, &other.data)
    }
}

/// Small values, so that repetitions and conflicts are frequent.
pub mod make {
    use super::*;

    pub fn token(number: u8) -> Token {
        Token::parse(&format!("{number:032x}")).unwrap()
    }

    pub fn event(seq: u8, variant: u8) -> Event {
        let action = if variant == 1 { "swipe" } else { "click" };
        Event {
            seq: Seq::parse(&seq.to_string()),
            action: Action::parse(action.to_owned()).unwrap().unwrap(),
            data: Data::parse(format!(
                r#"{{"n":{seq},"screen":"screen {}","clickX":{seq},"clickY":5}}"#,
                seq % 3
            ))
            .unwrap(),
        }
    }

    pub fn device(number: u8) -> Option<Device> {
        let name = if number == 0 {
            String::new()
        } else {
            format!("table-{number}")
        };
        Device::parse(name).unwrap()
    }

    pub fn reason(number: u8) -> Option<Reason> {
        let reasons = ["", "idle", "expired"];
        Reason::parse(reasons[usize::from(number) % 3].to_owned()).unwrap()
    }

    pub fn rejection() -> Rejection {
        Rejection {
            code: "invalid_item",
            error: "an item must be a JSON object".to_owned(),
        }
    }
}
