//! Visitors who come while the server runs, at a human pace and at any hour: whoever looks wants to see something.

use std::convert::Infallible;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, sleep, sleep_until};

use super::house::{ENTRANCE, HALL, Table};
use super::{DemoError, Tables, visit};
use crate::model::Moment;
use crate::store::StoreError;

/// How often a table says that it is there.
const ALIVE_PAUSE: Duration = Duration::from_secs(60);
/// How long a table waits for its next visitor, in milliseconds.
const WAIT_MS: std::ops::Range<u64> = 1_000..12_000;

/// Lets visitors come to the tables that are on, until something cannot be stored.
pub(super) async fn go_on(tables: Tables) {
    let ended = tokio::try_join!(
        stay_alive(&tables, &ENTRANCE),
        stay_alive(&tables, &HALL),
        receive(&tables, &ENTRANCE, Rng::with_seed(1)),
        receive(&tables, &HALL, Rng::with_seed(2)),
    );
    if let Err(failed) = ended
        && !matches!(failed, DemoError::Store(StoreError::Stopping))
    {
        log::warn!("nobody is made up any more: {failed}");
    }
}

async fn stay_alive(tables: &Tables, table: &Table) -> Result<Infallible, DemoError> {
    loop {
        tables
            .send(Moment::now(), vec![table.sign_of_life()])
            .await?;
        sleep(ALIVE_PAUSE).await;
    }
}

/// One visitor after the other.
async fn receive(tables: &Tables, table: &Table, mut rng: Rng) -> Result<Infallible, DemoError> {
    loop {
        sleep(Duration::from_millis(rng.u64(WAIT_MS))).await;
        let (begin, begin_ms) = (Instant::now(), Moment::now().as_ms());
        let visit = visit::visit(&mut rng, table.name, begin_ms, table.manner());
        for ((at_ms, _), item) in visit.said.iter().zip(visit.items()) {
            let since_begin = Duration::from_millis((at_ms - begin_ms).unsigned_abs());
            sleep_until(begin + since_begin).await;
            tables.send(Moment::now(), vec![item]).await?;
        }
    }
}
