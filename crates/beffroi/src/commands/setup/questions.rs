//! What `beffroi setup` asks: one table. A question has a name (that of the answers file too), a
//! sane answer, and a check that says what to write instead. A new question is a new row here, its
//! sentence `setup-ask-NAME`, and a line in `act` that uses the answer.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::Path,
};

use beffroi_platform::reach::{host_of, own_addresses};
use beffroi_registry::france::{self, Entry, Found};
use beffroi_town::TenantKind;

/// Answers by name, each checked and written in one way.
pub(super) type Answers = BTreeMap<&'static str, String>;

/// What is known before anything is asked.
pub(super) struct Known {
    /// Answers that the present configuration and data give.
    pub(super) answers: Answers,
    /// Whether this is the installed platform of a machine, not a trial in a folder.
    pub(super) installed: bool,
    /// Whether the first town has a director already.
    pub(super) has_director: bool,
    /// Whether somebody is on call for the first town already.
    pub(super) is_watched: bool,
    /// The channels that the configuration describes: without one nobody can be reached.
    pub(super) channels: Vec<String>,
}

/// Why an answer is refused: a sentence's key, and what goes into it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) key: &'static str,
    pub(super) list: String,
}

type Checked = Result<String, Wrong>;

/// One question.
pub(super) struct Question {
    pub(super) name: &'static str,
    /// Whether the answers so far leave it open.
    pub(super) applies: fn(&Known, &Answers) -> bool,
    /// What Enter accepts; empty: something must be written.
    pub(super) default: fn(&Known, &Answers) -> String,
    pub(super) check: fn(&str, &Answers) -> Checked,
}

/// Every question, in order.
pub(super) const QUESTIONS: &[Question] = &[
    Question {
        name: "towns",
        applies: |_, _| true,
        default: |_, _| String::new(),
        check: |text, _| towns(text),
    },
    Question {
        name: "members",
        applies: |_, answers| has_epci(answers),
        default: |_, _| "yes".to_owned(),
        check: |text, _| yes_or_no(text),
    },
    Question {
        name: "tls",
        applies: |_, _| true,
        default: |_, _| "own".to_owned(),
        check: |text, _| one_of(text, &["own", "files", "proxy"]),
    },
    Question {
        name: "certificate",
        applies: |_, answers| is(answers, "tls", "files"),
        default: |_, _| String::new(),
        check: |text, _| file(text),
    },
    Question {
        name: "key",
        applies: |_, answers| is(answers, "tls", "files"),
        default: |_, _| String::new(),
        check: |text, _| file(text),
    },
    Question {
        name: "proxies",
        applies: |_, answers| is(answers, "tls", "proxy"),
        default: |_, _| "127.0.0.1".to_owned(),
        check: |text, _| proxies(text),
    },
    Question {
        name: "listen",
        applies: |_, _| true,
        default: default_listen,
        check: |text, _| address(text),
    },
    Question {
        name: "public_url",
        applies: |_, _| true,
        default: default_url,
        check: |text, _| public_url(text),
    },
    Question {
        name: "guards",
        applies: |_, _| true,
        default: |_, _| own_addresses().first().map_or("no".to_owned(), |ip| with_port(*ip, 8_444)),
        check: |text, _| guards(text),
    },
    Question {
        name: "backup",
        applies: |_, _| true,
        default: |known, _| if known.installed { "/var/backups/beffroi" } else { "no" }.to_owned(),
        check: |text, _| folder(text),
    },
    Question {
        name: "beat",
        applies: |_, _| true,
        default: |_, _| "no".to_owned(),
        check: |text, _| beat(text),
    },
    Question {
        name: "director",
        applies: |known, _| !known.has_director,
        default: |_, _| String::new(),
        check: |text, _| name(text),
    },
    Question {
        name: "oncall",
        applies: |known, _| !known.is_watched && !known.channels.is_empty(),
        default: |_, _| "no".to_owned(),
        check: |text, _| on_call(text),
    },
];

pub(super) fn is(answers: &Answers, name: &str, value: &str) -> bool {
    answers.get(name).is_some_and(|answer| answer == value)
}

/// The parts of an answer that names several things.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// The authorities that an answer names, and their members where those are wanted too.
pub(super) fn entries(answers: &Answers) -> Vec<Entry> {
    let named = parts(answers.get("towns").map_or("", String::as_str));
    let mut all: Vec<Entry> = Vec::new();
    for part in named {
        let Found::One(entry) = france::find(part) else { continue };
        let members =
            if is(answers, "members", "yes") { france::members(&entry.id) } else { Vec::new() };
        for one in std::iter::once(entry).chain(members) {
            if !all.iter().any(|known| known.id == one.id) {
                all.push(one);
            }
        }
    }
    all
}

