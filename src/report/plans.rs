//! How SQLite finds what each report reads: never by looking at all raw events, and in the order that the fold needs.

use rusqlite::Connection;

use super::chosen::of_selected;

/// Every SQL of the reports, with the steps that it must consist of.
const PLANS: [(&str, &str, &[&str]); 30] = [
    ("overview", of_selected!("overview.sql"), &[BY_START]),
    ("stops", of_selected!("stops.sql"), &[BY_START]),
    ("begun", of_selected!("begun.sql"), &[BY_START]),
    (
        "views",
        of_selected!("views.sql"),
        &[BY_START, "SEARCH v USING PRIMARY KEY (session_id=?)"],
    ),
    (
        "choices",
        of_selected!("choices.sql"),
        &[
            BY_START,
            "SEARCH v USING PRIMARY KEY (session_id=? AND position<?)",
        ],
    ),
    (
        "journeys",
        of_selected!("journeys.sql"),
        &[
            BY_START,
            "SEARCH v USING PRIMARY KEY (session_id=? AND position<?)",
        ],
    ),
    (
        "heatmap",
        of_selected!("heatmap.sql"),
        &[BY_START, "SEARCH p USING PRIMARY KEY (session_id=?)"],
    ),
    (
        "targets",
        of_selected!("targets.sql"),
        &[BY_START, "SEARCH t USING PRIMARY KEY (session_id=?)"],
    ),
    (
        "actions",
        of_selected!("actions.sql"),
        &[BY_START, "SEARCH a USING PRIMARY KEY (session_id=?)"],
    ),
    (
        "media",
        of_selected!("media.sql"),
        &[BY_START, "SEARCH m USING PRIMARY KEY (session_id=?)"],
    ),
    (
        "languages",
        of_selected!("languages.sql"),
        &[BY_START, "SEARCH l USING PRIMARY KEY (session_id=?)"],
    ),
    (
        "session_screens",
        of_selected!("session_screens.sql"),
        &[BY_START, "SEARCH c USING PRIMARY KEY (session_id=?)"],
    ),
    (
        "screen_fortnights",
        include_str!("screen_fortnights.sql"),
        &[
            "SEARCH screen_fortnights USING PRIMARY KEY (scope=? AND marked=? AND fortnight>? AND fortnight<?)",
        ],
    ),
    (
        "target_fortnights",
        include_str!("target_fortnights.sql"),
        &[
            "SEARCH target_fortnights USING PRIMARY KEY (scope=? AND marked=? AND fortnight>? AND fortnight<?)",
        ],
    ),
    (
        "excluded_targets",
        include_str!("excluded_targets.sql"),
        &[
            "SEARCH s USING INDEX session_sums_by_session (session_id=?)",
            "SEARCH t USING PRIMARY KEY (session_id=?)",
        ],
    ),
    (
        "excluded_screens",
        include_str!("excluded_screens.sql"),
        &[
            "SEARCH s USING INDEX session_sums_by_session (session_id=?)",
            "SEARCH c USING PRIMARY KEY (session_id=?)",
        ],
    ),
    (
        "quarters",
        include_str!("quarters.sql"),
        &[
            "SEARCH quarter_sums USING PRIMARY KEY (scope=? AND marked=? AND quarter>? AND quarter<?)",
        ],
    ),
    (
        "first_quarters",
        include_str!("first_quarters.sql"),
        &["SEARCH quarter_sums USING PRIMARY KEY (scope=? AND marked=?)"],
    ),
    (
        "last_quarters",
        include_str!("last_quarters.sql"),
        &["SEARCH quarter_sums USING PRIMARY KEY (scope=? AND marked=?)"],
    ),
    (
        "starts",
        include_str!("starts.sql"),
        &["SEARCH session_sums USING PRIMARY KEY (start_ms>? AND start_ms<?)"],
    ),
    (
        "ends",
        include_str!("ends.sql"),
        &["SEARCH session_sums USING INDEX session_sums_by_end (end_ms>? AND end_ms<?)"],
    ),
    (
        "excluded",
        include_str!("excluded.sql"),
        &["SEARCH session_sums USING INDEX session_sums_by_session (session_id=?)"],
    ),
    (
        "touches_at",
        include_str!("touches_at.sql"),
        &[BY_SPAN, "SEARCH t USING PRIMARY KEY (session_id=?)"],
    ),
    (
        "views_at",
        include_str!("views_at.sql"),
        &[BY_SPAN, "SEARCH t USING PRIMARY KEY (session_id=?)"],
    ),
    ("echo", include_str!("echo.sql"), &[BY_SPAN]),
    ("ids", of_selected!("ids.sql"), &[BY_START]),
    (
        "views_of_many",
        include_str!("views_of_many.sql"),
        &["SEARCH v USING PRIMARY KEY (session_id>? AND session_id<?)"],
    ),
    (
        "heatmap_of_many",
        include_str!("heatmap_of_many.sql"),
        &["SEARCH p USING PRIMARY KEY (session_id>? AND session_id<?)"],
    ),
    (
        "sessions",
        include_str!("sessions.sql"),
        &["SEARCH s USING PRIMARY KEY ((start_ms,session_id)>(?,?) AND start_ms<?)"],
    ),
    (
        "paths",
        include_str!("paths.sql"),
        &[
            "SEARCH s USING PRIMARY KEY ((start_ms,session_id)>(?,?) AND start_ms<?)",
            "SEARCH v USING PRIMARY KEY (session_id=? AND position>?) LEFT-JOIN",
        ],
    ),
];

const BY_START: &str = "SEARCH s USING PRIMARY KEY (start_ms>? AND start_ms<?)";
const BY_SPAN: &str =
    "SEARCH s USING INDEX session_sums_by_span (span=? AND begin_ms>? AND begin_ms<?)";

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    // Parameters that are not bound are NULL; the plan does not depend on them.
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps
}

#[test]
fn every_report_is_read_by_the_keys_it_is_made_for() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(include_str!("../store/schema.sql"))
        .unwrap();
    connection
        .execute_batch(include_str!("../store/derived.sql"))
        .unwrap();
    for (name, sql, expected) in PLANS {
        let steps = plan(&connection, sql);
        for step in expected {
            assert!(
                steps.iter().any(|found| found == step),
                "{name}: {step:?} is not in {steps:#?}"
            );
        }
        for step in &steps {
            let is_known = expected.contains(&step.as_str()) || is_small(step);
            assert!(is_known, "{name}: {step}");
        }
    }
}

#[test]
fn no_sql_of_a_report_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|file| file.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".sql").map(str::to_owned))
        // It ends the others, and the one on scopes is about a few rows.
        .filter(|name| !["selected", "scopes"].contains(&&name[..]))
        .collect();
    files.sort();
    let mut known: Vec<_> = PLANS.iter().map(|(name, ..)| *name).collect();
    known.sort_unstable();
    assert_eq!(files, known);
}

/// The steps by which the different lengths of sessions are found, of which there are a few dozen.
fn is_small(step: &str) -> bool {
    let small = [
        "CO-ROUTINE",
        "MATERIALIZE",
        "SETUP",
        "RECURSIVE STEP",
        "SCALAR SUBQUERY",
        "CORRELATED",
        "SCAN l",
        "SCAN spans",
        "SEARCH session_sums USING COVERING INDEX session_sums_by_span",
        "UNION ALL",
    ];
    small.iter().any(|beginning| step.starts_with(beginning))
}
