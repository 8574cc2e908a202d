//! Percent-encoding, read back (RFC 3986, section 2.1).

use data_encoding::HEXLOWER_PERMISSIVE;

/// The bytes that `text` stands for; none when an escape is cut or is no hexadecimal number.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next()?, rest.next()?];
            bytes.extend(HEXLOWER_PERMISSIVE.decode(&pair).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_hexadecimal_digits_are_an_escape() {
        assert_eq!(decoded("a%2Fb%c3%A9").as_deref(), Some("a/bé".as_bytes()));
        for bad in ["%", "%2", "%+f", "%2g", "é%"] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }
}
