//! Query strings: parameters to a list.

use super::text;
use crate::limits;
use crate::model::Moment;
use crate::model::list::{EventColumn, Filter, Format, List, Range, SessionColumn, Wanted, Whose};

/// A parameter of a list is wrong. `Display` says which, and what it may be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The rows cannot be ordered by this.
    #[error("\"{0}\" cannot be sorted by; use one of {1}")]
    Column(String, String),
    /// Both `sort` and `sort.desc` are there.
    #[error("Use either \"sort\" or \"sort.desc\"")]
    BothSorts,
    /// A number is none, or negative.
    #[error("\"{0}\" must be a whole number from 0")]
    Number(&'static str),
    /// A time is none.
    #[error("\"{0}\" must be an RFC 3339 time or a date like 2017-08-25")]
    Time(&'static str),
    /// The format does not exist.
    #[error("\"format\" must be {0}")]
    Format(&'static str),
    /// Nothing is known by this name.
    #[error("There is no parameter \"{0}\" here")]
    Unknown(String),
    /// A number is out of its bounds.
    #[error("\"{0}\" must be a whole number from {1} to {2}")]
    Bounds(&'static str, u32, u32),
    /// The time zone does not exist.
    #[error("\"tz\" must be the name of a time zone like Europe/Oslo")]
    Zone,
    /// Staff tests cannot be treated like this.
    #[error("\"marked\" must be include or only")]
    Marked,
    /// The range has more dates than the report has rows.
    #[error(
        "At most {} dates are given: move \"from\" nearer to \"to\"",
        limits::REPORT_DATES
    )]
    Dates,
    /// A sheet has only so many rows.
    #[error(
        "A sheet holds at most {} rows, and this has more: ask for less with \"from\", \"to\" or \"limit\", or use \
         \"format=csv\", which has no end",
        limits::SHEET_ROWS
    )]
    SheetRows,
    /// This order is only given for so many rows.
    #[error(
        "In this order at most {} rows are given: set \"limit\" to that or less",
        limits::SORTED_ROWS
    )]
    Limit,
}

/// The parameters of a request. The first of equal names wins, and an empty parameter is none.
#[derive(Debug)]
pub struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// Takes the part of the address after `?`.
    pub fn new(query: &'a str) -> Query<'a> {
        Query(query)
    }

    /// The decoded value of a parameter.
    pub fn get(&self, name: &str) -> Option<String> {
        let first = text::pairs(self.0.as_bytes()).find(|(key, _)| key == name);
        first
            .map(|(_, value)| value.into_owned())
            .filter(|value| !value.is_empty())
    }

    /// `format`
    pub fn format(&self) -> Result<Format, QueryError> {
        match self.get("format").as_deref() {
            None | Some("json") => Ok(Format::Json),
            Some("csv") => Ok(Format::Csv),
            Some(_) => Err(QueryError::Format("json or csv")),
        }
    }

    /// A list of events.
    pub fn events(&self) -> Result<List<EventColumn>, QueryError> {
        let list = self.list(&[
            ("id", EventColumn::Id),
            ("time", EventColumn::Time),
            ("action", EventColumn::Action),
            ("session_id", EventColumn::SessionId),
        ])?;
        checked_limit(list, |column| {
            matches!(column, EventColumn::Id | EventColumn::Time)
        })
    }

    /// A list of sessions.
    pub fn sessions(&self) -> Result<List<SessionColumn>, QueryError> {
        let list = self.list(&[
            ("id", SessionColumn::Id),
            ("started_at", SessionColumn::StartedAt),
            ("stopped_at", SessionColumn::StoppedAt),
            ("clicks", SessionColumn::Clicks),
            ("last_action", SessionColumn::LastAction),
            ("consumer_id", SessionColumn::ConsumerId),
            ("ip", SessionColumn::Ip),
        ])?;
        checked_limit(list, |column| {
            matches!(column, SessionColumn::Id | SessionColumn::StartedAt)
        })
    }

    fn list<C: Copy + Default>(&self, columns: &[(&str, C)]) -> Result<List<C>, QueryError> {
        let (ascending, descending) = (self.get("sort"), self.get("sort.desc"));
        if ascending.is_some() && descending.is_some() {
            return Err(QueryError::BothSorts);
        }
        let column = match ascending.as_ref().or(descending.as_ref()) {
            None => C::default(),
            Some(wanted) => match columns.iter().find(|(name, _)| name == wanted) {
                Some((_, column)) => *column,
                None => {
                    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
                    return Err(QueryError::Column(wanted.clone(), names.join(", ")));
                }
            },
        };
        Ok(List {
            filter: self.filter()?,
            column,
            descending: descending.is_some(),
            limit: self.number("limit")?,
            offset: self.number("offset")?.unwrap_or(0),
        })
    }

    /// Whose rows are wanted.
    pub fn whose(&self) -> Whose {
        let consumer = self.get("consumer");
        Whose {
            consumer: consumer.map(|id| id.parse().map_or(Wanted::Nothing, Wanted::Id)),
            device: self.get("device"),
        }
    }

    fn filter(&self) -> Result<Filter, QueryError> {
        let Whose { consumer, device } = self.whose();
        let range = Range {
            from: self.moment("from", 0)?,
            to: self.moment("to", 1)?,
        };
        Ok(Filter {
            ip: self.get("ip"),
            date: self.get("date"),
            consumer,
            device,
            range: (range != Range::default()).then_some(range),
            session: self
                .number("session")?
                .map(|id: u64| i64::try_from(id).unwrap_or(i64::MAX)),
            action: self.get("action"),
        })
    }

    fn number(&self, name: &'static str) -> Result<Option<u64>, QueryError> {
        self.get(name)
            .map(|text| text.parse().map_err(|_| QueryError::Number(name)))
            .transpose()
    }

    /// A time, or the beginning of the date so many days after the one given.
    fn moment(&self, name: &'static str, days: i64) -> Result<Option<Moment>, QueryError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let date = || {
            Moment::parse(&format!("{text}T00:00:00Z"))
                .map(|start| start.plus_ms(days * 86_400_000))
        };
        Moment::parse(&text)
            .or_else(date)
            .map(Some)
            .ok_or(QueryError::Time(name))
    }
}

