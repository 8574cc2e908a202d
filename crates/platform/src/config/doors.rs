//! `[doors]`: where the platform listens, and how TLS is done.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use serde::Deserialize;

use super::{ConfigError, wrong};

/// `[doors]` as written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawDoors {
    /// Address and port; port 0 takes a free one.
    pub listen: Option<String>,
    /// `own`: a certificate from the platform's own authority, on a private network.
    pub tls: Option<String>,
    /// Certificate chain, PEM.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
    /// Addresses of the proxy that ends TLS in front of this platform.
    pub tls_proxies: Vec<String>,
    /// What residents type, without a final slash: `https://mairie.example.fr`.
    pub public_url: Option<String>,
    /// Address and port that sends whoever comes in the clear to `public_url`.
    pub redirect: Option<String>,
    /// Address and port of the guards' own door, always with TLS.
    pub guards: Option<String>,
    /// How guards reach that door: `https://203.0.113.7:8444`.
    pub guards_url: Option<String>,
}

/// `[doors]`, checked.
#[derive(Clone, Debug)]
pub struct Doors {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the public door does TLS, if this platform ends it.
    pub tls: Option<Tls>,
    /// Whose `X-Forwarded-For` is believed.
    pub tls_proxies: Vec<IpAddr>,
    /// What residents type; none: what it listens on.
    pub public_url: Option<String>,
    /// Where to send on whoever comes in the clear.
    pub redirect: Option<SocketAddr>,
    /// The guards' own door.
    pub guards: Option<GuardsDoor>,
}

/// How the public door does TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// A certificate chain and its key, read again when the files change.
    Files {
        /// The chain.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// The platform's own authority.
    Own,
}

/// The guards' own door, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardsDoor {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How guards reach it; none: by this machine's own addresses.
    pub url: Option<String>,
}

impl Doors {
    /// Where people reach the platform, without a final slash: what they type, else where it
    /// listens.
    pub fn reached_at(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", self.listen))
    }
}

impl RawDoors {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`ConfigError::Setting`] with the first that is wrong, and what to write instead.
    pub fn check(self) -> Result<Doors, ConfigError> {
        let listen = match &self.listen {
            None => SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            Some(text) => checked_address("doors.listen", text)?,
        };
        let tls = checked_tls(self.tls.as_deref(), self.certificate, self.key)?;
        let tls_proxies = self.tls_proxies.iter().map(|text| {
            text.parse()
                .map_err(|_| wrong("doors.tls_proxies", format!("'{text}' is not an address")))
        });
        let tls_proxies = tls_proxies.collect::<Result<Vec<IpAddr>, _>>()?;
        if !listen.ip().is_loopback() && tls.is_none() && tls_proxies.is_empty() {
            return Err(wrong(
                "doors.listen",
                format!(
                    "{listen} can be reached from other machines, and log-ins would travel in the \
                     clear; give doors.certificate and doors.key, or name the proxy that ends TLS \
                     in doors.tls_proxies, or write tls = \"own\" on a private network, or listen \
                     on 127.0.0.1"
                ),
            ));
        }
        let public_url = self.public_url.map(|url| checked_url("doors.public_url", &url));
        let public_url = public_url.transpose()?;
        let redirect = self.redirect.map(|text| checked_address("doors.redirect", &text));
        let redirect = redirect.transpose()?;
        if redirect.is_some() && !public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
        {
            let reason = "needs doors.public_url to begin with https://: that is where it sends";
            return Err(wrong("doors.redirect", reason));
        }
        let guards = checked_guards(self.guards.as_deref(), self.guards_url.as_deref())?;
        Ok(Doors { listen, tls, tls_proxies, public_url, redirect, guards })
    }
}

fn checked_tls(
    tls: Option<&str>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
) -> Result<Option<Tls>, ConfigError> {
    match (tls, certificate, key) {
        (None, None, None) => Ok(None),
        (Some("own"), None, None) => Ok(Some(Tls::Own)),
        (Some("own"), _, _) => Err(wrong(
            "doors.tls",
            "\"own\" and a certificate file exclude each other: keep one of them",
        )),
        (Some(other), _, _) => Err(wrong(
            "doors.tls",
            format!("'{other}' means nothing; write \"own\", or leave it out"),
        )),
        (None, Some(certificate), Some(key)) => Ok(Some(Tls::Files { certificate, key })),
        (None, Some(_), None) => Err(wrong("doors.key", "missing: a certificate needs its key")),
        (None, None, Some(_)) => {
            Err(wrong("doors.certificate", "missing: a key needs its certificate"))
        }
    }
}

fn checked_guards(
    listen: Option<&str>,
    url: Option<&str>,
) -> Result<Option<GuardsDoor>, ConfigError> {
    let Some(listen) = listen else {
        return match url {
            None => Ok(None),
            Some(_) => Err(wrong("doors.guards", "missing: doors.guards_url needs it")),
        };
    };
    let listen = checked_address("doors.guards", listen)?;
    let url = url.map(|url| checked_url("doors.guards_url", url)).transpose()?;
    if url.as_ref().is_some_and(|url| !url.starts_with("https://")) {
        return Err(wrong("doors.guards_url", "must begin with https://: that door speaks TLS"));
    }
    Ok(Some(GuardsDoor { listen, url }))
}

fn checked_address(setting: &str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| {
        wrong(setting, format!("'{text}' is not an address and port; write \"127.0.0.1:8080\""))
    })
}

pub(super) fn checked_url(setting: &str, url: &str) -> Result<String, ConfigError> {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host.map(|rest| rest.trim_end_matches('/')) {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ', '"', '<', '@']) => {
            Ok(url.trim_end_matches('/').to_owned())
        }
        _ => {
            Err(wrong(setting, format!("'{url}' is not of the form https://name, without a path")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<Doors, String> {
        let raw = toml::from_str::<RawDoors>(text).map_err(|error| error.to_string())?;
        raw.check().map_err(|error| error.to_string())
    }

    #[test]
    fn the_open_world_needs_tls() {
        let refused = checked("listen = \"0.0.0.0:80\"").unwrap_err();
        assert!(refused.contains("doors.certificate") && refused.contains("own"), "{refused}");
        for text in [
            "listen = \"[::1]:80\"",
            "listen = \"0.0.0.0:80\"\ntls_proxies = [\"10.0.0.1\"]",
            "listen = \"0.0.0.0:443\"\ncertificate = \"c.pem\"\nkey = \"k.pem\"",
            "listen = \"0.0.0.0:443\"\ntls = \"own\"",
            "guards = \"0.0.0.0:8444\"\nguards_url = \"https://203.0.113.7:8444\"",
        ] {
            assert!(checked(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, word) in [
            ("listen = \"8080\"", "address and port"),
            ("guards = \"8444\"", "doors.guards: '8444'"),
            ("guards_url = \"https://a\"", "doors.guards"),
            ("guards = \"0.0.0.0:1\"\nguards_url = \"http://a:1\"", "https://"),
            ("key = \"k.pem\"", "certificate"),
            ("tls = \"own\"\nkey = \"k.pem\"", "exclude each other"),
            ("tls = \"on\"", "'on' means nothing"),
            ("tls_proxies = [\"proxy\"]", "not an address"),
            ("public_url = \"mairie.fr/x\"", "https://name"),
            ("public_url = \"https://user@mairie.fr\"", "https://name"),
            ("redirect = \"0.0.0.0:80\"", "doors.public_url"),
        ] {
            let error = checked(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
