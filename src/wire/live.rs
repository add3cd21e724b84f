//! What happens right now, as server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use serde_json::{Value, json};

use crate::model::live::{Happened, News, Visit};
use crate::model::{Device, Moment};

/// The time, now and then: those who watch see that the connection stands, and so do those in between.
pub fn tick(time: Moment) -> String {
    event("tick", &json!({"time": time.to_string()}))
}

/// What is under way, with which everything begins, and begins anew where something was missed.
pub fn now(time: Moment, visits: &[Visit]) -> String {
    let visits: Vec<Value> = visits
        .iter()
        .map(|visit| {
            json!({
                "session_id": visit.session_id,
                "consumer_id": visit.consumer_id,
                "device": visit.device,
                "started_at": visit.started_at,
                "last_active": visit.last_active.to_string(),
                "touches": visit.touches,
            })
        })
        .collect();
    event("now", &json!({"time": time.to_string(), "visits": visits}))
}

/// Something that happened.
pub fn news(news: &News) -> String {
    let (name, more) = match &news.what {
        Happened::Started { session_id } => ("start", json!({"session_id": session_id})),
        Happened::Touched {
            session_id,
            action,
            target,
            screen,
        } => (
            "touch",
            json!({"session_id": session_id, "action": action, "target": target, "screen": screen}),
        ),
        Happened::Stopped { session_id, reason } => {
            ("stop", json!({"session_id": session_id, "reason": reason}))
        }
        Happened::Alive { queued, dropped } => {
            ("alive", json!({"queued": queued, "dropped": dropped}))
        }
    };
    let mut data = json!({
        "consumer_id": news.consumer_id,
        "device": news.device.as_ref().map(Device::as_str),
        "time": news.time.to_string(),
    });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    event(name, &data)
}

/// JSON as it is written here has no line breaks, which would end the event.
fn event(name: &str, data: &Value) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_whatever_it_holds() {
        let touched = News {
            consumer_id: 1,
            device: None,
            time: Moment::saturating(0),
            what: Happened::Touched {
                session_id: 7,
                action: "click".to_owned(),
                target: Some("a\n\ndata: b\r".to_owned()),
                screen: None,
            },
        };
        let text = news(&touched);
        assert_eq!(text.lines().count(), 3);
        assert!(
            text.starts_with("event: touch\ndata: {") && text.ends_with("}\n\n"),
            "{text}"
        );
        let (_, data) = text.trim_end().split_once("data: ").unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["target"], "a\n\ndata: b\r");
        assert_eq!(
            (&data["session_id"], &data["device"]),
            (&json!(7), &json!(null))
        );
    }
}
