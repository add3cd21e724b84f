//! Rows of many sessions at once.
//!
//! To look the rows of each session up by its key costs more than to read them. So where most sessions between the first
//! and the last id are chosen, all rows between are read in one go, and those of others passed over.

use rusqlite::{Row, ToSql};

use super::chosen::{Context, of_selected};

/// If at least one of so many ids is chosen, all rows between are read.
const DENSE: usize = 4;

/// Chosen sessions as bits, counted from the first.
#[derive(Debug)]
struct Members {
    first: i64,
    last: i64,
    bits: Vec<u64>,
}

impl Members {
    /// `None` if the sessions are few among those between the first and the last.
    fn of(ids: &[i64]) -> Option<Members> {
        let (first, last) = (*ids.iter().min()?, *ids.iter().max()?);
        let span = usize::try_from(last.checked_sub(first)?).ok()?;
        if span / DENSE > ids.len() {
            return None;
        }
        let mut members = Members {
            first,
            last,
            bits: vec![0; span / 64 + 1],
        };
        for id in ids {
            let (word, bit) = members.place(*id);
            members.bits[word] |= 1 << bit;
        }
        Some(members)
    }

    fn place(&self, id: i64) -> (usize, usize) {
        let at = usize::try_from(id - self.first).unwrap_or(usize::MAX);
        (at / 64, at % 64)
    }

    fn holds(&self, id: i64) -> bool {
        let (word, bit) = self.place(id);
        self.bits.get(word).is_some_and(|bits| bits >> bit & 1 == 1)
    }
}

impl Context<'_> {
    /// Gives rows of the sessions of the range, those of a session together and in order. `by_session` is SQL for
    /// [`Context::each`], `between` the same for all sessions from `:first` to `:last`; its first column means nothing.
    pub(super) fn each_of_many(
        &self,
        by_session: &str,
        between: &str,
        own: &[(&str, &dyn ToSql)],
        mut each: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut ids = Vec::new();
        self.each(of_selected!("ids.sql"), |row| {
            ids.push(row.get(1)?);
            Ok(())
        })?;
        let Some(members) = Members::of(&ids) else {
            let (begin, end) = self.range.at_most();
            return self.each_between(by_session, begin, end, own, each);
        };
        drop(ids);
        let mut values: Vec<(&str, &dyn ToSql)> =
            vec![(":first", &members.first), (":last", &members.last)];
        values.extend_from_slice(own);
        let mut statement = self.connection.prepare_cached(between)?;
        let mut rows = statement.query(values.as_slice())?;
        while let Some(row) = rows.next()? {
            if members.holds(row.get(1)?) {
                each(row)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_given_and_only_if_they_are_many() {
        let members = Members::of(&[7, 5, 12, 200, 6]);
        assert!(members.is_none(), "few of 196");
        let ids: Vec<i64> = (0..100).map(|at| 1_000 + at * 3).collect();
        let members = Members::of(&ids).unwrap();
        for id in 900..1_400 {
            assert_eq!(members.holds(id), ids.contains(&id), "{id}");
        }
        assert!(Members::of(&[]).is_none());
        assert!(Members::of(&[i64::MIN, i64::MAX]).is_none());
        assert!(Members::of(&[i64::MAX]).unwrap().holds(i64::MAX));
    }
}
