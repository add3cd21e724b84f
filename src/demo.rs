//! A made-up exhibition for those who want to see what they would get: half a year of visits, and some that go on.
//!
//! Everything goes in through [`Store::ingest`], in the batches that a page would send, and is kept in a temporary file.
//! Nothing here knows SQL, and no figure is made: whatever the reports say follows from the touches. What is made up is
//! the same each time, except that dates move with today.

mod house;
mod live;
mod oddities;
mod plan;
mod screens;
mod visit;

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Instant;

use tempfile::TempDir;

pub use screens::{SCREENS, Screen};

use crate::model::zone::{LocalClock, Zone};
use crate::model::{Credential, Item, Moment, Refusal, Request, Work};
use crate::store::consumers::{self, ConsumerError};
use crate::store::{Store, StoreError};
use plan::Plan;
use visit::Visit;

/// What the exhibit is called where consumers are listed.
const CONSUMER: &str = "Herring Years";

/// The store is asked to derive so many days in one go: all of them would take a slow computer longer than it gives a
/// report, and the first report should not wait for any.
const DAYS_DERIVED_AT_ONCE: u32 = 12;

/// Why there is no exhibition.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// No temporary file can be made.
    #[error("cannot make a temporary file: {0}")]
    Folder(#[from] io::Error),
    /// The exhibit cannot be made known.
    #[error(transparent)]
    Consumer(#[from] ConsumerError),
    /// The store does not take a batch.
    #[error("cannot store what is made up: {0}")]
    Store(#[from] StoreError),
    /// The store takes our batches for something else.
    #[error("what is made up is refused: {0}")]
    Refused(#[from] Refusal),
}

/// An exhibition in a temporary file, which goes when this is dropped.
#[derive(Debug)]
pub struct Demo {
    path: PathBuf,
    key: String,
    /// Removed with all that is in it.
    _folder: TempDir,
}

/// How much was made up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Made {
    visits: i64,
    events: usize,
}

impl Demo {
    /// Makes the file, and in it the exhibit's consumer.
    pub fn new() -> Result<Demo, DemoError> {
        let folder = tempfile::Builder::new()
            .prefix("microticks-demo-")
            .tempdir()?;
        let path = folder.path().join("demo.db");
        let added = consumers::add(&path, CONSUMER, None)?;
        Ok(Demo {
            path,
            key: added.consumer.key,
            _folder: folder,
        })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Stores the visits of half a year up to this moment.
    pub async fn fill(&self, store: &Store) -> Result<(), DemoError> {
        log::info!("making up half a year of visits to an exhibition");
        let began = Instant::now();
        let zone = Zone::of_this_computer().unwrap_or_else(Zone::utc);
        let tables = self.tables(store.clone());
        let made = tables
            .fill(&Plan::new(LocalClock::new(zone), Moment::now()))
            .await?;
        log::info!(
            "made up {} visits with {} events in {:.1} s",
            made.visits,
            made.events,
            began.elapsed().as_secs_f64()
        );
        Ok(())
    }

    /// Lets visitors come for as long as the store takes what they do.
    pub fn visitors(&self, store: Store) -> impl Future<Output = ()> + Send + 'static {
        live::go_on(self.tables(store))
    }

    fn tables(&self, store: Store) -> Tables {
        let credential = Credential::Key(self.key.clone());
        Tables { store, credential }
    }
}

/// The tables of the exhibition, as far as they talk to the store.
#[derive(Debug, Clone)]
struct Tables {
    store: Store,
    credential: Credential,
}

impl Tables {
    /// Stores all that the tables have to tell so far.
    async fn fill(&self, plan: &Plan) -> Result<Made, DemoError> {
        let mut made = Made::default();
        for (day, number) in plan.days().zip(1..) {
            // In a new file sessions are numbered from 1 as they arrive.
            let test = day.begins_with_a_test.then_some(made.visits + 1);
            let items: Vec<_> = day.visits.iter().flat_map(Visit::items).collect();
            made.visits += i64::try_from(day.visits.len()).unwrap_or_default();
            made.events += items.len() - 2 * day.visits.len();
            // The items are old and the clock is right: they keep their times.
            self.send(plan.now, items).await?;
            if let Some(session_id) = test {
                let excluded = true;
                let work = Work::Mark {
                    session_id,
                    excluded,
                };
                self.ask(plan.now, work).await?;
            }
            if number % DAYS_DERIVED_AT_ONCE == 0 {
                self.store.derive_what_changed().await?;
            }
        }
        self.store.derive_what_changed().await?;
        self.send(plan.unplugged, vec![house::CAFE.sign_of_life()])
            .await?;
        Ok(made)
    }

    /// Stores items, as those that a page sends at this moment.
    async fn send(&self, now: Moment, items: Vec<Item>) -> Result<(), DemoError> {
        let work = Work::Batch {
            credential: self.credential.clone(),
            sent_at: Some(now),
            items: items.into_iter().map(Ok).collect(),
        };
        self.ask(now, work).await
    }

    async fn ask(&self, received_at: Moment, work: Work) -> Result<(), DemoError> {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let request = Request {
            received_at,
            ip,
            work,
        };
        self.store.ingest(request).await??;
        Ok(())
    }
}
