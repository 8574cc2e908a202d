//! `[beat]`: the platform says to somebody elsewhere that it lives, so that its own death is
//! noticed there.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;

use super::{ConfigError, wrong};

/// As written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawBeat {
    /// Where to; none: nowhere.
    pub url: Option<String>,
    /// Where to while something fails; none: the same place.
    pub failing_url: Option<String>,
    /// `GET` or `POST`.
    pub method: Option<String>,
    /// How often.
    pub every_seconds: Option<u64>,
    /// Certificates to believe, PEM, instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// The beat, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeatConfig {
    /// Where to while all is well.
    pub url: String,
    /// Where to while something fails.
    pub failing_url: String,
    /// Whether it says in a body how the platform is.
    pub posts: bool,
    /// How often.
    pub every: Duration,
    /// Certificates to believe instead of the system's.
    pub ca_file: Option<PathBuf>,
}

pub(super) fn checked(raw: RawBeat) -> Result<Option<BeatConfig>, ConfigError> {
    let Some(url) = raw.url else {
        let alone = raw.failing_url.is_some() || raw.every_seconds.is_some();
        return if alone {
            Err(wrong("beat.url", "missing: say where the beat goes"))
        } else {
            Ok(None)
        };
    };
    let failing_url = raw.failing_url.unwrap_or_else(|| url.clone());
    for (setting, url) in [("beat.url", &url), ("beat.failing_url", &failing_url)] {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
        if host.is_empty() || url.contains([' ', '"', '<']) {
            return Err(wrong(setting, format!("'{url}' is not of the form https://name/path")));
        }
    }
    let posts = match raw.method.as_deref().unwrap_or("POST") {
        "POST" => true,
        "GET" => false,
        other => {
            return Err(wrong("beat.method", format!("'{other}' is not \"GET\" or \"POST\"")));
        }
    };
    let seconds = raw.every_seconds.unwrap_or(60);
    if !(5..=3_600).contains(&seconds) {
        return Err(wrong("beat.every_seconds", format!("{seconds} is not 5 to 3600")));
    }
    let every = Duration::from_secs(seconds);
    Ok(Some(BeatConfig { url, failing_url, posts, every, ca_file: raw.ca_file }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked_text(text: &str) -> Result<Option<BeatConfig>, String> {
        checked(toml::from_str(text).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn it_goes_nowhere_unless_told() {
        assert_eq!(checked_text(""), Ok(None));
        let beat = checked_text("url = \"https://a.example/x\"").unwrap().unwrap();
        assert_eq!((beat.failing_url.as_str(), beat.every.as_secs()), ("https://a.example/x", 60));
        for (text, word) in [
            ("every_seconds = 9", "beat.url"),
            ("url = \"a.example\"", "https://name"),
            ("url = \"https://a\"\nfailing_url = \"https:///x\"", "beat.failing_url"),
            ("url = \"https://a\"\nmethod = \"PUT\"", "beat.method"),
            ("url = \"https://a\"\nevery_seconds = 1", "5 to 3600"),
        ] {
            let said = checked_text(text).unwrap_err();
            assert!(said.contains(word), "{text}: {said}");
        }
    }
}
