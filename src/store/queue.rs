//! The bounded queue between those who send and the writer.
//!
//! A request can be withdrawn as long as it waits here. Once the writer has taken it into a transaction it cannot,
//! and its sender waits for the outcome: so a request that is answered "not stored" is never stored after all.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::error::StoreError;
use crate::limits;
use crate::model::{Outcome, Refusal, Request};

/// What the writer says to one request.
pub(super) type Answer = Result<Result<Outcome, Refusal>, StoreError>;

/// A request that waits for the writer, and the way back.
#[derive(Debug)]
pub(super) struct Job {
    number: u64,
    pub(super) request: Request,
    answer: oneshot::Sender<Answer>,
}

/// Requests in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    /// Where the senders wait.
    runtime: OnceLock<Handle>,
}

#[derive(Debug, Default)]
struct State {
    jobs: VecDeque<Job>,
    next_number: u64,
    closed: bool,
    nudged: bool,
    /// How many requests the writer waits for.
    wanted: usize,
    /// What keeps the writer from its work.
    trouble: Option<StoreError>,
}

/// Why the writer wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// Requests wait.
    Requests,
    /// No request waits, but the log or idle sessions want to be looked after.
    Upkeep,
    /// Nothing waits, and nothing will come.
    Closed,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state
            .lock()
            .expect("nobody panics while holding the queue")
    }

    /// Adds a request; called within a runtime. Returns its number, by which it can be withdrawn, and where its answer will arrive.
    pub(super) fn push(
        &self,
        request: Request,
    ) -> Result<(u64, oneshot::Receiver<Answer>), StoreError> {
        self.runtime.get_or_init(Handle::current);
        let mut state = self.state();
        if state.closed {
            return Err(StoreError::Stopping);
        }
        if state.jobs.len() >= limits::QUEUED_REQUESTS {
            return Err(StoreError::Overloaded);
        }
        let number = state.next_number;
        state.next_number += 1;
        let (answer, receiver) = oneshot::channel();
        state.jobs.push_back(Job {
            number,
            request,
            answer,
        });
        let waiting = state.jobs.len();
        if waiting == 1 || waiting == state.wanted {
            self.changed.notify_one();
        }
        Ok((number, receiver))
    }

    /// Takes a request back, and says why it had to wait. `None` if it does not wait here any more.
    pub(super) fn withdraw(&self, number: u64) -> Option<StoreError> {
        let mut state = self.state();
        let before = state.jobs.len();
        state.jobs.retain(|job| job.number != number);
        let is_locked = state.trouble == Some(StoreError::Locked);
        let reason = if is_locked {
            StoreError::Locked
        } else {
            StoreError::Overloaded
        };
        (state.jobs.len() < before).then_some(reason)
    }

    /// Notes what keeps the writer from its work. Returns what was noted before.
    pub(super) fn note_trouble(&self, trouble: Option<StoreError>) -> Option<StoreError> {
        std::mem::replace(&mut self.state().trouble, trouble)
    }

    /// Waits until there is something to do, or until a moment if one is given.
    pub(super) fn wait(&self, until: Option<Instant>) -> Wake {
        let mut state = self.state();
        loop {
            if !state.jobs.is_empty() {
                return Wake::Requests;
            }
            if state.closed {
                return Wake::Closed;
            }
            let patience = until.map(|until| until.saturating_duration_since(Instant::now()));
            if std::mem::take(&mut state.nudged)
                || patience.is_some_and(|patience| patience.is_zero())
            {
                return Wake::Upkeep;
            }
            let poisoned = "nobody panics while holding the queue";
            state = match patience {
                Some(patience) => {
                    self.changed
                        .wait_timeout(state, patience)
                        .expect(poisoned)
                        .0
                }
                None => self.changed.wait(state).expect(poisoned),
            };
        }
    }

    /// Waits until so many requests are there, but not longer than this.
    pub(super) fn gather(&self, wanted: usize, patience: Duration) {
        let mut state = self.state();
        if state.jobs.len() < wanted {
            state.wanted = wanted;
            let is_short = |state: &mut State| state.jobs.len() < wanted && !state.closed;
            let waited = self.changed.wait_timeout_while(state, patience, is_short);
            (waited.expect("nobody panics while holding the queue").0).wanted = 0;
        }
    }

    /// Wakes the writer although no request waits.
    pub(super) fn nudge(&self) {
        self.state().nudged = true;
        self.changed.notify_one();
    }

    /// Takes what waits, up to about so many rows.
    pub(super) fn take(&self, most_rows: usize) -> Vec<Job> {
        let mut state = self.state();
        let mut rows = 0;
        let fitting = state.jobs.iter().take_while(|job| {
            let fits = rows < most_rows;
            rows += job.request.work.weight();
            fits
        });
        let count = fitting.count();
        state.jobs.drain(..count).collect()
    }

    /// Answers requests, all in one piece.
    ///
    /// Waking a sender from the writer's thread costs a system call each; waking one task that wakes all the others
    /// costs one.
    pub(super) fn answer(&self, answered: Vec<(Job, Answer)>) {
        let runtime = self.runtime.get();
        runtime
            .expect("it is known since the first request came")
            .spawn(async move {
                for (job, answer) in answered {
                    // Whoever is not there any more gets no answer.
                    let _ = job.answer.send(answer);
                }
            });
    }

    /// Takes no more requests. What waits is still served.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Credential, Moment, Work};
    use std::thread;

    fn request(items: usize) -> Request {
        let work = Work::Batch {
            credential: Credential::SameOrigin,
            sent_at: None,
            items: vec![
                Err(crate::model::Rejection {
                    code: "",
                    error: String::new()
                });
                items
            ],
        };
        Request {
            received_at: Moment::saturating(0),
            ip: [127, 0, 0, 1].into(),
            work,
        }
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_a_closed_one_serves_what_waits() {
        let queue = Queue::default();
        let waiting: Vec<_> = (0..limits::QUEUED_REQUESTS)
            .map(|_| queue.push(request(0)).unwrap())
            .collect();
        assert_eq!(queue.push(request(0)).unwrap_err(), StoreError::Overloaded);
        queue.close();
        assert_eq!(queue.push(request(0)).unwrap_err(), StoreError::Stopping);
        assert_eq!(queue.wait(None), Wake::Requests);
        assert_eq!(queue.take(usize::MAX).len(), waiting.len());
        assert_eq!(queue.wait(None), Wake::Closed);
    }

    #[test]
    fn a_nudge_wakes_once() {
        let queue = Queue::default();
        queue.nudge();
        assert_eq!(queue.wait(None), Wake::Upkeep);
        queue.close();
        assert_eq!(queue.wait(None), Wake::Closed);
    }

    #[tokio::test]
    async fn the_writer_waits_for_those_it_wants_and_not_for_long() {
        let queue = Queue::default();
        drop(queue.push(request(0)).unwrap());
        let begun = Instant::now();
        queue.gather(1, Duration::from_secs(60));
        queue.gather(2, Duration::from_millis(10));
        assert!(begun.elapsed() >= Duration::from_millis(10));
        thread::scope(|scope| {
            scope.spawn(|| queue.gather(3, Duration::from_secs(60)));
            while queue.state().wanted != 3 {
                thread::yield_now();
            }
            drop(queue.push(request(0)).unwrap());
            drop(queue.push(request(0)).unwrap());
        });
        queue.close();
        queue.gather(4, Duration::from_secs(60));
        assert!(begun.elapsed() < Duration::from_secs(60));
    }

    #[tokio::test]
    async fn a_request_can_be_withdrawn_until_it_is_taken() {
        let queue = Queue::default();
        let (first, _answer) = queue.push(request(0)).unwrap();
        let (second, _answer) = queue.push(request(0)).unwrap();
        assert_eq!(queue.withdraw(first), Some(StoreError::Overloaded));
        assert_eq!(queue.withdraw(first), None);
        assert_eq!(queue.take(usize::MAX).len(), 1);
        assert_eq!(queue.withdraw(second), None);
    }

    #[tokio::test]
    async fn a_transaction_takes_no_more_than_it_should_but_always_one() {
        let queue = Queue::default();
        for items in [50, 60, 1, 1] {
            drop(queue.push(request(items)).unwrap());
        }
        assert_eq!(queue.take(100).len(), 2);
        assert_eq!(queue.take(1).len(), 1);
        assert_eq!(queue.take(100).len(), 1);
    }
}
