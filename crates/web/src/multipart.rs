//! Forms with files (RFC 7578), read from a body whose length is bounded already.
//!
//! Rules: what is not well formed is refused as a whole; nothing is decoded, unpacked or written to
//! disk; parts and names are counted and bounded.

/// Most parts in one form.
const PARTS_MAX: usize = 300;
/// Longest head of a part.
const HEAD_BYTES_MAX: usize = 4 * 1024;

/// One part of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'b> {
    /// The name of its field.
    pub(crate) name: &'b str,
    /// The name of its file; none when it is no file.
    pub(crate) file: Option<&'b str>,
    /// Its bytes.
    pub(crate) body: &'b [u8],
}

/// The boundary that a media type names; none when it is no such form.
pub(crate) fn boundary(media_type: &str) -> Option<&str> {
    let (kind, rest) = media_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = rest.split(';').filter_map(|one| one.trim().split_once('='));
    let mut found = named.filter(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
    let value = found.next()?.1.trim().trim_matches('"');
    ((1..=70).contains(&value.len()) && value.is_ascii()).then_some(value)
}

/// The parts of a form; none when it is not well formed.
pub(crate) fn parts<'b>(boundary: &str, body: &'b [u8]) -> Option<Vec<Part<'b>>> {
    let first = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(first.as_bytes())?;
    let mut all = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(all);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = find(rest.get(..HEAD_BYTES_MAX.min(rest.len()))?, b"\r\n\r\n")?;
        let (head, after) = rest.split_at_checked(head_end)?;
        let after = after.strip_prefix(b"\r\n\r\n")?;
        let end = find(after, between.as_bytes())?;
        let (content, next) = after.split_at_checked(end)?;
        if all.len() == PARTS_MAX {
            return None;
        }
        all.push(part(std::str::from_utf8(head).ok()?, content)?);
        rest = next.strip_prefix(between.as_bytes())?;
    }
}

fn part<'b>(head: &'b str, body: &'b [u8]) -> Option<Part<'b>> {
    let line = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then_some(value.trim())
    })?;
    line.strip_prefix("form-data")?;
    Some(Part { name: parameter(line, " name=\"")?, file: parameter(line, " filename=\""), body })
}

/// A quoted parameter. Browsers write a quotation mark inside as `%22`.
fn parameter<'b>(line: &'b str, start: &str) -> Option<&'b str> {
    let from = line.find(start)? + start.len();
    line.get(from..)?.split_once('"').map(|(value, _)| value)
}

/// Where a piece first stands. Looks for its first byte and compares there.
fn find(text: &[u8], piece: &[u8]) -> Option<usize> {
    let (first, mut from) = (piece.first()?, 0);
    while let Some(found) = text.get(from..)?.iter().position(|byte| byte == first) {
        let at = from + found;
        if text.get(at..)?.starts_with(piece) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &[u8] = b"--X\r\nContent-Disposition: form-data; name=\"child.family_name\"\r\n\r\n\
        Z\xc3\xb6\xc3\xa9\r\n--X\r\nContent-Disposition: form-data; name=\"proof\"; filename=\"a b.pdf\"\r\n\
        Content-Type: text/html\r\n\r\n%PDF-\r\n--Y\r\n\r\n--X--\r\n";

    #[test]
    fn a_form_with_a_file_is_read() {
        let all = parts("X", FORM).unwrap();
        let text = Part { name: "child.family_name", file: None, body: "Zöé".as_bytes() };
        let file = Part { name: "proof", file: Some("a b.pdf"), body: b"%PDF-\r\n--Y\r\n" };
        assert_eq!(all, [text, file]);
    }

    #[test]
    fn what_breaks_off_anywhere_is_refused_and_nothing_panics() {
        let end = FORM.len() - 4;
        for cut in 0..end {
            assert_eq!(parts("X", &FORM[..cut]), None, "{cut}");
        }
        for bad in [&b""[..], b"--X", b"--X\r\n\r\n\r\n--X--", b"--X\r\nA: b\r\n\r\n\r\n--X--"] {
            assert_eq!(parts("X", bad), None);
        }
        let many = b"\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--X".repeat(301);
        assert_eq!(parts("X", &[b"--X", &many[..], b"--"].concat()), None);
        let long = vec![b'a'; HEAD_BYTES_MAX + 9];
        assert_eq!(parts("X", &[b"--X\r\n", &long[..], b"\r\n\r\n\r\n--X--"].concat()), None);
    }

    #[test]
    fn a_boundary_is_named_or_it_is_no_such_form() {
        let form = "multipart/form-data; charset=utf-8; Boundary=\"--a'b\"";
        assert_eq!(boundary(form), Some("--a'b"));
        for bad in ["text/plain", "multipart/form-data", "multipart/form-data; boundary=", "x; y"] {
            assert_eq!(boundary(bad), None);
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "a".repeat(71))), None);
    }
}
