//! From answers to the settings of the configuration, and back.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
};

use beffroi_platform::{config::RawConfig, reach::host_of};
use toml::Value;

use super::{
    questions::{Answers, is, parts},
    settings,
};

/// A setting as it shall be; none: not there.
pub(super) struct Setting {
    pub(super) section: &'static str,
    pub(super) key: &'static str,
    pub(super) value: Option<Value>,
}

/// The settings that follow from the answers.
pub(super) fn settings_of(answers: &Answers, folder: &Path) -> Vec<Setting> {
    let mut all = doors_of(answers, folder);
    let wanted = |name: &str| {
        let answer = answers.get(name).filter(|answer| *answer != "no");
        answer.map(|answer| Value::String(answer.to_owned()))
    };
    let backup = wanted("backup");
    let daily = backup.as_ref().map(|_| Value::Integer(24));
    all.push(Setting { section: "backup", key: "folder", value: backup });
    all.push(Setting { section: "backup", key: "every_hours", value: daily });
    all.push(Setting { section: "beat", key: "url", value: wanted("beat") });
    all
}

/// Backups that nobody could open are not made: where they are wanted and no key is known yet, this
/// is the setting for the new key's public half.
pub(super) fn recipient(
    text: &str,
    answers: &Answers,
    public: impl FnOnce() -> String,
) -> Option<Setting> {
    let wanted = answers.get("backup").is_some_and(|answer| answer != "no");
    let missing = settings::get(text, "backup", "recipient").is_none();
    (wanted && missing).then(|| Setting {
        section: "backup",
        key: "recipient",
        value: Some(Value::String(public())),
    })
}

fn doors_of(answers: &Answers, folder: &Path) -> Vec<Setting> {
    let text = |text: &str| Some(Value::String(text.to_owned()));
    let answer = |name: &str| answers.get(name).and_then(|answer| text(answer));
    let doors = |key, value| Setting { section: "doors", key, value };
    let files = is(answers, "tls", "files");
    let proxies: Vec<Value> = parts(answers.get("proxies").map_or("", String::as_str))
        .map(|proxy| Value::String(proxy.to_owned()))
        .collect();
    let proxies = is(answers, "tls", "proxy").then_some(Value::Array(proxies));
    let guards = answers.get("guards").and_then(|text| text.parse::<SocketAddr>().ok());
    vec![
        Setting { section: "data", key: "folder", value: text(&folder.display().to_string()) },
        doors("listen", answer("listen")),
        doors("redirect", redirect(answers).and_then(|address| text(&address))),
        doors("tls", if is(answers, "tls", "own") { text("own") } else { None }),
        doors("certificate", if files { answer("certificate") } else { None }),
        doors("key", if files { answer("key") } else { None }),
        doors("tls_proxies", proxies),
        doors("public_url", answer("public_url")),
        doors("guards", guards.and_then(|address| text(&listening(address).to_string()))),
        doors("guards_url", guards.and_then(|address| text(&format!("https://{address}")))),
    ]
}

/// Where whoever comes in the clear is met: 80 beside 443, 8080 beside 8443.
fn redirect(answers: &Answers) -> Option<String> {
    let listen: SocketAddr = answers.get("listen")?.parse().ok()?;
    let port = match listen.port() {
        443 => 80,
        8_443 => 8_080,
        _ => return None,
    };
    let clear = SocketAddr::new(listen.ip(), port).to_string();
    (!is(answers, "tls", "proxy")).then_some(clear)
}

/// Guards reach one address of this machine, or one that is forwarded to it: so the door listens on
/// all of them, but for a trial on this machine alone.
fn listening(reached: SocketAddr) -> SocketAddr {
    let every = match reached.ip() {
        ip if ip.is_loopback() => ip,
        IpAddr::V4(_) => IpAddr::from([0; 4]),
        IpAddr::V6(_) => IpAddr::from([0_u16; 8]),
    };
    SocketAddr::new(every, reached.port())
}

