//! One made-up visit: what somebody touches, and what the exhibit's page says of it.
//!
//! The items are those that our client would send. Whoever wants another exhibit changes `screens.rs`; here is only how
//! people behave.

use fastrand::Rng;
use serde_json::{Value, json};

use super::screens::{ATTRACT_LOOP, Area, Effect, HEIGHT, MAP, Screen, Target, WIDTH};
use crate::model::{Action, Data, Device, Event, Item, Moment, Reason, Seq, Stamp, Token, What};

/// The exhibit's own reset after the last touch, in milliseconds.
const RESET_MS: i64 = 45_000;
/// The client's idle timeout, in milliseconds.
const IDLE_MS: i64 = 60_000;
/// Nobody stays longer than this.
const MOST_TOUCHES: usize = 60;

/// Who comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// How likely one goes on after a touch.
    pub(super) patience: f64,
    /// How likely one would rather read English.
    pub(super) english: f64,
}

/// A visit to one table, from the first touch to the stop.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Visit {
    pub(super) token: Token,
    /// What its page says of it, each with its time in milliseconds, in order.
    pub(super) said: Vec<(i64, What)>,
}

impl Visit {
    pub(super) fn begin(token: Token, device: &str, begin_ms: i64) -> Visit {
        let device = Device::parse(device.to_owned()).expect("names of tables are short");
        Visit {
            token,
            said: vec![(begin_ms, What::Start(device))],
        }
    }

    pub(super) fn event(&mut self, at_ms: i64, action: &str, data: &Value) {
        // The start was said first, so the events are numbered from 1.
        let seq = Seq::parse(&self.said.len().to_string());
        let action = Action::parse(action.to_owned()).ok().flatten();
        let event = Event {
            seq: Some(seq.expect("a visit is short")),
            action: action.expect("our actions are short and not empty"),
            data: Data::parse(data.to_string()).expect("our data is short"),
        };
        self.said.push((at_ms, What::Event(event)));
    }

    pub(super) fn stop(&mut self, at_ms: i64, reason: &str) {
        let reason = Reason::parse(reason.to_owned()).expect("our reasons are short");
        self.said.push((at_ms, What::Stop(reason)));
    }

    pub(super) fn begin_ms(&self) -> i64 {
        self.said.first().map_or(i64::MAX, |(at_ms, _)| *at_ms)
    }

    pub(super) fn end_ms(&self) -> i64 {
        self.said.last().map_or(i64::MIN, |(at_ms, _)| *at_ms)
    }

    /// The items of a batch.
    pub(super) fn items(&self) -> impl Iterator<Item = Item> {
        self.said.iter().map(|(at_ms, what)| Item::Session {
            token: self.token.clone(),
            at: Stamp {
                ts: Moment::saturating(*at_ms),
                age_ms: None,
            },
            what: what.clone(),
        })
    }
}

/// A film or sound that runs.
#[derive(Debug, Clone, Copy)]
struct Playing {
    file: &'static str,
    since_ms: i64,
    length_ms: i64,
}

/// Somebody at a table.
struct Visitor<'r> {
    rng: &'r mut Rng,
    visit: Visit,
    now_ms: i64,
    screen: &'static Screen,
    lang: &'static str,
    /// The leaf of the book that lies open.
    leaf: i64,
    playing: Option<Playing>,
    /// What was played since this screen was opened: nobody wants it again at once.
    played: Vec<&'static str>,
}

/// Makes up one visit.
pub(super) fn visit(rng: &mut Rng, device: &str, begin_ms: i64, manner: Manner) -> Visit {
    let first = *weighted(rng, &ATTRACT_LOOP, |(_, share)| *share);
    let visit = Visit::begin(token(rng), device, begin_ms);
    let mut visitor = Visitor {
        rng,
        visit,
        now_ms: begin_ms,
        screen: Screen::named(first.0),
        lang: "nb",
        leaf: 0,
        playing: None,
        played: Vec::new(),
    };
    if visitor.rng.f64() < manner.english {
        visitor.choose_english();
    }
    for _ in 0..MOST_TOUCHES {
        visitor.go_on();
        if visitor.rng.f64() > manner.patience {
            break;
        }
    }
    visitor.leave()
}

/// A token as the client makes it.
pub(super) fn token(rng: &mut Rng) -> Token {
    Token::parse(&format!("{:032x}", rng.u128(..))).expect("32 digits are a token")
}

/// One of several, by their weights.
fn weighted<'c, T>(rng: &mut Rng, choices: &'c [T], weight: impl Fn(&T) -> u32) -> &'c T {
    let mut left = rng.u32(0..choices.iter().map(&weight).sum::<u32>());
    let chosen = choices.iter().find(|choice| {
        let weight = weight(choice);
        let is_it = left < weight;
        left = left.saturating_sub(weight);
        is_it
    });
    chosen.expect("the number is less than the sum of the weights")
}

/// A point of an area, more likely near its middle.
pub(super) fn point_in(rng: &mut Rng, area: Area) -> (i64, i64) {
    let mut within = |length: i64| (0..3).map(|_| rng.i64(0..length)).sum::<i64>() / 3;
    (area.x + within(area.width), area.y + within(area.height))
}

