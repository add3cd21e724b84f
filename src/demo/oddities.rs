//! What happens to every exhibition now and then, and looks like a visit: a test by the staff, dirt on the glass, a page
//! that is open twice.

use serde_json::json;

use super::house::{CAFE, ENTRANCE, seeded};
use super::screens::{BOATS, HEIGHT, SCREENS, WIDTH};
use super::visit::{self, Visit};
use crate::model::calendar::HOUR_MS;

/// Somebody of the staff goes through all screens before the museum opens.
pub(super) fn staff_test(date: i64, opens_ms: i64) -> Visit {
    let mut rng = seeded(date, 100);
    let mut now_ms = opens_ms - HOUR_MS / 2;
    let mut visit = Visit::begin(visit::token(&mut rng), ENTRANCE.name, now_ms);
    for screen in &SCREENS {
        for target in screen.targets {
            let (x, y) = visit::point_in(&mut rng, target.area);
            let data = json!({"target": target.name, "clickX": x, "clickY": y, "screen": screen.name, "lang": "nb",
                "viewWidth": WIDTH, "viewHeight": HEIGHT, "pointer": "touch"});
            visit.event(now_ms, "click", &data);
            now_ms += rng.i64(600..1_800);
        }
    }
    visit.stop(now_ms, "restart");
    visit
}

/// A wet cloth lies on the table for more than an hour while the room is cleaned.
pub(super) fn wet_cloth(date: i64, opens_ms: i64) -> Visit {
    let mut rng = seeded(date, 101);
    let mut now_ms = opens_ms - 2 * HOUR_MS;
    let mut visit = Visit::begin(visit::token(&mut rng), CAFE.name, now_ms);
    while now_ms < opens_ms - HOUR_MS / 2 {
        let (x, y) = (812 + rng.i64(-6..6), 566 + rng.i64(-6..6));
        let data = json!({"target": "drawing", "clickX": x, "clickY": y, "screen": BOATS, "lang": "nb",
            "viewWidth": WIDTH, "viewHeight": HEIGHT, "pointer": "touch"});
        visit.event(now_ms, "click", &data);
        now_ms += rng.i64(5_000..50_000);
    }
    visit.stop(now_ms + 60_000, "idle");
    visit
}

/// The same visit as a second window behind the page sees it: a moment later.
pub(super) fn echo(date: i64, visit: &Visit) -> Visit {
    let late_ms = 7;
    let mut echo = visit.clone();
    echo.token = visit::token(&mut seeded(date, 102));
    for (at_ms, _) in &mut echo.said {
        *at_ms += late_ms;
    }
    echo
}
