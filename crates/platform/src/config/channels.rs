//! `[channels.NAME]`: the ways by which people on call are reached. None of them may depend on a
//! town's own network.
//!
//! Rules: a gateway is reached over TLS, or on this very machine, or the operator says in so many
//! words that it is not; secrets may stand in files of their own; a template's mistakes are told
//! when the program starts, not on the night of the attack.

use std::{collections::BTreeMap, net::IpAddr, path::PathBuf, time::Duration};

use beffroi_town::oncall::AddressKind;
use serde::Deserialize;

use super::{
    ConfigError,
    template::{Place, Template},
    wrong,
};

/// As written; which settings count follows from `kind`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawChannel {
    /// `http`, `ntfy`, `webhook` or `mail`.
    pub kind: String,
    /// Where to send to (http, ntfy, webhook).
    pub url: Option<String>,
    /// `POST`, `PUT` or `GET` (http).
    pub method: Option<String>,
    /// Headers, as templates (http, ntfy, webhook).
    pub headers: BTreeMap<String, String>,
    /// Headers whose value is the content of a file (http, ntfy, webhook).
    pub header_files: BTreeMap<String, PathBuf>,
    /// The body, as a template (http).
    pub body: Option<String>,
    /// What the body is; tells how values are escaped (http).
    pub content_type: Option<String>,
    /// Statuses that count as taken; any of 200 to 299 unless given (http, ntfy, webhook).
    pub accept: Vec<u16>,
    /// The answer must hold each of these (http, ntfy, webhook).
    pub must_contain: Vec<String>,
    /// The answer must hold none of these (http, ntfy, webhook).
    pub must_lack: Vec<String>,
    /// What an address is: `number`, `mail`, `topic` or `label` (http, webhook).
    pub addresses: Option<String>,
    /// How long a gateway may take.
    pub timeout_seconds: Option<u64>,
    /// Certificates to believe, PEM, instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The gateway is reached in clear text over a network that is trusted (http, ntfy, webhook).
    pub clear_text: bool,
    /// The relay's name (mail).
    pub host: Option<String>,
    /// Its port (mail).
    pub port: Option<u16>,
    /// `smtps`, `starttls`, or `none` on this very machine (mail).
    pub security: Option<String>,
    /// User at the relay (mail).
    pub user: Option<String>,
    /// File with that user's password (mail).
    pub password_file: Option<PathBuf>,
    /// The sender (mail).
    pub from: Option<String>,
}

/// A channel, checked.
#[derive(Clone, Debug)]
pub struct ChannelConfig {
    /// As the journal calls it.
    pub kind: &'static str,
    /// What an address is.
    pub addresses: AddressKind,
    /// How long a gateway may take before it counts as failed.
    pub timeout: Duration,
    /// Certificates to believe instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// How it sends.
    pub how: How,
}

/// How a channel sends.
#[derive(Clone, Debug)]
pub enum How {
    /// By a request to a gateway.
    Http(Box<HttpConfig>),
    /// By mail.
    Mail(MailConfig),
}

/// A request, as templates.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// `POST`, `PUT` or `GET`.
    pub method: String,
    /// Where to.
    pub url: Template,
    /// Headers.
    pub headers: Vec<(String, Template)>,
    /// Headers out of files.
    pub header_files: Vec<(String, PathBuf)>,
    /// The body; none for `GET`.
    pub body: Option<Template>,
    /// What the body is.
    pub content_type: String,
    /// Statuses that count as taken; empty: any of 200 to 299.
    pub accept: Vec<u16>,
    /// The answer must hold each of these.
    pub must_contain: Vec<String>,
    /// The answer must hold none of these.
    pub must_lack: Vec<String>,
}

/// A relay.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User and the file with the password.
    pub login: Option<(String, PathBuf)>,
    /// The sender.
    pub from: String,
}

/// How a connection to a relay is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Smtps,
    /// TLS before anything is said.
    Starttls,
    /// Not at all: on this very machine.
    None,
}

/// What webhooks are sent: documented in `docs/oncall.md`.
const WEBHOOK_BODY: &str = r#"{"id":"{id}","to":"{to}","title":"{title}","text":"{text}","link":"{link}","code":"{code}","priority":{priority},"tag":"{tag}"}"#;
const TIMEOUT_SECONDS: u64 = 10;

struct Raw {
    name: String,
    raw: RawChannel,
}