impl Visitor<'_> {
    /// Half as long to one and a half times as long, and now and then much longer.
    fn about(&mut self, usual_ms: i64) -> i64 {
        let usual_ms = if self.rng.u8(0..10) == 0 {
            usual_ms * 3
        } else {
            usual_ms
        };
        self.rng.i64(usual_ms / 2..usual_ms * 3 / 2)
    }

    fn choose_english(&mut self) {
        let mut targets = self.screen.targets.iter();
        let switch = targets.find(|target| target.effect == Effect::SwitchesLanguage);
        self.touch(switch.expect("every screen has the switch"));
    }

    /// Does one thing, and looks at what came of it.
    fn go_on(&mut self) {
        match self.rng.u8(0..100) {
            0..4 => self.miss(),
            4..7 => self.stroke(),
            _ => {
                let (screen, played) = (self.screen, &self.played);
                let appeal = |target: &Target| match target.effect {
                    Effect::Plays { file, .. } if played.contains(&file) => 0,
                    _ => target.appeal,
                };
                let target = weighted(self.rng, screen.targets, appeal);
                self.touch(target);
            }
        }
    }

    /// Touches a target and waits.
    fn touch(&mut self, target: &'static Target) {
        self.tap(target.name, target.area);
        let soon = self.now_ms + self.rng.i64(40..160);
        match target.effect {
            Effect::Opens(screen) => {
                self.pause_playing(soon);
                self.open(screen, soon);
            }
            Effect::Shows => {
                let data = json!({"screen": self.screen.name, "target": target.name});
                self.visit.event(soon, "select", &data);
            }
            Effect::Turns(leaves) => {
                self.leaf = (self.leaf + leaves).max(0);
                let data = json!({"screen": self.screen.name, "currentPage": self.leaf});
                self.visit.event(soon, "pageChange", &data);
            }
            Effect::Plays { file, length_ms } => {
                self.pause_playing(soon);
                self.play(file, length_ms, soon);
                return;
            }
            Effect::SwitchesLanguage => {
                self.lang = if self.lang == "nb" { "en" } else { "nb" };
                let data = json!({"screen": self.screen.name, "lang": self.lang});
                self.visit.event(soon, "language", &data);
            }
            Effect::Nothing => {
                // It looks as if it should do something, so it is tried again.
                for _ in 0..self.rng.u8(1..5) {
                    self.now_ms += self.rng.i64(350..950);
                    self.tap(target.name, target.area);
                }
            }
            Effect::StartsOver => {}
        }
        self.now_ms += self.about(self.screen.look_ms);
    }

    fn tap(&mut self, target: &str, area: Area) {
        let at = point_in(self.rng, area);
        let action = if self.rng.u8(0..60) == 0 {
            "longpress"
        } else {
            "click"
        };
        self.report_touch(action, target, at, json!({}));
    }

    /// Taps beside everything.
    fn miss(&mut self) {
        let drawing = Area {
            x: 60,
            y: 160,
            width: WIDTH - 120,
            height: HEIGHT - 320,
        };
        self.tap("drawing", drawing);
        self.now_ms += self.about(2_000);
    }

    /// Tries what a telephone would understand.
    fn stroke(&mut self) {
        let at = (self.rng.i64(300..1_600), self.rng.i64(250..850));
        let (action, more) = if self.screen.name == MAP {
            let scale = f64::from(self.rng.u32(125..280)) / 100.0;
            ("pinch", json!({"scale": scale}))
        } else {
            let direction = if self.rng.u8(0..3) > 0 {
                "left"
            } else {
                "right"
            };
            let distance = self.rng.i64(60..700);
            (
                "swipe",
                json!({"direction": direction, "distance": distance}),
            )
        };
        self.report_touch(action, "drawing", at, more);
        self.now_ms += self.about(2_500);
    }

    fn report_touch(&mut self, action: &str, target: &str, (x, y): (i64, i64), more: Value) {
        self.end_playing(self.now_ms);
        let mut data = json!({"target": target, "clickX": x, "clickY": y, "screen": self.screen.name,
            "lang": self.lang, "viewWidth": WIDTH, "viewHeight": HEIGHT, "pointer": "touch"});
        if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
            data.extend(more);
        }
        self.visit.event(self.now_ms, action, &data);
    }

    fn open(&mut self, screen: &str, at_ms: i64) {
        self.screen = Screen::named(screen);
        self.leaf = 0;
        self.played.clear();
        let data = json!({"screen": screen, "lang": self.lang});
        self.visit.event(at_ms, "screen", &data);
    }

    /// Most have seen enough after a while; some stay to the end.
    fn play(&mut self, file: &'static str, length_ms: i64, at_ms: i64) {
        self.report_media(at_ms, file, "play", 0);
        self.played.push(file);
        let stays = self.rng.u8(0..100) < if length_ms > 30_000 { 18 } else { 60 };
        if stays {
            self.report_media(at_ms + length_ms, file, "ended", length_ms);
            self.now_ms = at_ms + length_ms + self.about(2_000);
        } else {
            self.playing = Some(Playing {
                file,
                since_ms: at_ms,
                length_ms,
            });
            let watched_ms = self.about(length_ms.min(60_000) / 3);
            self.now_ms = at_ms + watched_ms.min(length_ms - 1_000);
        }
    }

    /// What plays is left for something else.
    fn pause_playing(&mut self, at_ms: i64) {
        if let Some(playing) = self.playing.take() {
            let position_ms = (at_ms - playing.since_ms).min(playing.length_ms);
            self.report_media(at_ms, playing.file, "pause", position_ms);
        }
    }

    /// What plays has come to its end.
    fn end_playing(&mut self, until_ms: i64) {
        let ended = |playing: &mut Playing| playing.since_ms + playing.length_ms <= until_ms;
        if let Some(playing) = self.playing.take_if(ended) {
            let end_ms = playing.since_ms + playing.length_ms;
            // Something else may have been told while it ended.
            let end_ms = end_ms.max(self.visit.end_ms());
            self.report_media(end_ms, playing.file, "ended", playing.length_ms);
        }
    }

    fn report_media(&mut self, at_ms: i64, file: &str, state: &str, position_ms: i64) {
        let position_s = position_ms as f64 / 1000.0;
        let data = json!({"target": file, "state": state, "position_s": position_s});
        self.visit.event(at_ms, "media", &data);
    }

    /// Starts over for the next one, or walks away.
    fn leave(mut self) -> Visit {
        if self.rng.u8(0..100) < 16
            && let Some(start_over) = self.screen.start_over()
        {
            self.tap(start_over.name, start_over.area);
            let soon = self.now_ms + 80;
            self.pause_playing(soon);
            self.open(MAP, soon);
            self.visit.stop(soon + 20, "restart");
            return self.visit;
        }
        // What still plays is played to its end, for nobody.
        self.end_playing(i64::MAX);
        let last_ms = self.visit.end_ms();
        if self.screen.name != MAP {
            let data = json!({"screen": MAP, "auto": true, "lang": "nb"});
            self.visit.event(last_ms + RESET_MS, "screen", &data);
        }
        self.visit.stop(last_ms + IDLE_MS, "idle");
        self.visit
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What an event says, with its time and action.
    fn events(visit: &Visit) -> Vec<(i64, String, Value)> {
        let events = visit.said.iter().filter_map(|(at_ms, what)| match what {
            What::Event(event) => Some((
                *at_ms,
                event.action.as_str().to_owned(),
                serde_json::from_str(event.data.as_str()).unwrap(),
            )),
            _ => None,
        });
        events.collect()
    }

    fn many() -> Vec<Visit> {
        let mut rng = Rng::with_seed(7);
        let manner = Manner {
            patience: 0.9,
            english: 0.3,
        };
        let visits = (0..500).map(|number| visit(&mut rng, "table-1", number * 10_000_000, manner));
        visits.collect()
    }

    #[test]
    fn nothing_follows_a_touch_of_the_broken_button() {
        let mut touched = 0;
        for visit in many() {
            for pair in events(&visit).windows(2) {
                let [(at_ms, _, data), (next_ms, next, next_data)] = pair else {
                    continue;
                };
                if data["target"] == "turn" && data["clickX"].is_i64() {
                    touched += 1;
                    let again = next == "click" && next_data["target"] == "turn";
                    assert!(again || next == "longpress" || next_ms - at_ms > 1_000);
                }
            }
        }
        assert!(touched > 100, "{touched}");
    }

    #[test]
    fn touches_lie_on_what_they_touch() {
        for (_, _, data) in many().iter().flat_map(events) {
            let screen = data["screen"].as_str().map(Screen::named);
            let targets = screen.map_or(&[][..], |screen| screen.targets);
            let target = targets.iter().find(|target| data["target"] == target.name);
            if let (Some(target), Some(x), Some(y)) =
                (target, data["clickX"].as_i64(), data["clickY"].as_i64())
            {
                let Area {
                    x: left,
                    y: top,
                    width,
                    height,
                } = target.area;
                assert!((left..left + width).contains(&x) && (top..top + height).contains(&y));
            }
        }
    }

    #[test]
    fn all_that_a_page_can_say_is_said() {
        let visits = many();
        let said: BTreeSet<String> = (visits.iter().flat_map(events))
            .map(|(_, action, _)| action)
            .collect();
        let expected = [
            "click",
            "language",
            "longpress",
            "media",
            "pageChange",
            "pinch",
            "screen",
            "select",
            "swipe",
        ];
        assert!(said.iter().map(String::as_str).eq(expected), "{said:?}");
        let stopped = |reason: &str| {
            let reason = Reason::parse(reason.to_owned()).unwrap();
            let is_it = |visit: &&Visit| visit.said.last().unwrap().1 == What::Stop(reason.clone());
            visits.iter().filter(is_it).count()
        };
        assert_eq!(stopped("idle") + stopped("restart"), visits.len());
        assert!(stopped("restart") > 20);
    }
}
