//! The parameters of reports.

use super::query::QueryError;
use super::text;
use crate::model::Moment;
use crate::model::calendar::read_date;
use crate::model::list::Wanted;
use crate::model::report::{At, Bound, Format, Marked, Question, Raster, Report, Selected};
use crate::model::zone::Zone;

/// Parameters that every report takes. `key` is for the guard.
const COMMON: [&str; 9] = [
    "from", "to", "tz", "consumer", "device", "exclude", "marked", "format", "key",
];

/// The names of the formats that reports are written in.
pub const FORMATS: [(&str, Format); 3] = [
    ("json", Format::Json),
    ("csv", Format::Csv),
    ("xlsx", Format::Xlsx),
];

fn format(name: &str) -> Option<Format> {
    let found = FORMATS.iter().find(|(known, _)| *known == name)?;
    Some(found.1)
}

/// The parameters that only this report takes.
fn own_parameters(report: Report) -> &'static [&'static str] {
    match report {
        Report::Choices | Report::Journeys => &["n"],
        Report::Heatmap => &["screen", "cols", "rows", "width", "height"],
        Report::Paths | Report::Sessions => &["limit", "offset"],
        _ => &[],
    }
}

/// Reads the parameters of a report, the part of the address after `?`. The first of equal names wins, and an empty
/// parameter is none. `local` is the zone of this computer.
pub fn question(report: Report, query: &str, local: &Zone) -> Result<Question, QueryError> {
    let given = Given::read(query);
    let own = own_parameters(report);
    let is_known = |name: &str| COMMON.contains(&name) || own.contains(&name);
    if let Some((name, _)) = given.0.iter().find(|(name, _)| !is_known(name)) {
        return Err(QueryError::Unknown(name.clone()));
    }
    let most_n = if report == Report::Choices {
        100
    } else {
        1_000
    };
    let usual = Raster::default();
    Ok(Question {
        report,
        from: given.bound("from")?,
        to: given.bound("to")?,
        zone: match given.get("tz") {
            Some(name) => Zone::find(name).ok_or(QueryError::Zone)?,
            None => local.clone(),
        },
        selected: given.selected()?,
        format: match given.get("format") {
            None => Format::default(),
            Some(name) => format(name).ok_or(QueryError::Format("json, csv or xlsx"))?,
        },
        n: given.bounded("n", 1, most_n)?,
        limit: given.number("limit")?,
        offset: given.number("offset")?.unwrap_or(0),
        raster: Raster {
            screen: given.get("screen").map(str::to_owned),
            cols: given.bounded("cols", 1, 200)?.unwrap_or(usual.cols),
            rows: given.bounded("rows", 1, 200)?.unwrap_or(usual.rows),
            width: given.bounded("width", 1, 100_000)?.unwrap_or(usual.width),
            height: given.bounded("height", 1, 100_000)?.unwrap_or(usual.height),
        },
    })
}

/// Parameters that are not empty.
struct Given(Vec<(String, String)>);

impl Given {
    fn read(query: &str) -> Given {
        let mut given: Vec<(String, String)> = Vec::new();
        let mut met: Vec<String> = Vec::new();
        for (name, value) in text::pairs(query.as_bytes()) {
            if met.iter().any(|before| *before == name) {
                continue;
            }
            met.push(name.clone().into_owned());
            if !value.is_empty() {
                given.push((name.into_owned(), value.into_owned()));
            }
        }
        Given(given)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A date or a time. In an address a plus becomes a space, which is read as a plus before a zone offset.
    fn bound(&self, name: &'static str) -> Result<Option<Bound>, QueryError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let date = read_date(text).map(At::Date);
        let at = date.or_else(|| Moment::parse_ms(text).map(At::Moment));
        let bound = at.map(|at| Bound {
            text: text.to_owned(),
            at,
        });
        bound.map(Some).ok_or(QueryError::Time(name))
    }

    fn selected(&self) -> Result<Selected, QueryError> {
        let id = |text: &str| text.parse::<i64>().ok().filter(|id| id.to_string() == text);
        Ok(Selected {
            consumer: self
                .get("consumer")
                .map(|text| id(text).map_or(Wanted::Nothing, Wanted::Id)),
            device: self.get("device").map(str::to_owned),
            exclude: self
                .get("exclude")
                .map_or(Vec::new(), |ids| ids.split(',').filter_map(id).collect()),
            marked: match self.get("marked") {
                None => Marked::LeftOut,
                Some("include") => Marked::Included,
                Some("only") => Marked::Only,
                Some(_) => return Err(QueryError::Marked),
            },
        })
    }

    /// A whole number in digits, and nothing else.
    fn number(&self, name: &'static str) -> Result<Option<u64>, QueryError> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(QueryError::Number(name));
        }
        // A number that is too large to be counted to is as good as none.
        Ok(Some(text.parse().unwrap_or(u64::MAX)))
    }