/// The answers that a configuration gives.
pub(super) fn answers_of(config: &RawConfig) -> Answers {
    let doors = &config.doors;
    let mut answers = Answers::new();
    let mut note = |name, value: Option<String>| {
        if let Some(value) = value {
            answers.insert(name, value);
        }
    };
    let shown = |path: &Option<std::path::PathBuf>| path.as_ref().map(|p| p.display().to_string());
    let tls = match (&doors.tls, &doors.certificate, doors.tls_proxies.is_empty()) {
        (Some(own), ..) => Some(own.clone()),
        (None, Some(_), _) => Some("files".to_owned()),
        (None, None, false) => Some("proxy".to_owned()),
        (None, None, true) => None,
    };
    let proxies = (!doors.tls_proxies.is_empty()).then(|| doors.tls_proxies.join(", "));
    let reached = doors.guards_url.as_ref().and_then(|url| url.strip_prefix("https://"));
    let configured = doors.listen.is_some();
    let guards = reached.map(str::to_owned).or_else(|| doors.guards.clone());
    note("tls", tls);
    note("certificate", shown(&doors.certificate));
    note("key", shown(&doors.key));
    note("proxies", proxies);
    note("listen", doors.listen.clone());
    note("public_url", doors.public_url.clone());
    let or_no = |answer: Option<String>| answer.or_else(|| configured.then(|| "no".to_owned()));
    note("guards", or_no(guards));
    note("backup", or_no(shown(&config.backup.folder)));
    note("beat", or_no(config.beat.url.clone()));
    answers
}

/// The file as it shall be, and what differs: setting, before, after.
pub(super) fn apply(text: &str, wanted: &[Setting]) -> (String, Vec<Difference>) {
    let mut differences = Vec::new();
    let mut made = text.to_owned();
    for Setting { section, key, value } in wanted {
        let before = settings::get(&made, section, key);
        if before == *value {
            continue;
        }
        made = settings::set(&made, section, key, value.as_ref());
        differences.push(Difference {
            name: format!("{section}.{key}"),
            before: before.map(|value| value.to_string()),
            after: value.as_ref().map(Value::to_string),
        });
    }
    (made, differences)
}

/// One setting that changes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) name: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// Whether residents type another port than the platform listens on, with nothing of ours between.
pub(super) fn needs_forwarding(answers: &Answers) -> bool {
    let (Some(url), Some(listen)) = (answers.get("public_url"), answers.get("listen")) else {
        return false;
    };
    let port = listen.parse().map_or(0, |listen: SocketAddr| listen.port());
    let host = host_of(url).unwrap_or_default();
    let typed = url.rsplit_once(&host).and_then(|(_, rest)| rest.rsplit_once(':'));
    let typed: u16 = typed.and_then(|(_, port)| port.parse().ok()).unwrap_or(443);
    typed != port && !is(answers, "tls", "proxy")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(all: &[(&'static str, &str)]) -> Answers {
        all.iter().map(|(name, text)| (*name, (*text).to_owned())).collect()
    }

    #[test]
    fn what_is_written_is_what_was_answered() {
        let own = [
            ("tls", "own"),
            ("listen", "0.0.0.0:443"),
            ("public_url", "https://mairie.example.fr"),
            ("guards", "203.0.113.7:8444"),
            ("backup", "/var/backups/beffroi"),
            ("beat", "https://beats.example/1"),
        ];
        let proxy = [
            ("tls", "proxy"),
            ("proxies", "127.0.0.1, ::1"),
            ("listen", "127.0.0.1:8080"),
            ("public_url", "https://mairie.example.fr"),
            ("guards", "no"),
            ("backup", "no"),
            ("beat", "no"),
        ];
        let mut text = settings::TEMPLATE.to_owned();
        // One after the other into the same file: the second leaves nothing of the first.
        for given in [answers(&own), answers(&proxy), answers(&own)] {
            let mut wanted = settings_of(&given, Path::new("/var/lib/beffroi"));
            let key = beffroi_platform::backup::new_identity().1;
            wanted.extend(recipient(&text, &given, || key));
            let (made, differences) = apply(&text, &wanted);
            assert!(!differences.is_empty());
            let raw: RawConfig = toml::from_str(&made).unwrap();
            assert_eq!(answers_of(&raw), given);
            raw.check().unwrap();
            assert_eq!(apply(&made, &wanted), (made.clone(), Vec::new()), "twice is once");
            text = made;
        }
        let config = toml::from_str::<RawConfig>(&text).unwrap().check().unwrap();
        assert_eq!(config.doors.redirect.map(|address| address.port()), Some(80));
        assert!(config.doors.guards.unwrap().listen.ip().is_unspecified());
    }

    #[test]
    fn a_port_that_nobody_types_must_be_forwarded() {
        let asked = |url: &str, listen: &str, tls: &str| {
            needs_forwarding(&answers(&[("public_url", url), ("listen", listen), ("tls", tls)]))
        };
        assert!(asked("https://mairie.fr", "0.0.0.0:8443", "own"));
        assert!(!asked("https://mairie.fr:8443", "0.0.0.0:8443", "own"));
        assert!(!asked("https://mairie.fr", "0.0.0.0:443", "own"));
        assert!(!asked("https://mairie.fr", "127.0.0.1:8080", "proxy"));
        assert!(!asked("https://[2001:db8::1]:8443", "[::]:8443", "own"));
    }
}