fn has_epci(answers: &Answers) -> bool {
    let named = parts(answers.get("towns").map_or("", String::as_str));
    named.into_iter().any(|part| match france::find(part) {
        Found::One(entry) => entry.id.kind() == TenantKind::Epci,
        _ => false,
    })
}

fn wrong(key: &'static str, list: impl Into<String>) -> Wrong {
    Wrong { key, list: list.into() }
}

fn towns(text: &str) -> Checked {
    let listed =
        |entries: &[Entry]| entries.iter().map(Entry::to_string).collect::<Vec<_>>().join(" ; ");
    let mut codes: Vec<String> = Vec::new();
    for part in parts(text) {
        let code = match france::find(part) {
            Found::One(entry) => entry.id.to_string(),
            Found::Many(found) => return Err(wrong("setup-wrong-several", listed(&found))),
            Found::None { near } if near.is_empty() => return Err(wrong("setup-wrong-town", part)),
            Found::None { near } => return Err(wrong("setup-wrong-near", listed(&near))),
        };
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    if codes.is_empty() { Err(wrong("setup-wrong-empty", "")) } else { Ok(codes.join(", ")) }
}

fn yes_or_no(text: &str) -> Checked {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "oui" | "o" | "true" => Ok("yes".to_owned()),
        "no" | "n" | "non" | "false" => Ok("no".to_owned()),
        _ => Err(wrong("setup-wrong-yes", "")),
    }
}

pub(super) fn agrees(text: &str) -> Option<bool> {
    yes_or_no(text).ok().map(|answer| answer == "yes")
}

fn one_of(text: &str, known: &[&str]) -> Checked {
    let small = text.to_lowercase();
    let list = known.join(", ");
    known
        .contains(&small.as_str())
        .then_some(small)
        .ok_or_else(|| wrong("setup-wrong-choice", list))
}

fn file(text: &str) -> Checked {
    let path = Path::new(text);
    let is_whole = path.is_absolute() && path.is_file();
    is_whole.then(|| text.to_owned()).ok_or_else(|| wrong("setup-wrong-file", text))
}

fn folder(text: &str) -> Checked {
    if agrees(text) == Some(false) {
        return Ok("no".to_owned());
    }
    let text = text.trim_end_matches('/');
    let good = Path::new(text).is_absolute() && !text.contains(['"', '\n']);
    good.then(|| text.to_owned()).ok_or_else(|| wrong("setup-wrong-folder", ""))
}

fn beat(text: &str) -> Checked {
    if agrees(text) == Some(false) {
        return Ok("no".to_owned());
    }
    let good =
        text.starts_with("https://") && host_of(text).is_some() && !text.contains([' ', '"', '<']);
    good.then(|| text.to_owned()).ok_or_else(|| wrong("setup-wrong-beat", ""))
}

fn proxies(text: &str) -> Checked {
    let all: Result<Vec<IpAddr>, _> = parts(text).map(str::parse).collect();
    match all {
        Ok(all) if !all.is_empty() => {
            Ok(all.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", "))
        }
        _ => Err(wrong("setup-wrong-proxies", "")),
    }
}

fn address(text: &str) -> Checked {
    let given = text.parse::<SocketAddr>();
    given.map(|address| address.to_string()).map_err(|_| wrong("setup-wrong-address", ""))
}

fn guards(text: &str) -> Checked {
    if agrees(text) == Some(false) { Ok("no".to_owned()) } else { address(text) }
}

fn with_port(ip: IpAddr, port: u16) -> String {
    SocketAddr::new(ip, port).to_string()
}

fn default_listen(known: &Known, answers: &Answers) -> String {
    match (is(answers, "tls", "proxy"), known.installed) {
        (true, _) => "127.0.0.1:8080",
        (false, true) => "0.0.0.0:443",
        (false, false) => "0.0.0.0:8443",
    }
    .to_owned()
}

/// This machine by its address, with the port that it listens on.
fn default_url(_: &Known, answers: &Answers) -> String {
    let listen = answers.get("listen").and_then(|text| text.parse::<SocketAddr>().ok());
    let Some(listen) = listen else { return String::new() };
    let own = if listen.ip().is_unspecified() { own_addresses().first().copied() } else { None };
    let address = SocketAddr::new(own.unwrap_or_else(|| listen.ip()), listen.port()).to_string();
    // 443 is what nobody writes.
    format!("https://{}", address.strip_suffix(":443").unwrap_or(&address))
}

