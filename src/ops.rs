//! What an operator sees of a running server: its log, and what it reports elsewhere.

pub mod logging;
pub mod sentry;
