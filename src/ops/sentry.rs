//! Errors and panics for Sentry, where the operator has named a DSN.
//!
//! What is sent is the line that the log shows, with release and environment: no request, no visitor, no name of the
//! computer. A thread of its own sends it; what does not fit into its queue is lost, and nobody waits for it.
//!
//! Names are resolved without the system's resolver: in a static binary that would load name-service modules of
//! whatever C library the computer has, and crash.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use ::sentry::integrations::log::{LogFilter, SentryLogger};
use ::sentry::transports::UreqHttpTransportOptions;
use ::sentry::types::Dsn;
use ::sentry::{ClientInitGuard, ClientOptions, Transport, TransportFactory, TransportOptions};
use hickory_resolver::TokioResolver;
use log::{Level, Log};
use ureq::Agent;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

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
        let agent = Agent::with_parts(config, DefaultConnector::default(), OwnResolver);
        Arc::new(
            UreqHttpTransportOptions::from(options)
                .with_agent(agent)
                .build(),
        )
    }
}

/// As many addresses of one host as can be given on.
const MOST_ADDRESSES: usize = 16;

/// Resolves names by the system's hosts file and name servers, in Rust alone.
#[derive(Debug)]
struct OwnResolver;

impl Resolver for OwnResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let default_port = if uri.scheme_str() == Some("http") {
            80
        } else {
            443
        };
        let port = uri.port_u16().unwrap_or(default_port);
        let patience = *timeout.after;
        let mut found = self.empty();
        let lookup = async {
            let resolver = TokioResolver::builder_tokio()?.build()?;
            resolver.lookup_ip(host).await
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let answer = runtime.block_on(async { tokio::time::timeout(patience, lookup).await });
        let addresses = answer
            .map_err(|_| ureq::Error::Timeout(timeout.reason))?
            .map_err(|_| ureq::Error::HostNotFound)?;
        for address in addresses.iter().take(MOST_ADDRESSES) {
            found.push((address, port).into());
        }
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        Ok(found)
    }
}