/// Orders that need all rows at once are given for few rows only.
fn checked_limit<C: Copy>(
    list: List<C>,
    streamed: impl Fn(C) -> bool,
) -> Result<List<C>, QueryError> {
    let few = list
        .limit
        .is_some_and(|limit| limit <= limits::SORTED_ROWS as u64);
    if few || streamed(list.column) {
        Ok(list)
    } else {
        Err(QueryError::Limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_query_lists_everything_by_id() {
        for query in [
            "",
            "limit=&offset=&sort=&sort.desc=&from=&ip=",
            "_=123&unknown=x",
        ] {
            assert_eq!(Query::new(query).events(), Ok(List::default()), "{query}");
        }
    }

    #[test]
    fn filters_and_paging_are_read() {
        let query = "ip=10.0.0.1&date=2017-08&consumer=4&device=table%202&session=7&action=click\
                     &from=2017-08-25&to=2017-08-25&sort.desc=time&limit=100&offset=20&limit=5";
        let list = Query::new(query).events().unwrap();
        assert_eq!(list.filter.ip.as_deref(), Some("10.0.0.1"));
        assert_eq!(list.filter.date.as_deref(), Some("2017-08"));
        assert_eq!(list.filter.consumer, Some(Wanted::Id(4)));
        assert_eq!(list.filter.device.as_deref(), Some("table 2"));
        assert_eq!(list.filter.session, Some(7));
        assert_eq!(list.filter.action.as_deref(), Some("click"));
        let range = list.filter.range.unwrap();
        assert_eq!(range.from.unwrap().to_string(), "2017-08-25T00:00:00.000Z");
        assert_eq!(range.to.unwrap().to_string(), "2017-08-26T00:00:00.000Z");
        assert_eq!(
            (list.column, list.descending, list.limit, list.offset),
            (EventColumn::Time, true, Some(100), 20)
        );
    }

    #[test]
    fn a_consumer_that_is_no_number_matches_nothing() {
        assert_eq!(
            Query::new("consumer=x").events().unwrap().filter.consumer,
            Some(Wanted::Nothing)
        );
    }

    #[test]
    fn wrong_parameters_are_named() {
        for (query, part) in [
            ("sort=data", "\"data\""),
            ("sort=id;DROP TABLE events", "cannot be sorted by"),
            ("sort.desc=started_at", "\"started_at\""),
            ("sort=id&sort.desc=id", "either"),
            ("limit=-1", "\"limit\""),
            ("limit=ten", "\"limit\""),
            ("offset=1.5", "\"offset\""),
            ("session=x", "\"session\""),
            ("from=yesterday", "\"from\""),
            ("to=2017-02-30", "\"to\""),
            ("format=xml", "format"),
            ("sort=action", "10000"),
            ("sort=action&limit=10001", "10000"),
        ] {
            let query = Query::new(query);
            let error = query
                .events()
                .map(drop)
                .and_then(|()| query.format().map(drop))
                .unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
        assert!(Query::new("sort=action&limit=10000").events().is_ok());
        assert!(Query::new("sort.desc=started_at").sessions().is_ok());
        assert!(Query::new("sort=clicks").sessions().is_err());
    }
}
