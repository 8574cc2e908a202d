use super::*;
use crate::config::RawConfig;

fn checked(settings: &str) -> Result<ChannelConfig, String> {
    let text = format!("[channels.sms]\n{settings}");
    let raw: RawConfig = toml::from_str(&text).map_err(|error| error.to_string())?;
    let config = raw.check().map_err(|error| error.to_string())?;
    Ok(config.channels.into_iter().next().unwrap().1)
}

const HTTP: &str = "kind = \"http\"\nurl = \"https://sms.example/send\"\n";
const MAIL: &str = "kind = \"mail\"\nhost = \"relay.example\"\nfrom = \"a@example.fr\"\n";

#[test]
fn what_is_right_is_taken() {
    for (settings, kind, addresses) in [
        (format!("{HTTP}body = '{{\"to\":\"{{to}}\",\"m\":\"{{text}}\"}}'"), "http", "number"),
        (
            "kind = \"http\"\nmethod = \"GET\"\nurl = \"http://127.0.0.1:9/?t={to}&m={text}\"".into(),
            "http",
            "number",
        ),
        ("kind = \"ntfy\"\nurl = \"https://ntfy.example/\"".to_owned(), "ntfy", "topic"),
        ("kind = \"webhook\"\nurl = \"https://a.example/x\"".to_owned(), "webhook", "label"),
        (MAIL.to_owned(), "mail", "mail"),
        (format!("{MAIL}user = \"u\"\npassword_file = \"p\"\nsecurity = \"smtps\""), "mail", "mail"),
        (
            "kind = \"webhook\"\nurl = \"http://10.0.0.5/\"\nclear_text = true\naddresses = \"number\""
                .to_owned(),
            "webhook",
            "number",
        ),
    ] {
        let channel = checked(&settings).unwrap();
        assert_eq!((channel.kind, channel.addresses.code()), (kind, addresses), "{settings}");
    }
}

#[test]
fn what_is_wrong_is_named_with_what_to_write() {
    for (settings, word) in [
        ("kind = \"sms\"".to_owned(), "channels.sms.kind: 'sms' is none"),
        ("kind = \"http\"".to_owned(), "channels.sms.url: missing"),
        (HTTP.to_owned(), "channels.sms.body: missing"),
        (format!("{HTTP}body = \"{{txet}}\""), "'{txet}'"),
        (format!("{HTTP}body = '{{\"to\":{{to}}}}'"), "quotation marks"),
        ("kind = \"webhook\"\nurl = \"http://sms.example/\"".to_owned(), "clear_text"),
        ("kind = \"webhook\"\nurl = \"http://127.0.0.1.example/\"".to_owned(), "clear_text"),
        ("kind = \"webhook\"\nurl = \"ftp://a/\"".to_owned(), "https://"),
        ("kind = \"webhook\"\nurl = \"https://{to}/\"".to_owned(), "plain host"),
        ("kind = \"webhook\"\nurl = \"https://user:pw@a.example/\"".to_owned(), "plain host"),
        ("kind = \"ntfy\"\nurl = \"https://a\"\nbody = \"x\"".to_owned(), "no such setting"),
        (format!("{MAIL}url = \"https://a\""), "no such setting"),
        (format!("{MAIL}security = \"none\""), "this very machine"),
        (format!("{MAIL}user = \"u\""), "password_file"),
        ("kind = \"mail\"\nhost = \"a\"\nfrom = \"x\"".to_owned(), "not a mail address"),
        (format!("{MAIL}timeout_seconds = 0"), "1 to 60"),
        (format!("{MAIL}colour = 1"), "unknown field"),
        (format!("{HTTP}body = \"x\"\nmethod = \"DELETE\""), "POST"),
        (
            format!("{HTTP}body = \"x\"\n[channels.sms.headers]\n\"a b\" = \"x\""),
            "no name of a header",
        ),
    ] {
        let said = checked(&settings).unwrap_err();
        assert!(said.contains(word), "{settings}: {said}");
    }
    let raw: RawConfig = toml::from_str("[channels.\"Été\"]\nkind = \"ntfy\"").unwrap();
    assert!(raw.check().unwrap_err().to_string().contains("small letters"));
}
