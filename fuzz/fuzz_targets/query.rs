//! Query strings: every one is a list or an error that says which parameter is wrong.
#![no_main]

use libfuzzer_sys::fuzz_target;
use microticks::wire::query::Query;

fuzz_target!(|query: &str| {
    let query = Query::new(query);
    let _ = query.get("key");
    let _ = query.format();
    for error in [query.events().err(), query.sessions().err()].into_iter().flatten() {
        assert!(error.to_string().contains('"'), "{error}");
    }
});
