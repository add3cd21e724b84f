//! Text from bytes: UTF-8, and `application/x-www-form-urlencoded` as the URL standard reads it.
//!
//! Both are on the way of every touch. What is read here can never fail: bytes that are no UTF-8 become U+FFFD.

use std::borrow::Cow;

/// Reads UTF-8. For text without errors, which nearly all is, the check alone is several times faster than looking for
/// something to replace.
pub fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// The names and values of a form or a query string.
pub fn pairs(encoded: &[u8]) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    let pairs = encoded.split(|byte| *byte == b'&');
    pairs.filter(|pair| !pair.is_empty()).map(|pair| {
        let end = pair.iter().position(|byte| *byte == b'=');
        let (name, value) = match end {
            Some(end) => (&pair[..end], &pair[end + 1..]),
            None => (pair, &[][..]),
        };
        (decoded(name), decoded(value))
    })
}

/// Undoes the encoding of a name or value. A `%` that no two hexadecimal digits follow stays as it is.
fn decoded(encoded: &[u8]) -> Cow<'_, str> {
    if !encoded.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return utf8(encoded);
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match (byte, rest.as_slice()) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) if let Some(byte) = from_hex(*high, *low) => {
                rest = after.iter();
                byte
            }
            _ => *byte,
        });
    }
    Cow::Owned(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// The byte that two hexadecimal digits stand for.
fn from_hex(high: u8, low: u8) -> Option<u8> {
    let (high, low) = (DIGITS[usize::from(high)], DIGITS[usize::from(low)]);
    (high | low < 16).then_some(high << 4 | low)
}

/// The value of each byte that is a hexadecimal digit; 16 for all others.
const DIGITS: [u8; 256] = {
    let mut values = [16; 256];
    let mut digit = 0;
    while digit < 16 {
        values[b"0123456789abcdef"[digit as usize] as usize] = digit;
        values[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn forms_are_read_as_by_the_url_crates(form in "([a%+&=]|%[0-9a-fA-F]{2}|\\PC){0,40}", tail: Vec<u8>) {
            let bytes = [form.as_bytes(), &tail].concat();
            let expected: Vec<_> = form_urlencoded::parse(&bytes).collect();
            prop_assert_eq!(pairs(&bytes).collect::<Vec<_>>(), expected);
        }

        #[test]
        fn whatever_is_encoded_is_read_back(name: String, value: String) {
            let form = form_urlencoded::Serializer::new(String::new()).append_pair(&name, &value).finish();
            let read: Vec<_> = pairs(form.as_bytes()).collect();
            prop_assert_eq!(read, vec![(Cow::from(name), Cow::from(value))]);
        }
    }
}