    fn bounded(
        &self,
        name: &'static str,
        least: u32,
        most: u32,
    ) -> Result<Option<u32>, QueryError> {
        let number = self.number(name)?.map(u32::try_from);
        match number {
            None => Ok(None),
            Some(Ok(number)) if (least..=most).contains(&number) => Ok(Some(number)),
            Some(_) => Err(QueryError::Bounds(name, least, most)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(report: Report, query: &str) -> Result<Question, String> {
        question(report, query, &Zone::utc()).map_err(|error| error.to_string())
    }

    #[test]
    fn without_parameters_everything_is_asked_for() {
        for query in ["", "from=&to=&tz=&consumer=&n=&unknown=&key=x"] {
            let question = ask(Report::Hours, query).unwrap();
            assert!(question.from.is_none() && question.to.is_none());
            assert_eq!(question.zone.name(), "UTC");
            assert_eq!(question.selected, Selected::default());
            assert_eq!(question.raster, Raster::default());
        }
    }

    #[test]
    fn parameters_are_read() {
        let query = "from=2024-03-31&to=2024-03-31T10:00:00%2B02:00&tz=Europe%2FOslo&consumer=2&device=bord%20%C3%98\
                     &exclude=1,x,03,7&marked=include&format=csv&n=5";
        let question = ask(Report::Choices, query).unwrap();
        assert_eq!(question.from.unwrap().at, At::Date(19_813));
        let to = question.to.unwrap();
        assert_eq!(to.at, At::Moment(1_711_872_000_000));
        assert_eq!(to.text, "2024-03-31T10:00:00+02:00");
        assert_eq!(question.zone.name(), "Europe/Oslo");
        assert_eq!(question.selected.consumer, Some(Wanted::Id(2)));
        assert_eq!(question.selected.device.as_deref(), Some("bord Ø"));
        assert_eq!(question.selected.exclude, [1, 7]);
        assert_eq!(question.selected.marked, Marked::Included);
        assert_eq!((question.format, question.n), (Format::Csv, Some(5)));
        for consumer in ["01", "x", "+1"] {
            let question = ask(Report::Days, &format!("consumer={consumer}")).unwrap();
            assert_eq!(
                question.selected.consumer,
                Some(Wanted::Nothing),
                "{consumer}"
            );
        }
    }

    #[test]
    fn wrong_and_unknown_parameters_are_named() {
        for (report, query, part) in [
            (Report::Stops, "limit=1", "\"limit\""),
            (Report::Stops, "colour=1", "\"colour\""),
            (Report::Choices, "n=0", "\"n\""),
            (Report::Choices, "n=101", "\"n\""),
            (Report::Journeys, "n=1001", "\"n\""),
            (Report::Journeys, "n=3.0", "\"n\""),
            (Report::Journeys, "n=%2B3", "\"n\""),
            (Report::Heatmap, "cols=201", "\"cols\""),
            (Report::Heatmap, "width=0", "\"width\""),
            (Report::Sessions, "offset=-1", "\"offset\""),
            (Report::Days, "from=yesterday", "\"from\""),
            (Report::Days, "to=2024-02-30", "\"to\""),
            (Report::Days, "tz=Europe/Nowhere", "\"tz\""),
            (Report::Days, "marked=yes", "\"marked\""),
            (Report::Days, "format=xml", "\"format\""),
        ] {
            let error = ask(report, query).map(drop).unwrap_err();
            assert!(error.contains(part), "{query}: {error}");
        }
        assert!(ask(Report::Journeys, "n=1000").is_ok());
        assert!(ask(Report::Sessions, "limit=99999999999999999999999").is_ok());
    }
}
