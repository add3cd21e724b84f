//! What a report is asked for.

use super::list::Wanted;
use super::zone::Zone;

/// A report. What its figures mean is defined in `docs/reports.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each has its meaning in `REPORTS`")]
pub enum Report {
    Overview,
    Days,
    Hours,
    Grid,
    Weekdays,
    Screens,
    Types,
    Choices,
    Dwell,
    Transitions,
    Journeys,
    Paths,
    Heatmap,
    Pages,
    Targets,
    Actions,
    Stops,
    Media,
    Languages,
    Sessions,
}

/// How a report is known.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The report.
    pub report: Report,
    /// Its name in addresses.
    pub name: &'static str,
    /// The names of its columns, with spaces between.
    columns: &'static str,
    /// What it shows, in one sentence.
    pub meaning: &'static str,
}

impl About {
    /// The names of its columns.
    pub fn columns(&self) -> Vec<&'static str> {
        self.columns.split(' ').collect()
    }
}

const fn about(
    report: Report,
    name: &'static str,
    columns: &'static str,
    meaning: &'static str,
) -> About {
    About {
        report,
        name,
        columns,
        meaning,
    }
}

/// All reports.
pub const REPORTS: [About; 20] = [
    about(
        Report::Overview,
        "overview",
        "sessions touched_sessions open_sessions events touches views screens single_view_sessions \
         touches_per_session_mean touches_per_session_median views_per_session_mean views_per_session_median \
         active_s_mean active_s_median active_s_p90 utilisation",
        "One row that sums everything up",
    ),
    about(
        Report::Days,
        "days",
        "date sessions touches views active_s",
        "Every date, with the sessions that began on it",
    ),
    about(
        Report::Hours,
        "hours",
        "hour sessions touches views touches_of_sessions",
        "The hours of the day",
    ),
    about(
        Report::Grid,
        "grid",
        "weekday hour sessions touches dates",
        "Weekdays and hours: when the table is busy",
    ),
    about(
        Report::Weekdays,
        "weekdays",
        "weekday dates sessions sessions_per_date touches",
        "Weekdays from Monday (1) to Sunday (7)",
    ),
    about(
        Report::Screens,
        "screens",
        "screen type touches landed nowhere in_vain views sessions last",
        "What draws people, and where fingers land in vain",
    ),
    about(
        Report::Types,
        "types",
        "type screens touches views",
        "Screens by what their names begin with",
    ),
    about(
        Report::Choices,
        "choices",
        "nth screen sessions",
        "What is opened first, second and third",
    ),
    about(
        Report::Dwell,
        "dwell",
        "screen views measured total_s min_s median_s mean_s p90_s max_s",
        "How long each screen holds people",
    ),
    about(
        Report::Transitions,
        "transitions",
        "from_screen to_screen count",
        "From which screen to which",
    ),
    about(
        Report::Journeys,
        "journeys",
        "path sessions active_s_median stopped_idle",
        "The commonest ways through the first six views",
    ),
    about(
        Report::Paths,
        "paths",
        "session_id position screen time dwell_s",
        "Every view of every session",
    ),
    about(
        Report::Heatmap,
        "heatmap",
        "col row clicks nowhere in_vain sessions",
        "Where on the screen fingers land",
    ),
    about(
        Report::Pages,
        "pages",
        "screen openings page_changes pages_shown pages_per_opening",
        "How far books are read",
    ),
    about(
        Report::Targets,
        "targets",
        "screen target touches sessions",
        "What is hit on each screen",
    ),
    about(
        Report::Actions,
        "actions",
        "action events sessions",
        "The kinds of events",
    ),
    about(
        Report::Stops,
        "stops",
        "reason sessions",
        "Why sessions ended",
    ),
    about(
        Report::Media,
        "media",
        "target sessions plays completions watched_s_total watched_s_median",
        "What was watched, and how much of it",
    ),
    about(
        Report::Languages,
        "languages",
        "lang sessions touches",
        "The languages that visitors chose",
    ),
    about(
        Report::Sessions,
        "sessions",
        "session_id consumer device started_at stopped_at reason active_s events touches views distinct_screens \
         first_screen last_screen suspect",
        "Every session, with those that look like no visitor",
    ),
];

impl Report {
    /// The report of a name.
    pub fn find(name: &str) -> Option<Report> {
        let about = REPORTS.iter().find(|about| about.name == name)?;
        Some(about.report)
    }

    /// How it is known.
    pub fn about(self) -> &'static About {
        let about = REPORTS.iter().find(|about| about.report == self);
        about.expect("every report is in the list of all")
    }

    /// Whether it may be too long to be made in one piece.
    pub fn is_streamed(self) -> bool {
        matches!(self, Report::Paths | Report::Sessions)
    }
}

/// One end of a range, as it was given and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// As it was given.
    pub text: String,
    /// What it means.
    pub at: At,
}

/// A date, which is compared with local dates, or a moment, which is compared with moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// A date, in days since 1970.
    Date(i64),
    /// A moment, in ms since 1970.
    Moment(i64),
}

/// What is done about sessions that are marked as staff tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Marked {
    /// They are not selected.
    #[default]
    LeftOut,
    /// They are selected like others.
    Included,
    /// Only they are selected.
    Only,
}

/// Which sessions are selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selected {
    /// Of this consumer.
    pub consumer: Option<Wanted>,
    /// Of this device.
    pub device: Option<String>,
    /// Not these.
    pub exclude: Vec<i64>,
    /// Of staff tests: none, too, only.
    pub marked: Marked,
}

/// How points become cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Only touches made on this screen.
    pub screen: Option<String>,
    /// Cells in a row.
    pub cols: u32,
    /// Rows.
    pub rows: u32,
    /// Width of a page that does not say its size.
    pub width: u32,
    /// Height of a page that does not say its size.
    pub height: u32,
}

impl Default for Raster {
    fn default() -> Raster {
        Raster {
            screen: None,
            cols: 16,
            rows: 9,
            width: 1920,
            height: 1080,
        }
    }
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// One JSON object with an array.
    #[default]
    Json,
    /// A table with a header row.
    Csv,
    /// A workbook with one sheet.
    Xlsx,
}

/// A report that is asked for, with all its parameters.
#[derive(Debug, Clone)]
pub struct Question {
    /// Which report.
    pub report: Report,
    /// The first date or moment.
    pub from: Option<Bound>,
    /// The last date, or the moment after the last.
    pub to: Option<Bound>,
    /// Whose dates and hours.
    pub zone: Zone,
    /// Which sessions.
    pub selected: Selected,
    /// How it is written.
    pub format: Format,
    /// How many choices or journeys.
    pub n: Option<u32>,
    /// The most rows, where they are streamed.
    pub limit: Option<u64>,
    /// How many rows are passed over first, where they are streamed.
    pub offset: u64,
    /// Cells of the heatmap.
    pub raster: Raster,
}

impl Question {
    /// What a file with the report is called, without its ending: the report, and the dates if it was asked for some.
    pub fn file_name(&self) -> String {
        let name = self.report.about().name;
        match (&self.from, &self.to) {
            (Some(from), Some(to))
                if [from.at, to.at].iter().all(|at| matches!(at, At::Date(_))) =>
            {
                format!("{name}-{}-{}", from.text, to.text)
            }
            _ => name.to_owned(),
        }
    }
}
