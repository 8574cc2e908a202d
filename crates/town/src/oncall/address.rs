//! What an address of a channel looks like.
//!
//! Rule: no address is a place in the network. Where a channel sends to is the operator's
//! configuration; a town that could name a host would make the platform knock on any door.

use serde::{Deserialize, Serialize};

use crate::asset::coded;

coded! {
    /// What kind of address a channel takes.
    AddressKind {
        /// A telephone number.
        Number = "number",
        /// A mail address.
        Mail = "mail",
        /// A topic: letters, digits, `-` and `_`.
        Topic = "topic",
        /// A name that the receiver understands.
        Label = "label",
    }
}

/// Longest address of any kind.
pub const ADDRESS_CHARS_MAX: usize = 254;

/// An address that its channel cannot take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// No telephone number.
    #[error("not a telephone number: write it with its country, as +33 6 12 34 56 78")]
    Number,
    /// No mail address.
    #[error("not a mail address: write it as name@example.fr")]
    Mail,
    /// No topic.
    #[error("not a topic: write 1 to 64 letters, digits, '-' or '_'")]
    Topic,
    /// No name.
    #[error("not a name: write 1 to 100 characters without line ends")]
    Label,
}

impl AddressKind {
    /// Takes what a person typed and gives it its one form: `06 12 34 56 78` becomes
    /// `+33612345678`.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn checked(self, typed: &str) -> Result<String, BadAddress> {
        let tidy = typed.trim();
        match self {
            Self::Number => number(tidy).ok_or(BadAddress::Number),
            Self::Mail => mail(tidy).ok_or(BadAddress::Mail),
            Self::Topic => {
                let fits = (1..=64).contains(&tidy.len())
                    && tidy.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
                fits.then(|| tidy.to_owned()).ok_or(BadAddress::Topic)
            }
            Self::Label => {
                let length = tidy.chars().count();
                let fits = (1..=100).contains(&length) && !tidy.chars().any(char::is_control);
                fits.then(|| tidy.to_owned()).ok_or(BadAddress::Label)
            }
        }
    }
}

/// E.164; a French number may be written as the French do. Overseas numbers need their country.
fn number(typed: &str) -> Option<String> {
    let spaced = |c: &char| c.is_whitespace() || matches!(c, '.' | '-' | '(' | ')' | '/');
    // In +33 (0)6, the zero is for those who dial within the country.
    let bare: String = typed.replace("(0)", "").chars().filter(|c| !spaced(c)).collect();
    let digits = match bare.strip_prefix('+') {
        Some(digits) => digits.to_owned(),
        None => match bare.strip_prefix("00") {
            Some(digits) => digits.to_owned(),
            None if bare.len() == 10 => format!("33{}", bare.strip_prefix('0')?),
            None => return None,
        },
    };
    let fits = (8..=15).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0');
    fits.then(|| format!("+{digits}"))
}

/// The addresses that people have; not all that RFC 5321 allows.
fn mail(typed: &str) -> Option<String> {
    let (local, domain) = typed.rsplit_once('@')?;
    let local_fits = (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let domain_fits = domain.contains('.') && domain.split('.').all(label);
    let fits = typed.len() <= ADDRESS_CHARS_MAX && local_fits && domain_fits;
    fits.then(|| typed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_gets_its_one_form() {
        for (kind, typed, kept) in [
            (AddressKind::Number, "06 12 34 56 78", "+33612345678"),
            (AddressKind::Number, " +33 (6) 12.34.56.78 ", "+33612345678"),
            (AddressKind::Number, "+33 (0)6 12 34 56 78", "+33612345678"),
            (AddressKind::Number, "00590690123456", "+590690123456"),
            (AddressKind::Mail, " astreinte@exemple.fr ", "astreinte@exemple.fr"),
            (AddressKind::Topic, "gravelines-3fZ", "gravelines-3fZ"),
            (AddressKind::Label, "poste 12", "poste 12"),
        ] {
            assert_eq!(kind.checked(typed).as_deref(), Ok(kept), "{typed}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_to_write() {
        let long = "9".repeat(100_000);
        for typed in ["", "12", "06 12 34 56 7", "+33", "+33612345678x", "+0612345678", &long] {
            assert_eq!(AddressKind::Number.checked(typed), Err(BadAddress::Number), "{typed}");
        }
        for typed in
            ["a@b", "a b@c.fr", "a@c.fr\nBcc: x@y.fr", "@c.fr", "a@-c.fr", "a@c..fr", &long]
        {
            assert_eq!(AddressKind::Mail.checked(typed), Err(BadAddress::Mail), "{typed}");
        }
        for typed in ["", "../x", "a/b", "é", &long] {
            assert_eq!(AddressKind::Topic.checked(typed), Err(BadAddress::Topic), "{typed}");
        }
        for typed in ["", "a\nb", &long] {
            assert_eq!(AddressKind::Label.checked(typed), Err(BadAddress::Label));
        }
    }
}
