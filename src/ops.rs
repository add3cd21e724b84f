//! What an operator sees of a running server: its log, and what it reports elsewhere.

pub mod logging;
#[cfg(target_os = "linux")]
mod lookup;
pub mod sentry;
