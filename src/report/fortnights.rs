//! Sums that are kept for each fortnight of UTC.
//!
//! Fortnights that lie in the range as a whole come from sums. Sessions that began in others are read one by one, and
//! excluded ones are taken away again.

use rusqlite::Row;

use super::chosen::Context;
use crate::model::calendar::FORTNIGHT_MS;

/// Three SQL texts for the same columns. The first two columns are start and id of the session; in sums they are NULL, by
/// which a report can tell them from rows of sessions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fortnights {
    /// The sums of a scope, from one fortnight to before another.
    pub(super) sums: &'static str,
    /// The rows of the sessions of a range, as for [`Context::each`].
    pub(super) by_session: &'static str,
    /// The rows of one session, if it would be selected were it not excluded by its id.
    pub(super) excluded: &'static str,
}

impl Context<'_> {
    /// Gives rows that make up the range, and for each 1 if it is to be added, or -1 if it is to be taken away. Those of a
    /// session come together.
    pub(super) fn each_of_fortnights(
        &self,
        from: &Fortnights,
        mut each: impl FnMut(&Row<'_>, i64) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let (first, last) = self.range.whole_fortnights();
        let mut sums = self.connection.prepare_cached(from.sums)?;
        for scope in self.choice.scopes(self.connection)? {
            for mark in self.choice.marks() {
                let mut rows = sums.query((scope, mark, first, last))?;
                while let Some(row) = rows.next()? {
                    each(row, 1)?;
                }
            }
        }
        let (begin, end) = self.range.at_most();
        let (whole_begin, whole_end) = (first * FORTNIGHT_MS, last * FORTNIGHT_MS);
        let pieces = if first < last {
            vec![(begin, whole_begin), (whole_end, end)]
        } else {
            vec![(begin, end)]
        };
        for (begin, end) in pieces {
            self.each_between(from.by_session, begin, end, &[], |row| each(row, 1))?;
        }
        let choice = &self.choice;
        let mut excluded = self.connection.prepare_cached(from.excluded)?;
        for session_id in choice.exclude.iter().filter(|_| !choice.nothing) {
            let key = (session_id, choice.marked, choice.consumer, choice.device);
            let mut rows = excluded.query(key)?;
            while let Some(row) = rows.next()? {
                let start_ms: i64 = row.get(0)?;
                if (first..last).contains(&start_ms.div_euclid(FORTNIGHT_MS)) {
                    each(row, -1)?;
                }
            }
        }
        Ok(())
    }
}
