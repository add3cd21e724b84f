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
    let Some(plain) = encoded.iter().position(|byte| matches!(byte, b'%' | b'+')) else {
        return utf8(encoded);
    };
    let mut bytes = Vec::with_capacity(encoded.len());
    bytes.extend_from_slice(&encoded[..plain]);
    let mut rest = &encoded[plain..];
    while let [first, tail @ ..] = rest {
        let (byte, after) = match (first, tail) {
            (b'+', _) => (b' ', tail),
            (b'%', [high, low, after @ ..])
                if let (Some(high), Some(low)) = (digit(*high), digit(*low)) =>
            {
                (high << 4 | low, after)
            }
            (byte, _) => (*byte, tail),
        };
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// The value of a hexadecimal digit.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

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
