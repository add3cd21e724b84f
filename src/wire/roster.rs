//! Consumers and devices as JSON.

use serde_json::{Value, json};

use crate::model::Moment;
use crate::model::roster::{ConsumerRow, Devices};

/// The consumers, and the addresses that their pages can use: where the server listens, and, if other computers reach it,
/// the address for these.
pub fn consumers(
    consumers: &[ConsumerRow],
    listening: &str,
    from_elsewhere: Option<&str>,
) -> Vec<u8> {
    let rows: Vec<Value> = consumers
        .iter()
        .map(|row| {
            json!({
                "id": row.id,
                "name": row.name,
                "key": row.key,
                "ip_filter": row.ip_filter,
                "created_at": row.created_at,
                "deleted_at": row.deleted_at,
                "last_event": row.last_event.map(|moment| moment.to_string()),
            })
        })
        .collect();
    let reply = json!({
        "status": 200,
        "count": rows.len(),
        "listening": listening,
        "from_elsewhere": from_elsewhere,
        "consumers": rows,
    });
    reply.to_string().into_bytes()
}

/// The devices, each with its last sign of life, and the names of all that were ever heard of.
pub fn devices(devices: &Devices, now: Moment) -> Vec<u8> {
    let rows: Vec<Value> = devices
        .alive
        .iter()
        .map(|row| {
            json!({
                "consumer_id": row.consumer_id,
                "name": row.name,
                "last_alive": row.last_alive.to_string(),
                "queued": row.queued,
                "dropped": row.dropped,
                "version": row.version,
                "width": row.width,
                "height": row.height,
            })
        })
        .collect();
    let reply = json!({
        "status": 200,
        "count": rows.len(),
        "now": now.to_string(),
        "devices": rows,
        "names": devices.named,
    });
    reply.to_string().into_bytes()
}

/// The screens of which there are pictures.
pub fn screens(names: &[String]) -> Vec<u8> {
    json!({"status": 200, "count": names.len(), "screens": names})
        .to_string()
        .into_bytes()
}

/// Whether reading asks for a key, and whether this browser has given it.
pub fn login(key_is_set: bool, logged_in: bool) -> Vec<u8> {
    json!({"status": 200, "key_is_set": key_is_set, "logged_in": logged_in})
        .to_string()
        .into_bytes()
}
