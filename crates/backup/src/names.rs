//! Names of files as restic writes them, and which of them can be names at all.

use std::fmt::Write as _;

/// The longest name that a file can have.
const NAME_BYTES_MAX: usize = 255;

/// Reads a name out of a tree: text, in which what cannot be shown stands as Go escapes it.
pub(crate) fn unquoted(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        bytes.extend(plain.bytes());
        let mut letters = escape.chars().skip(1);
        let kind = letters.next()?;
        let (digits, simple) = match kind {
            'a' => (0, 7),
            'b' => (0, 8),
            't' => (0, 9),
            'n' => (0, 10),
            'v' => (0, 11),
            'f' => (0, 12),
            'r' => (0, 13),
            '\\' | '"' | '\'' => (0, u8::try_from(kind).ok()?),
            'x' => (2, 0),
            'u' => (4, 0),
            'U' => (8, 0),
            _ => return None,
        };
        let end = 2 + digits;
        if digits == 0 {
            bytes.push(simple);
        } else {
            let value = u32::from_str_radix(escape.get(2..end)?, 16).ok()?;
            if digits == 2 {
                bytes.push(u8::try_from(value).ok()?);
            } else {
                let mut buffer = [0; 4];
                bytes.extend(char::from_u32(value)?.encode_utf8(&mut buffer).bytes());
            }
        }
        rest = escape.get(end..)?;
    }
    bytes.extend(rest.bytes());
    Some(bytes)
}

/// Writes a name as Go does: what is no text, and what cannot be shown, stands escaped.
pub(crate) fn quoted(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\\' | '"' => text.extend(['\\', letter]),
                '\u{7}' => text.push_str(r"\a"),
                '\u{8}' => text.push_str(r"\b"),
                '\u{c}' => text.push_str(r"\f"),
                '\n' => text.push_str(r"\n"),
                '\r' => text.push_str(r"\r"),
                '\t' => text.push_str(r"\t"),
                '\u{b}' => text.push_str(r"\v"),
                control if control.is_ascii_control() => {
                    escape(&mut text, ('x', 2), u32::from(control));
                }
                control if control.is_control() => {
                    escape(&mut text, ('u', 4), u32::from(control));
                }
                letter => text.push(letter),
            }
        }
        for byte in chunk.invalid() {
            escape(&mut text, ('x', 2), u32::from(*byte));
        }
    }
    text
}

fn escape(text: &mut String, (kind, digits): (char, usize), value: u32) {
    // A formatter that writes to memory does not fail.
    let _written: std::fmt::Result = write!(text, r"\{kind}{value:0digits$x}");
}

/// Whether these bytes can name a file in a folder, and no other place.
pub(crate) fn is_name(bytes: &[u8]) -> bool {
    (1..=NAME_BYTES_MAX).contains(&bytes.len())
        && bytes != b"."
        && bytes != b".."
        && !bytes.contains(&b'/')
        && !bytes.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_as_go_writes_them() {
        for (text, bytes) in [
            ("acte.odt", &b"acte.odt"[..]),
            ("été", "été".as_bytes()),
            (r#"a\"b\\c"#, br#"a"b\c"#),
            (r"\xff\xfe", &[0xff, 0xfe]),
            (r"a\n\t\u00e9\U0001f514z", "a\n\té🔔z".as_bytes()),
            (r"\x00", &[0]),
        ] {
            assert_eq!(unquoted(text).as_deref(), Some(bytes), "{text}");
        }
        for bad in [r"\", r"\q", r"\x", r"\x1", r"\xé1", r"\ud800", r"\u12", r"\Uffffffff"] {
            assert_eq!(unquoted(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_name_is_read_as_it_was_written(name in proptest::collection::vec(0_u8.., 0..40)) {
            proptest::prop_assert_eq!(unquoted(&quoted(&name)), Some(name));
        }
    }

    #[test]
    fn a_name_leads_to_no_other_place() {
        for bad in [&b""[..], b".", b"..", b"/", b"a/b", b"../x", b"a\0b", &[b'a'; 256]] {
            assert!(!is_name(bad), "{bad:?}");
        }
        for good in [&b"a"[..], b"...", b" ", b"\xff", &[b'a'; 255], b"a\nb"] {
            assert!(is_name(good), "{good:?}");
        }
    }
}
