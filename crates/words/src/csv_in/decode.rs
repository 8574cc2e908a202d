//! Bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::Reason;

/// The text of a file.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Reason> {
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(bytes) {
        let body = bytes.get(mark_bytes..).unwrap_or_default();
        let text = encoding
            .decode_without_bom_handling_and_without_replacement(body)
            .ok_or(if encoding == UTF_8 { Reason::MixedEncodings } else { Reason::NotText })?;
        return refuse_zero_bytes(text);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return refuse_zero_bytes(Cow::Borrowed(text));
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let text = refuse_zero_bytes(text)?;
    // In UTF-8 read as Windows-1252 'é' shows as 'Ã©', which no language writes.
    if has_utf8_letter(bytes) { Err(Reason::MixedEncodings) } else { Ok(text) }
}

/// Workbooks and pictures hold zero bytes; texts do not.
fn refuse_zero_bytes(text: Cow<'_, str>) -> Result<Cow<'_, str>, Reason> {
    if text.contains('\0') { Err(Reason::NotText) } else { Ok(text) }
}

/// A letter of U+00C0 to U+00FF in UTF-8 (`C3 80` to `C3 BF`), standing after an ASCII byte.
fn has_utf8_letter(bytes: &[u8]) -> bool {
    bytes.windows(3).any(|three| matches!(three, [before, 0xC3, 0x80..=0xBF] if before.is_ascii()))
}