fn public_url(text: &str) -> Checked {
    let text = text.trim_end_matches('/');
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let rest = whole.split_once("://").map_or("", |(_, rest)| rest);
    let good = whole.starts_with("https://")
        && host_of(&whole).is_some()
        && !rest.contains(['/', '?', '#', ' ', '"', '<', '@']);
    if good { Ok(whole) } else { Err(wrong("setup-wrong-url", "")) }
}

fn name(text: &str) -> Checked {
    let length = text.chars().count();
    let good = (2..=100).contains(&length) && !text.chars().any(char::is_control);
    good.then(|| text.to_owned()).ok_or_else(|| wrong("setup-wrong-name", ""))
}

/// A name, then a channel and an address: `Camille Martin, sms=+33612345678`.
fn on_call(text: &str) -> Checked {
    if agrees(text) == Some(false) {
        return Ok("no".to_owned());
    }
    let good = person_on_call(text).is_some_and(|(person, way)| {
        let whole = way.split_once('=').is_some_and(|(to, at)| !to.is_empty() && !at.is_empty());
        whole && name(person).is_ok()
    });
    good.then(|| text.to_owned()).ok_or_else(|| wrong("setup-wrong-oncall", ""))
}

/// The parts of that answer: the name, and the way to reach this person.
pub(super) fn person_on_call(text: &str) -> Option<(&str, &str)> {
    let (person, way) = text.split_once(',')?;
    Some((person.trim(), way.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(name: &str, text: &str) -> Result<String, &'static str> {
        let question = QUESTIONS.iter().find(|question| question.name == name).unwrap();
        (question.check)(text, &Answers::new()).map_err(|wrong| wrong.key)
    }

    #[test]
    fn answers_are_written_in_one_way() {
        for (name, text, kept) in [
            ("towns", "Gravelines", "59273"),
            ("towns", "59273 , gravelines,62473", "59273, 62473"),
            ("towns", "242900660", "epci:242900660"),
            ("members", "Oui", "yes"),
            ("tls", "OWN", "own"),
            ("public_url", "mairie.example.fr/", "https://mairie.example.fr"),
            ("public_url", "https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
            ("guards", "non", "no"),
            ("backup", "/srv/backup/", "/srv/backup"),
            ("beat", "https://beats.example/x?y=1", "https://beats.example/x?y=1"),
            ("proxies", "10.0.0.1,::1", "10.0.0.1, ::1"),
            ("oncall", "Zoé Roy, sms=+33612345678", "Zoé Roy, sms=+33612345678"),
        ] {
            assert_eq!(checked(name, text).as_deref(), Ok(kept), "{name} {text}");
        }
    }

    #[test]
    fn what_means_nothing_is_refused_with_what_to_write() {
        for (name, text, key) in [
            ("towns", "Saint-Denis", "setup-wrong-several"),
            ("towns", "Gravelinnes", "setup-wrong-near"),
            ("towns", " , ", "setup-wrong-empty"),
            ("members", "maybe", "setup-wrong-yes"),
            ("tls", "letsencrypt", "setup-wrong-choice"),
            ("certificate", "relative.pem", "setup-wrong-file"),
            ("listen", "443", "setup-wrong-address"),
            ("guards", "beffroi:8444", "setup-wrong-address"),
            ("public_url", "http://mairie.fr", "setup-wrong-url"),
            ("public_url", "mairie.fr/beffroi", "setup-wrong-url"),
            ("proxies", "haproxy", "setup-wrong-proxies"),
            ("backup", "backups", "setup-wrong-folder"),
            ("beat", "http://beats.example", "setup-wrong-beat"),
            ("director", "x", "setup-wrong-name"),
            ("oncall", "Zoé Roy", "setup-wrong-oncall"),
            ("oncall", "Zoé Roy, sms=", "setup-wrong-oncall"),
        ] {
            assert_eq!(checked(name, text), Err(key), "{name} {text}");
        }
    }

    #[test]
    fn an_epci_offers_its_members() {
        let mut answers = Answers::from([("towns", "epci:242900660".to_owned())]);
        assert!(has_epci(&answers));
        assert_eq!(entries(&answers).len(), 1);
        answers.insert("members", "yes".to_owned());
        let all = entries(&answers);
        assert!(all.iter().any(|entry| entry.id.as_str() == "29058"), "Fouesnant");
        assert_eq!(all.len(), france::members(&all[0].id).len() + 1);
    }
}
