//! The configuration file as text: one setting is changed, and every other line stays as a person
//! left it.

use std::ops::Range;

use toml::{Table, Value};

/// What a new file begins as: every setting of the first day, with what it is for.
pub(super) const TEMPLATE: &str = r#"# The configuration of Beffroi, written by: beffroi setup
# It may be edited by hand; setup keeps what it does not know. After a change:
#   systemctl restart beffroi

[data]
# Where the keys are kept, and the database.
# folder = "/var/lib/beffroi"
# A PostgreSQL database, once SQLite is outgrown.
# postgres = "postgres://beffroi@127.0.0.1/beffroi"

[doors]
# Where the platform listens.
# listen = "0.0.0.0:443"
# Whoever comes here in the clear is sent to public_url.
# redirect = "0.0.0.0:80"
# TLS: one of these three.
# tls = "own"
# certificate = "/etc/beffroi/certificate.pem"
# key = "/etc/beffroi/key.pem"
# tls_proxies = ["127.0.0.1"]
# What residents type.
# public_url = "https://mairie.example.fr"
# The guards' own door, and how guards reach it: best by a numeric address, since a file server
# that is cut off has no name service.
# guards = "0.0.0.0:8444"
# guards_url = "https://203.0.113.7:8444"

[backup]
# The backup of the platform itself: where to, who can open it, how often. Copy them elsewhere too.
# folder = "/var/backups/beffroi"
# recipient = "age1..."
# every_hours = 24
# push = "backup@elsewhere.example:/srv/beffroi"

[beat]
# An address elsewhere that is told each minute that the platform lives, and wakes somebody when it
# is not.
# url = "https://beats.example/your-key"
"#;

/// What a setting is, if it is there.
pub(super) fn get(text: &str, section: &str, key: &str) -> Option<Value> {
    let table: Table = text.parse().ok()?;
    table.get(section)?.get(key).cloned()
}

/// The text with one setting as it shall be; none takes it out.
pub(super) fn set(text: &str, section: &str, key: &str, value: Option<&Value>) -> String {
    if get(text, section, key).as_ref() == value {
        return text.to_owned();
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let line = value.map(|value| format!("{key} = {value}"));
    match (place(&lines, section, key), line) {
        (Place::Written(range), Some(line)) => drop(lines.splice(range, [line])),
        (Place::Written(range), None) => drop(lines.splice(range, [])),
        (Place::Shown(at) | Place::Section(at), Some(line)) => lines.insert(at, line),
        (Place::Nowhere, Some(line)) => lines.extend([String::new(), format!("[{section}]"), line]),
        (Place::Shown(_) | Place::Section(_) | Place::Nowhere, None) => {}
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// Where a setting stands, or would.
enum Place {
    /// These lines.
    Written(Range<usize>),
    /// After a line that shows it as a comment.
    Shown(usize),
    /// At the end of its section.
    Section(usize),
    /// Its section is not there.
    Nowhere,
}

fn place(lines: &[String], section: &str, key: &str) -> Place {
    let header = format!("[{section}]");
    let begins = |line: &String| line.split('#').next().unwrap_or_default().trim() == header;
    let Some(head) = lines.iter().position(begins) else { return Place::Nowhere };
    let rest = lines.iter().skip(head + 1);
    let length = rest.take_while(|line| !line.trim_start().starts_with('[')).count();
    let inside = || lines.iter().enumerate().skip(head + 1).take(length);
    let names = |line: &str| {
        line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    if let Some((from, _)) = inside().find(|(_, line)| names(line)) {
        return Place::Written(from..end_of_value(lines, from));
    }
    let shown = |line: &str| line.trim_start().strip_prefix('#').is_some_and(names);
    if let Some((at, _)) = inside().find(|(_, line)| shown(line)) {
        return Place::Shown(at + 1);
    }
    let last = inside().rfind(|(_, line)| !line.trim().is_empty());
    Place::Section(last.map_or(head, |(at, _)| at) + 1)
}

/// A value may go on over several lines: it ends where it can be read.
fn end_of_value(lines: &[String], from: usize) -> usize {
    let whole = |to: &usize| {
        lines.get(from..*to).is_some_and(|part| part.join("\n").parse::<Table>().is_ok())
    };
    (from + 1..=lines.len()).find(whole).unwrap_or(from + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::String(value.to_owned())
    }

    #[test]
    fn a_setting_is_written_where_it_is_explained() {
        let made = set(TEMPLATE, "doors", "listen", Some(&text("0.0.0.0:8443")));
        assert!(made.contains("# listen = \"0.0.0.0:443\"\nlisten = \"0.0.0.0:8443\"\n"), "{made}");
        assert_eq!(get(&made, "doors", "listen"), Some(text("0.0.0.0:8443")));
        let other = set(&made, "doors", "listen", Some(&text("127.0.0.1:1")));
        assert_eq!(other.lines().count(), made.lines().count());
        assert_eq!(set(&other, "doors", "listen", None), TEMPLATE);
    }

    #[test]
    fn what_setup_does_not_know_stays_to_the_letter() {
        let mine = "# mine\n[hooks.switch]\ncut = [\"x\"] # hand\n\n[doors] # here\ntls_proxies = [\n  \
                    \"10.0.0.1\", # one\n  \"10.0.0.2\",\n]\nlisten = \"127.0.0.1:8080\"\n\n[late]\na = 1\n";
        let proxies = Value::Array(vec![text("10.0.0.1"), text("10.0.0.2")]);
        assert_eq!(set(mine, "doors", "tls_proxies", Some(&proxies)), mine, "the same already");
        let made = set(mine, "doors", "tls_proxies", None);
        assert!(made.contains("[doors] # here\nlisten = \"127.0.0.1:8080\"\n\n[late]"), "{made}");
        let made = set(&made, "doors", "tls", Some(&text("own")));
        assert!(made.contains("listen = \"127.0.0.1:8080\"\ntls = \"own\"\n\n[late]"), "{made}");
        let made = set(&made, "backup", "folder", Some(&text("/srv/b")));
        assert!(made.ends_with("a = 1\n\n[backup]\nfolder = \"/srv/b\"\n"), "{made}");
        assert!(made.starts_with("# mine\n[hooks.switch]\ncut = [\"x\"] # hand\n"));
        // A key that begins alike is another key.
        let made = set("[doors]\nlistener = 1\n", "doors", "listen", Some(&text("a")));
        assert_eq!(made, "[doors]\nlistener = 1\nlisten = \"a\"\n");
    }
}
