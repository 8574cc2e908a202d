//! What comes with a form: looked at by its first bytes, never by what it says to be, and never
//! unpacked.

use serde::{Deserialize, Serialize};

/// The largest attachment.
pub const FILE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Longest name kept.
const NAME_CHARS_MAX: usize = 80;

/// A kind that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A PDF.
    Pdf,
    /// A photograph.
    Jpeg,
    /// A picture.
    Png,
    /// A photograph of a telephone.
    Heic,
}

impl Kind {
    /// By the first bytes; none for what is not taken.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let brand = bytes.get(4..12);
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            _ if matches!(brand, Some(b"ftypheic" | b"ftypheix" | b"ftypmif1" | b"ftypheim")) => {
                Some(Self::Heic)
            }
            _ => None,
        }
    }

    /// As a browser is told.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Heic => "image/heic",
        }
    }

    /// How a file of it ends.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Heic => "heic",
        }
    }
}

/// What is told of an attachment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The question that it answers.
    pub field: String,
    /// Its name, made harmless.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// How large it is.
    pub bytes: u64,
}

/// An attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What is told of it.
    pub about: About,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// Larger than [`FILE_BYTES_MAX`].
    TooLarge,
    /// None of the kinds.
    Kind,
}

impl Attachment {
    /// Looks at a file.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn look(field: &str, name: &str, body: Vec<u8>) -> Result<Self, NotTaken> {
        if body.len() > FILE_BYTES_MAX {
            return Err(NotTaken::TooLarge);
        }
        let kind = Kind::of(&body).ok_or(NotTaken::Kind)?;
        let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let about = About { field: field.to_owned(), name: harmless(name, kind), kind, bytes };
        Ok(Self { about, body })
    }
}

/// The last part of a path, letters and digits of any script, with the ending of what it is.
fn harmless(name: &str, kind: Kind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let fits =
        |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '’' | '(' | ')');
    let clean: String = stem.chars().filter(fits).take(NAME_CHARS_MAX).collect();
    let clean = clean.trim_matches([' ', '.']);
    let clean = if clean.is_empty() { "document" } else { clean };
    format!("{clean}.{}", kind.ending())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let look = |name: &str, bytes: &[u8]| Attachment::look("a", name, bytes.to_vec());
        let pdf = look("C:\\x\\..\\Quotient CAF.exe", b"%PDF-1.7 ...").unwrap();
        assert_eq!((pdf.about.name.as_str(), pdf.about.kind), ("Quotient CAF.pdf", Kind::Pdf));
        assert_eq!(look("\u{202e}gpj.", b"\xff\xd8\xff\xe0").unwrap().about.name, "gpj.jpg");
        assert_eq!(look("../../", b"\x89PNG\r\n\x1a\n").unwrap().about.name, "document.png");
        assert!(look("a", b"\0\0\0\x18ftypheic").is_ok());
        for bytes in [&b""[..], b"<svg onload=x>", b"PK\x03\x04", b"MZ", b"%PD", b"<html>%PDF-"] {
            assert_eq!(look("a.pdf", bytes), Err(NotTaken::Kind));
        }
        let mut large = b"%PDF-".to_vec();
        large.resize(FILE_BYTES_MAX + 1, 0);
        assert_eq!(look("a.pdf", &large), Err(NotTaken::TooLarge));
    }
}
