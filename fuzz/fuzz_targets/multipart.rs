//! Multipart bodies: one that is all there is read at once, to its end or to an error. The first line is the type.
#![no_main]

use bytes::Bytes;
use futures_util::FutureExt;
use libfuzzer_sys::fuzz_target;
use microticks::wire::fields::Fields;
use microticks::wire::{forms, multipart};

fuzz_target!(|input: &[u8]| {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let Ok(content_type) = std::str::from_utf8(&input[..end]) else {
        return;
    };
    let body = Bytes::copy_from_slice(input.get(end + 1..).unwrap_or_default());
    let length = body.len();
    let read = multipart::pairs(content_type, body).now_or_never();
    if let Ok(pairs) = read.expect("what is there is waited for by nobody") {
        // A byte that is no UTF-8 becomes three.
        assert!(pairs.iter().map(|(_, value)| value.len()).sum::<usize>() <= 3 * length);
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        let _ = forms::store_event(&Fields::from_pairs(pairs));
    }
});
