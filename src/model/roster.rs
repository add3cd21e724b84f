//! Who sends: the consumers, and the devices that their pages run on.

use super::Moment;

/// A consumer as those see it who may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerRow {
    /// Its row.
    pub id: i64,
    /// What its owner calls it.
    pub name: String,
    /// What its pages send.
    pub key: String,
    /// The addresses it is restricted to, as they were given.
    pub ip_filter: Option<String>,
    /// When it was made, as it is stored.
    pub created_at: String,
    /// When it was removed, as it is stored.
    pub deleted_at: Option<String>,
    /// The latest event of its sessions, or the latest start where that is later.
    pub last_event: Option<Moment>,
}

/// Who is there: what is known of devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Devices {
    /// Those that have given a sign of life.
    pub alive: Vec<DeviceRow>,
    /// The names that sessions have, of which some pages give no sign of life.
    pub named: Vec<String>,
}

/// The last sign of life of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRow {
    /// The consumer it counts for.
    pub consumer_id: i64,
    /// Its name; empty where the page named none.
    pub name: String,
    /// When the sign arrived.
    pub last_alive: Moment,
    /// Items that waited in the page.
    pub queued: Option<i64>,
    /// Items that the page has had to drop, ever.
    pub dropped: Option<i64>,
    /// The client's version.
    pub version: Option<String>,
    /// Width of the page in CSS pixels.
    pub width: Option<i64>,
    /// Height of the page in CSS pixels.
    pub height: Option<i64>,
}