/// Checks one channel.
pub(super) fn checked(
    (name, raw): (String, RawChannel),
) -> Result<(String, ChannelConfig), ConfigError> {
    let fits = (1..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let raw = Raw { name, raw };
    if !fits {
        return Err(raw.wrong("", "name it with 1 to 40 small letters, digits or '-'"));
    }
    let (kind, addresses, how) = match raw.raw.kind.as_str() {
        "http" => ("http", raw.addresses(AddressKind::Number)?, raw.http()?),
        "ntfy" => ("ntfy", AddressKind::Topic, raw.ntfy()?),
        "webhook" => ("webhook", raw.addresses(AddressKind::Label)?, raw.webhook()?),
        "mail" => ("mail", AddressKind::Mail, raw.mail()?),
        other => {
            let reason =
                format!("'{other}' is none; write \"http\", \"ntfy\", \"webhook\" or \"mail\"");
            return Err(raw.wrong("kind", reason));
        }
    };
    let seconds = raw.raw.timeout_seconds.unwrap_or(TIMEOUT_SECONDS);
    if !(1..=60).contains(&seconds) {
        return Err(raw.wrong("timeout_seconds", format!("{seconds} is not 1 to 60")));
    }
    let timeout = Duration::from_secs(seconds);
    let Raw { name, raw } = raw;
    Ok((name, ChannelConfig { kind, addresses, timeout, ca_file: raw.ca_file, how }))
}

impl Raw {
    fn wrong(&self, setting: &str, reason: impl Into<String>) -> ConfigError {
        let dot = if setting.is_empty() { "" } else { "." };
        wrong(&format!("channels.{}{dot}{setting}", self.name), reason)
    }

    fn needed<'a>(
        &self,
        setting: &str,
        value: Option<&'a String>,
    ) -> Result<&'a String, ConfigError> {
        value.ok_or_else(|| {
            self.wrong(
                setting,
                format!("missing: a channel of kind \"{}\" needs it", self.raw.kind),
            )
        })
    }

    /// Refuses settings that this kind does not read: a misplaced `body` must not be lost unseen.
    fn without(&self, settings: &[(&str, bool)]) -> Result<(), ConfigError> {
        match settings.iter().find(|(_, given)| *given) {
            Some((setting, _)) => {
                let reason = format!(
                    "a channel of kind \"{}\" has no such setting: take it out",
                    self.raw.kind
                );
                Err(self.wrong(setting, reason))
            }
            None => Ok(()),
        }
    }

    fn addresses(&self, otherwise: AddressKind) -> Result<AddressKind, ConfigError> {
        let Some(code) = &self.raw.addresses else { return Ok(otherwise) };
        AddressKind::from_code(code).ok_or_else(|| {
            let reason =
                format!("'{code}' is none; write \"number\", \"mail\", \"topic\" or \"label\"");
            self.wrong("addresses", reason)
        })
    }

    fn template(&self, setting: &str, text: &str, place: Place) -> Result<Template, ConfigError> {
        Template::parse(text, place).map_err(|reason| self.wrong(setting, reason))
    }

    /// A URL whose scheme and host are plain text, and protected or said not to be.
    fn url(&self, text: &str) -> Result<Template, ConfigError> {
        let reason = |why: &str| self.wrong("url", format!("'{text}' {why}"));
        let rest = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => rest,
            (None, Some(rest)) => {
                if !is_here(rest) && !self.raw.clear_text {
                    return Err(reason(
                        "would send codes and numbers in clear text; write https://, or \
                         clear_text = true if every machine on the way is yours",
                    ));
                }
                rest
            }
            (None, None) => return Err(reason("does not begin with https://")),
        };
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        if host.is_empty() || host.contains(['{', '@', ' ']) {
            return Err(reason("has no plain host: write https://gateway.example/path"));
        }
        self.template("url", text, Place::Url)
    }

    fn request(
        &self,
        (method, url): (&str, &str),
        preset: &[(&str, &str)],
        (body, content_type): (Option<&str>, &str),
    ) -> Result<How, ConfigError> {
        self.without(&[
            ("host", self.raw.host.is_some()),
            ("port", self.raw.port.is_some()),
            ("security", self.raw.security.is_some()),
            ("user", self.raw.user.is_some()),
            ("password_file", self.raw.password_file.is_some()),
            ("from", self.raw.from.is_some()),
        ])?;
        let own = self.raw.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut headers = Vec::new();
        for (name, value) in preset.iter().copied().chain(own) {
            let bad = name.is_empty()
                || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            if bad {
                return Err(self.wrong("headers", format!("'{name}' is no name of a header")));
            }
            headers.push((name.to_owned(), self.template("headers", value, Place::Header)?));
        }
        let place = Place::of_body(content_type);
        let body = body.map(|body| self.template("body", body, place)).transpose()?;
        Ok(How::Http(Box::new(HttpConfig {
            method: method.to_owned(),
            url: self.url(url)?,
            headers,
            header_files: self.raw.header_files.clone().into_iter().collect(),
            body,
            content_type: content_type.to_owned(),
            accept: self.raw.accept.clone(),
            must_contain: self.raw.must_contain.clone(),
            must_lack: self.raw.must_lack.clone(),
        })))
    }

    fn http(&self) -> Result<How, ConfigError> {
        let url = self.needed("url", self.raw.url.as_ref())?;
        let method = self.raw.method.as_deref().unwrap_or("POST");
        if !["GET", "POST", "PUT"].contains(&method) {
            return Err(
                self.wrong("method", format!("'{method}' is not \"POST\", \"PUT\" or \"GET\""))
            );
        }
        let content_type = self.raw.content_type.as_deref().unwrap_or("application/json");
        let body = match (method, &self.raw.body) {
            ("GET", None) => None,
            ("GET", Some(_)) => {
                return Err(self.wrong("body", "a GET has none: put it into the url"));
            }
            (_, body) => Some(self.needed("body", body.as_ref())?.as_str()),
        };
        self.request((method, url), &[], (body, content_type))
    }

    fn ntfy(&self) -> Result<How, ConfigError> {
        self.only_preset()?;
        let server = self.needed("url", self.raw.url.as_ref())?;
        let url = format!("{}/{{to}}", server.trim_end_matches('/'));
        let headers = [
            ("Title", "{title}"),
            ("Priority", "{priority}"),
            ("Tags", "{tag}"),
            ("Click", "{link}"),
        ];
        self.request(("POST", &url), &headers, (Some("{text}"), "text/plain; charset=utf-8"))
    }

    fn webhook(&self) -> Result<How, ConfigError> {
        self.without(&[
            ("method", self.raw.method.is_some()),
            ("body", self.raw.body.is_some()),
            ("content_type", self.raw.content_type.is_some()),
        ])?;
        let url = self.needed("url", self.raw.url.as_ref())?;
        self.request(("POST", url), &[], (Some(WEBHOOK_BODY), "application/json"))
    }

    fn only_preset(&self) -> Result<(), ConfigError> {
        self.without(&[
            ("method", self.raw.method.is_some()),
            ("body", self.raw.body.is_some()),
            ("content_type", self.raw.content_type.is_some()),
            ("addresses", self.raw.addresses.is_some()),
        ])
    }

    fn mail(&self) -> Result<How, ConfigError> {
        self.only_preset()?;
        self.without(&[
            ("url", self.raw.url.is_some()),
            ("headers", !self.raw.headers.is_empty()),
            ("header_files", !self.raw.header_files.is_empty()),
            ("accept", !self.raw.accept.is_empty()),
            ("must_contain", !self.raw.must_contain.is_empty()),
            ("must_lack", !self.raw.must_lack.is_empty()),
            ("clear_text", self.raw.clear_text),
        ])?;
        let host = self.needed("host", self.raw.host.as_ref())?.clone();
        let security = match self.raw.security.as_deref().unwrap_or("starttls") {
            "smtps" => Security::Smtps,
            "starttls" => Security::Starttls,
            "none" if is_here(&host) => Security::None,
            "none" => {
                let reason = "only on this very machine: write \"starttls\" or \"smtps\"";
                return Err(self.wrong("security", reason));
            }
            other => {
                let reason = format!("'{other}' is none; write \"starttls\" or \"smtps\"");
                return Err(self.wrong("security", reason));
            }
        };
        let port = self.raw.port.unwrap_or(match security {
            Security::Smtps => 465,
            Security::Starttls => 587,
            Security::None => 25,
        });
        let login = match (&self.raw.user, &self.raw.password_file) {
            (None, None) => None,
            (Some(user), Some(file)) => Some((user.clone(), file.clone())),
            (Some(_), None) => return Err(self.wrong("password_file", "missing: a user needs it")),
            (None, Some(_)) => return Err(self.wrong("user", "missing: a password needs it")),
        };
        let from = self.needed("from", self.raw.from.as_ref())?;
        let from = AddressKind::Mail.checked(from);
        let from = from.map_err(|why| self.wrong("from", why.to_string()))?;
        Ok(How::Mail(MailConfig { host, port, security, login, from }))
    }
}

/// Whether a host, with or without a port, is this very machine.
fn is_here(rest: &str) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
