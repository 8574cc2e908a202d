//! The bytes that are signed, and paths in a form that travels.

use super::PATH_BYTES_MAX;
use crate::Instant;

/// The bytes a guard signs for one request. `body_sha256` is the hash of the body as sent.
pub fn request_text(
    guard: &str,
    method: &str,
    path: &str,
    at: Instant,
    body_sha256: &[u8; 32],
) -> Vec<u8> {
    let mut text = format!("beffroi guard request v1\n{guard}\n{method}\n{path}\n{}\n", at.ms());
    push_hex(&mut text, body_sha256);
    text.into_bytes()
}

/// Bytes as hexadecimal digits.
pub(crate) fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
}

/// A path as it travels and shows: text as it is; `%` and every byte that is a control character
/// or not UTF-8 as `%` and two hexadecimal digits; cut at [`PATH_BYTES_MAX`](super::PATH_BYTES_MAX), then ending in `…`.
pub fn shown_path(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter == '%' || letter.is_control() {
                let mut buffer = [0_u8; 4];
                escape(&mut shown, letter.encode_utf8(&mut buffer).as_bytes());
            } else {
                shown.push(letter);
            }
        }
        escape(&mut shown, chunk.invalid());
    }
    if shown.len() > PATH_BYTES_MAX {
        let room = PATH_BYTES_MAX - '…'.len_utf8();
        let end = (0..=room).rev().find(|at| shown.is_char_boundary(*at)).unwrap_or(0);
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

fn escape(shown: &mut String, bytes: &[u8]) {
    for byte in bytes {
        shown.push('%');
        push_hex(shown, &[*byte]);
    }
}
