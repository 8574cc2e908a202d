//! What a resident's form says, read and checked.

use beffroi_desk::{appointments::Visitor, keys, sealing::Recipient};
use beffroi_pages::appointments::Typed;
use beffroi_store::{Conn, TenantScope};
use beffroi_town::{
    agenda::{Day, Rules, Slot},
    edge::Entropy,
    phone,
    procedure::KeyGroup,
};
use beffroi_words::Words;
use data_encoding::BASE64URL_NOPAD;

use crate::{Refusal, fields::Fields};

/// Letters of a token: 128 bits.
const TOKEN_LETTERS: usize = 22;
/// Longest name, characters.
const NAME_CHARS_MAX: usize = 120;
/// Longest text about the appointment, characters.
const ABOUT_CHARS_MAX: usize = 200;

/// Who comes, as typed.
pub(super) struct Asked {
    pub(super) visitor: Visitor,
    pub(super) people: u16,
    errors: Vec<(&'static str, String)>,
}

impl Asked {
    pub(super) fn fine(&self) -> bool {
        self.errors.is_empty()
    }

    /// As the form shows it again.
    pub(super) fn typed(&self) -> Typed {
        let one = &self.visitor;
        let values = vec![
            ("name", one.name.clone()),
            ("phone", one.phone.clone()),
            ("mail", one.mail.clone()),
            ("people", if self.people > 1 { self.people.to_string() } else { String::new() }),
            ("about", one.about.clone()),
        ];
        Typed { values, errors: self.errors.clone() }
    }
}

/// Reads who comes. Only what is needed is asked: a name, and one way to reach them.
pub(super) fn visitor(words: &Words, rules: &Rules, mut fields: Fields) -> Asked {
    let mut line = |name: &str, max: usize| {
        let text = fields.line(words, name).unwrap_or_default();
        if text.chars().count() > max {
            fields.wrong(name, words.say_with("form-too-long", &[("max", max.into())]));
        }
        text
    };
    let name = line("name", NAME_CHARS_MAX);
    let (typed_phone, mail) = (line("phone", 60), line("mail", 200));
    let about = line("about", ABOUT_CHARS_MAX);
    if name.is_empty() {
        fields.wrong("name", words.say("agenda-name-missing"));
    }
    let phone = match phone::numbers(&typed_phone).as_slice() {
        [first, ..] => first.clone(),
        [] => typed_phone.clone(),
    };
    if !typed_phone.is_empty() && phone::numbers(&typed_phone).is_empty() {
        fields.wrong("phone", words.say("agenda-phone-wrong"));
    }
    if !mail.is_empty() && !is_mail(&mail) {
        fields.wrong("mail", words.say("agenda-mail-wrong"));
    }
    if typed_phone.is_empty() && mail.is_empty() {
        fields.wrong("phone", words.say("agenda-reach-missing"));
    }
    let people = match fields.get("people") {
        "" => Some(1),
        text => text.parse::<u16>().ok().filter(|count| (1..=rules.people_max).contains(count)),
    };
    if people.is_none() {
        fields.wrong("people", words.say("agenda-people-wrong"));
    }
    let known = ["name", "phone", "mail", "people", "about"];
    let error = |name: &'static str| Some((name, fields.error(name)?.to_owned()));
    Asked {
        errors: known.into_iter().filter_map(error).collect(),
        visitor: Visitor { name, phone, mail, about },
        people: people.unwrap_or(1),
    }
}

/// Something before and after one `@`, with a dot in what is after.
fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '@' | '<' | '>' | ',' | ';');
    !name.is_empty()
        && host.split('.').count() > 1
        && host.split('.').all(|part| !part.is_empty())
        && name.chars().chain(host.chars()).all(plain)
}

/// Reads `2026-11-30T0920`.
pub(super) fn slot(text: &str) -> Option<Slot> {
    let (day, time) = text.split_once('T')?;
    let digits = time.len() == 4 && time.bytes().all(|byte| byte.is_ascii_digit());
    let number: u16 = if digits { time.parse().ok()? } else { return None };
    let (hour, minute) = (number / 100, number % 100);
    let day = Day::parse(day).ok()?;
    (hour < 24 && minute < 60).then_some(Slot { day, minute: hour * 60 + minute })
}

/// A new token: what makes a form that is sent twice one appointment.
pub(super) fn new_token(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    BASE64URL_NOPAD.encode(&bytes)
}

/// Whether a text is a token that this program may have made.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == TOKEN_LETTERS && BASE64URL_NOPAD.decode(text.as_bytes()).is_ok()
}

/// For whom an appointment with a service of this group is sealed; nobody while the counter is not
/// open.
pub(super) async fn recipients(
    conn: &mut Conn,
    scope: &TenantScope,
    group: KeyGroup,
) -> Result<Vec<Recipient>, Refusal> {
    Ok(keys::recipients(conn, scope, group).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_in_an_address_is_read_strictly() {
        let read = |text| slot(text).map(|slot| (slot.day.to_string(), slot.minute));
        assert_eq!(read("2026-11-30T0920"), Some(("2026-11-30".to_owned(), 560)));
        for text in
            ["", "2026-11-30", "2026-11-30T920", "2026-11-30T2460", "2026-11-31T0900", "T0900"]
        {
            assert_eq!(slot(text), None, "{text}");
        }
    }

    #[test]
    fn a_mail_address_has_a_name_and_a_host() {
        for good in ["a@b.fr", "prénom.nom@exemple.com"] {
            assert!(is_mail(good), "{good}");
        }
        for bad in
            ["a", "@b.fr", "a@b", "a@b.", "a b@c.fr", "a@b@c.fr", "<a@b.fr>", "a@b.fr,c@d.fr"]
        {
            assert!(!is_mail(bad), "{bad}");
        }
    }
}
