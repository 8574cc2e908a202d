//! Telephone numbers as residents meet them: dialled with a tap, or told as not answering.

use beffroi_town::{
    phone::{Trouble, numbers},
    status::Works,
};

use super::{
    Town,
    top::{Step, step},
};
use crate::{inert, voice::Voice};

/// The telephone of a service.
pub(crate) struct Phone {
    /// As the town wrote it.
    pub(crate) shown: String,
    /// What a tap dials; none when it is no single number, or one that does not answer.
    pub(crate) dial: Option<String>,
    /// What is wrong with it, and what to dial instead.
    pub(crate) notes: Vec<Step>,
}

impl Phone {
    /// None when nothing is on record.
    pub(crate) fn of(town: &Town<'_>, text: Option<&str>) -> Option<Self> {
        let shown = inert::some_line(text)?;
        let several = numbers(&shown).len() > 1;
        let troubles = town.phones.reach(Some(&shown)).troubles;
        let dead = troubles.iter().any(|one| one.works == Works::No);
        let note = |one: &Trouble<'_>| {
            let link = one.instead.and_then(dial).map(|dial| format!("tel:{dial}"));
            step(&sentence(&town.voice, one, several), &link.unwrap_or_default())
        };
        Some(Self {
            dial: dial(&shown).filter(|_| !dead),
            notes: troubles.iter().map(note).collect(),
            shown,
        })
    }
}

/// What is wrong with a number; what to dial instead stands between `<a>` and `</a>`.
fn sentence(v: &Voice, trouble: &Trouble<'_>, several: bool) -> String {
    let key = match (trouble.works, trouble.instead) {
        (Works::No, Some(_)) => "phone-dead-instead",
        (Works::No, None) => "phone-dead",
        (Works::Yes | Works::Doubtful, Some(_)) => "phone-doubtful-instead",
        (Works::Yes | Works::Doubtful, None) => "phone-doubtful",
    };
    let values = [
        ("which", if several { "several" } else { "one" }.into()),
        ("number", trouble.number.as_str().into()),
        ("instead", trouble.instead.unwrap_or_default().into()),
    ];
    v.say_with(key, &values)
}

/// The same as plain text, with the number named.
pub(crate) fn plain(v: &Voice, trouble: &Trouble<'_>) -> String {
    sentence(v, trouble, true).replace("<a>", "").replace("</a>", "")
}

/// What is wrong with the numbers of the services on the page, each number once.
pub(crate) fn troubles<'a>(town: &Town<'a>) -> Vec<Trouble<'a>> {
    let mut all: Vec<Trouble<'a>> = Vec::new();
    for view in &town.views {
        for one in town.phones.reach(view.service.phone.as_deref()).troubles {
            if !all.iter().any(|known| known.number == one.number) {
                all.push(one);
            }
        }
    }
    all
}

/// What a telephone dials: digits, at most one `+` in front; none when the text holds more than
/// one number or none at all.
pub(crate) fn dial(shown: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_digit() || "+ .-\u{a0}\u{202f}()".contains(c);
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    let plus = if shown.trim_start().starts_with('+') { "+" } else { "" };
    (shown.chars().all(plain) && (2..=15).contains(&digits.len()))
        .then(|| format!("{plus}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_plain_number_can_be_dialled() {
        assert_eq!(dial("03 28 24 85 00").as_deref(), Some("0328248500"));
        assert_eq!(dial("+33 3 28").as_deref(), Some("+33328"));
        assert_eq!(dial("112").as_deref(), Some("112"));
        for text in ["", "0", "03 28 ou 03 29", "javascript:1", "1234567890123456"] {
            assert_eq!(dial(text), None, "{text}");
        }
    }
}
