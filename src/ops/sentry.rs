//! Errors and panics for Sentry, where the operator has named a DSN.
//!
//! What is sent is the line that the log shows, with release and environment: no request, no visitor, no name of the
//! computer. A thread of its own sends it; what does not fit into its queue is lost, and nobody waits for it.
//!
//! On Linux, where the binary is static, names are resolved without the C library: see `lookup.rs`.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use ::sentry::integrations::log::{LogFilter, SentryLogger};
use ::sentry::transports::UreqHttpTransportOptions;
use ::sentry::types::Dsn;
use ::sentry::{ClientInitGuard, ClientOptions, Transport, TransportFactory, TransportOptions};
use log::{Level, Log};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};
#[cfg(not(target_os = "linux"))]
use ureq::unversioned::resolver::DefaultResolver as NameResolver;
use ureq::unversioned::transport::DefaultConnector;

#[cfg(target_os = "linux")]
use super::lookup::NameResolver;
use crate::limits;

/// Starts to send errors and panics. The environment is that of `SENTRY_ENVIRONMENT`, else `production`.
pub fn start(dsn: Dsn) -> SentryGuard {
    let mut options = ClientOptions::new()
        .release(concat!(
            env!("CARGO_PKG_NAME"),
            "@",
            env!("CARGO_PKG_VERSION")
        ))
        .max_breadcrumbs(0)
        .send_default_pii(false);
    options.dsn = Some(dsn);
    options.transport = Some(Arc::new(OwnTransport));
    SentryGuard(ManuallyDrop::new(::sentry::init(options)))
}

/// Lets the last errors be sent before the process ends. What cannot be sent by then is lost.
pub struct SentryGuard(ManuallyDrop<ClientInitGuard>);

impl Drop for SentryGuard {
    fn drop(&mut self) {
        // The client's own end would wait for a receiver that never answers.
        self.0.flush(Some(limits::SENTRY_FLUSH_TIME));
    }
}

/// A logger whose errors go to Sentry as well.
pub fn with_errors(logger: impl Log) -> impl Log {
    SentryLogger::with_dest(logger).filter(|metadata| match metadata.level() {
        Level::Error => LogFilter::Event,
        _ => LogFilter::Ignore,
    })
}

struct OwnTransport;

impl TransportFactory for OwnTransport {
    fn create_transport_with_options(&self, options: TransportOptions) -> Arc<dyn Transport> {
        let tls = TlsConfig::builder().root_certs(RootCerts::WebPki).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(limits::SENTRY_TIME))
            .build();
        let resolver: NameResolver = Default::default();
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Arc::new(
            UreqHttpTransportOptions::from(options)
                .with_agent(agent)
                .build(),
        )
    }
}
