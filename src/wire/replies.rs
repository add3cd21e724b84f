//! Outcomes and errors as JSON.

use serde_json::json;

use crate::model::{Applied, Outcome, Rejection};

/// The reply to a collecting request that is committed.
pub fn outcome(outcome: &Outcome) -> Vec<u8> {
    match outcome {
        Outcome::Started { token } => {
            format!("{{\"status\":200,\"token\":{}}}", json!(token.as_str())).into_bytes()
        }
        Outcome::Stored { event_id } => {
            format!("{{\"status\":200,\"event_id\":{event_id}}}").into_bytes()
        }
        Outcome::Stopped | Outcome::Marked => b"{\"status\":200}".to_vec(),
        Outcome::Applied(applied) => batch(applied),
    }
}

fn batch(applied: &Applied) -> Vec<u8> {
    let Applied {
        stored,
        duplicates,
        rejected,
    } = applied;
    let rejected: Vec<String> = rejected
        .iter()
        .map(|(index, Rejection { code, error })| {
            format!(
                "{{\"index\":{index},\"code\":\"{code}\",\"error\":{}}}",
                json!(error)
            )
        })
        .collect();
    let rejected = rejected.join(",");
    format!("{{\"status\":200,\"stored\":{stored},\"duplicates\":{duplicates},\"rejected\":[{rejected}]}}").into_bytes()
}

/// An error as every route gives it. Session and key errors repeat the text as `description`, as the original did.
pub fn error(status: u16, code: &str, text: &str, described: bool) -> Vec<u8> {
    let text = json!(text);
    let description = if described {
        format!(",\"description\":{text}")
    } else {
        String::new()
    };
    format!("{{\"status\":{status},\"error\":{text},\"code\":\"{code}\"{description}}}")
        .into_bytes()
}

/// What the page of first steps asks for: which of the three steps are done. `volatile` is the kind of file system that
/// the file lies on, if a restart may empty it.
pub fn ready(consumer: bool, script: bool, touch: bool, volatile: Option<&str>) -> Vec<u8> {
    let setup = format!("{{\"consumer\":{consumer},\"script\":{script},\"touch\":{touch}}}");
    let warning = volatile.map_or(String::new(), |kind| {
        format!(",\"warning\":\"The database lies on {kind}, which a restart of this computer may empty.\"")
    });
    format!("{{\"status\":200,\"setup\":{setup}{warning}}}").into_bytes()
}
