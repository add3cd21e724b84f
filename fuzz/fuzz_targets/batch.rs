//! Batches: a batch whose envelope is read gives one result for each item, and what is taken can be given back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use microticks::limits;
use microticks::model::{Credential, Item, What, Work};
use microticks::wire::batch::Envelope;
use microticks::wire::{json, text};

fuzz_target!(|body: &[u8]| {
    let text = text::utf8(body);
    let Ok(envelope) = Envelope::parse(&text) else {
        return;
    };
    serde_json::from_str::<serde::de::IgnoredAny>(&text).expect("only JSON has an envelope");
    let Work::Batch { items, .. } = envelope.into_work(Credential::SameOrigin) else {
        panic!("a batch is a batch");
    };
    assert!(items.len() <= limits::BATCH_ITEMS);
    for item in items.into_iter().flatten() {
        if let Item::Session { what: What::Event(event), .. } = item {
            assert!(event.seq.is_some() && !event.action.as_str().is_empty());
            assert!(event.data.as_str().len() <= limits::DATA_BYTES);
            if let Some(nested) = json::nested(event.data.as_str()) {
                serde_json::from_str::<&serde_json::value::RawValue>(&nested).expect("nested text is JSON");
            }
        }
    }
});
