//! Forms: whatever is taken keeps within its limits, and can be given back as JSON that a strict reader reads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use microticks::limits;
use microticks::model::{Credential, Work};
use microticks::wire::fields::Fields;
use microticks::wire::{forms, json};

fuzz_target!(|body: &[u8]| {
    let fields = Fields::from_form(body);
    let _ = forms::consumer_key(&fields);
    let _ = forms::start_session(&fields, Credential::SameOrigin);
    let _ = forms::stop_session(&fields);
    if let Ok(Work::StoreEvent { event, token, .. }) = forms::store_event(&fields) {
        assert!(!token.as_str().is_empty() && !event.action.as_str().is_empty());
        assert!(event.data.as_str().len() <= limits::DATA_BYTES);
        if let Some(nested) = json::nested(event.data.as_str()) {
            serde_json::from_str::<&serde_json::value::RawValue>(&nested).expect("nested text is JSON");
        }
    }
});
