//! The exhibit that the made-up visitors touch: eight screens, and what lies where on them.
//!
//! The pictures in `static/demo/` draw each target at its area; a test compares the two.

use Effect::{Nothing, Opens, Plays, Shows, StartsOver, SwitchesLanguage, Turns};

/// The width of every screen in pixels.
pub(super) const WIDTH: i64 = 1920;
/// The height of every screen in pixels.
pub(super) const HEIGHT: i64 = 1080;

/// A screen of the exhibit.
#[derive(Debug)]
pub struct Screen {
    /// Its name in events.
    pub name: &'static str,
    /// The embedded file with its picture.
    pub picture: &'static str,
    /// How long one usually looks before the next touch, in milliseconds.
    pub(super) look_ms: i64,
    pub(super) targets: &'static [Target],
}

/// Something that looks as if it could be touched.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) area: Area,
    /// How often it is chosen, beside the other targets of its screen.
    pub(super) appeal: u32,
    pub(super) effect: Effect,
}

/// A rectangle of a screen, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) width: i64,
    pub(super) height: i64,
}

/// What a touch of a target does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Another screen.
    Opens(&'static str),
    /// Something on the same screen, which the exhibit reports as an event `select`.
    Shows,
    /// So many leaves of the book.
    Turns(i64),
    /// A film or sound of this length.
    Plays { file: &'static str, length_ms: i64 },
    /// The other language.
    SwitchesLanguage,
    /// The end of the visit, by the visitor's own wish.
    StartsOver,
    /// It is broken.
    Nothing,
}

/// Where a table rests, and where a visitor comes back to.
pub(super) const MAP: &str = "map";
pub(super) const BOATS: &str = "boats";
const FILM: &str = "film:herring-rush";
const LOGBOOK: &str = "book:logbook";
const FACES: &str = "faces";
const SOUNDS: &str = "sounds";
const QUIZ: &str = "quiz";
const ABOUT: &str = "about";

/// What the attract loop shows when a visitor comes, each with how often.
pub(super) const ATTRACT_LOOP: [(&str, u32); 3] = [(MAP, 66), (FILM, 19), (BOATS, 15)];

const BACK: Target = target("back", [60, 50, 220, 90], 9, Opens(MAP));
const LANGUAGE: Target = target("language", [1660, 50, 200, 90], 1, SwitchesLanguage);
// Chosen by those who leave, not by appeal.
const START_OVER: Target = target("start-over", [60, 940, 300, 90], 0, StartsOver);

/// All screens of the exhibit.
pub static SCREENS: [Screen; 8] = [
    Screen {
        name: MAP,
        picture: "demo/map.svg",
        look_ms: 3_200,
        targets: &[
            LANGUAGE,
            target("boats", [760, 650, 360, 200], 24, Opens(BOATS)),
            target("film", [1270, 290, 340, 190], 32, Opens(FILM)),
            target("logbook", [790, 260, 320, 190], 17, Opens(LOGBOOK)),
            target("faces", [310, 300, 340, 190], 13, Opens(FACES)),
            target("sounds", [1350, 670, 320, 180], 9, Opens(SOUNDS)),
            target("quiz", [230, 660, 340, 180], 11, Opens(QUIZ)),
            target("about", [60, 940, 220, 90], 2, Opens(ABOUT)),
        ],
    },
    Screen {
        name: BOATS,
        picture: "demo/boats.svg",
        look_ms: 4_500,
        targets: &[
            BACK,
            LANGUAGE,
            START_OVER,
            next(FILM, 8),
            target("faering", [140, 250, 360, 240], 10, Shows),
            target("cutter", [560, 250, 360, 240], 12, Shows),
            target("drifter", [140, 560, 360, 240], 9, Shows),
            target("steamer", [560, 560, 360, 240], 14, Shows),
            target("turn", [1380, 606, 240, 108], 15, Nothing),
        ],
    },
    Screen {
        name: FILM,
        picture: "demo/film.svg",
        look_ms: 3_500,
        targets: &[
            BACK,
            LANGUAGE,
            START_OVER,
            next(FACES, 12),
            target(
                "play",
                [840, 420, 240, 240],
                60,
                plays("herring-rush.mp4", 154_000),
            ),
        ],
    },
    Screen {
        name: LOGBOOK,
        picture: "demo/logbook.svg",
        look_ms: 10_500,
        targets: &[
            BACK,
            LANGUAGE,
            START_OVER,
            next(QUIZ, 4),
            target("page-back", [480, 836, 240, 90], 7, Turns(-1)),
            target("page-on", [1180, 836, 240, 90], 110, Turns(1)),
        ],
    },
    Screen {
        name: FACES,
        picture: "demo/faces.svg",
        look_ms: 6_500,
        targets: &[
            BACK,
            LANGUAGE,
            START_OVER,
            next(LOGBOOK, 8),
            target("skipper", [220, 230, 400, 300], 14, Shows),
            target("salter", [760, 230, 400, 300], 12, Shows),
            target("cooper", [1300, 230, 400, 300], 7, Shows),
            target("net-maker", [220, 580, 400, 300], 6, Shows),
            target("merchant", [760, 580, 400, 300], 4, Shows),
            target("girl", [1300, 580, 400, 300], 16, Shows),
        ],
    },
    Screen {
        name: SOUNDS,
        picture: "demo/sounds.svg",
        look_ms: 3_000,
        targets: &[
            BACK,
            LANGUAGE,
            START_OVER,
            next(FACES, 6),
            target(
                "foghorn",
                [260, 300, 300, 420],
                16,
                plays("foghorn.mp3", 9_000),
            ),
            target(
                "gulls",
                [630, 300, 300, 420],
                12,
                plays("gulls.mp3", 14_000),
            ),
            target(
                "winch",
                [1000, 300, 300, 420],
                8,
                plays("winch.mp3", 11_000),
            ),
            target(
                "market",
                [1370, 300, 300, 420],
                9,
                plays("market.mp3", 18_000),
            ),
        ],
    },
    Screen {
        name: QUIZ,
        picture: "demo/quiz.svg",
        look_ms: 5_500,
        targets: &[
            BACK,
            LANGUAGE,
            START_OVER,
            next(BOATS, 7),
            target("answer-salt", [220, 620, 440, 200], 14, Shows),
            target("answer-ice", [740, 620, 440, 200], 9, Shows),
            target("answer-flour", [1260, 620, 440, 200], 5, Shows),
        ],
    },
    Screen {
        name: ABOUT,
        picture: "demo/about.svg",
        look_ms: 5_000,
        targets: &[BACK, LANGUAGE, START_OVER, next(MAP, 3)],
    },
];

const fn target(
    name: &'static str,
    [x, y, width, height]: [i64; 4],
    appeal: u32,
    effect: Effect,
) -> Target {
    let area = Area {
        x,
        y,
        width,
        height,
    };
    Target {
        name,
        area,
        appeal,
        effect,
    }
}

/// The way on, at the bottom right of nearly every screen.
const fn next(screen: &'static str, appeal: u32) -> Target {
    target("next", [1500, 940, 360, 90], appeal, Opens(screen))
}

const fn plays(file: &'static str, length_ms: i64) -> Effect {
    Plays { file, length_ms }
}

impl Screen {
    /// The screen of this name.
    pub(super) fn named(name: &str) -> &'static Screen {
        let mut screens = SCREENS.iter();
        screens
            .find(|screen| screen.name == name)
            .expect("targets and loops name screens that are there")
    }

    /// Where a visit can be ended.
    pub(super) fn start_over(&self) -> Option<&'static Target> {
        let mut targets = self.targets.iter();
        targets.find(|target| target.effect == StartsOver)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_target_is_drawn_where_it_is_touched() {
        for screen in &SCREENS {
            let path = Path::new("static").join(screen.picture);
            let picture = std::fs::read_to_string(&path).unwrap();
            assert!(
                picture.contains(&format!("viewBox=\"0 0 {WIDTH} {HEIGHT}\"")),
                "{path:?}"
            );
            for Target { name, area, .. } in screen.targets {
                let Area {
                    x,
                    y,
                    width,
                    height,
                } = area;
                let drawn =
                    format!(r#"id="{name}" x="{x}" y="{y}" width="{width}" height="{height}""#);
                assert!(picture.contains(&drawn), "{path:?} has no {drawn}");
            }
        }
    }

    #[test]
    fn every_way_leads_to_a_screen() {
        let ways = SCREENS.iter().flat_map(|screen| screen.targets);
        let opened = ways.filter_map(|target| match target.effect {
            Opens(name) => Some(name),
            _ => None,
        });
        for name in opened.chain(ATTRACT_LOOP.map(|(name, _)| name)) {
            assert_eq!(Screen::named(name).name, name);
        }
    }
}
