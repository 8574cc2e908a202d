//! Sending: a message of a call goes to a gateway, and the gateway's word comes back.
//!
//! Rules:
//! - A receipt is the gateway's word, not the person's.
//! - A gateway that hangs ends at its time and holds up no other: each channel has places of its
//!   own.
//! - No redirect is followed; an answer is read to a bound and no further.
//! - Never in a log: numbers, names, texts, codes, secrets, what a gateway answered.

pub(crate) mod http;
mod mail;

use std::{
    collections::BTreeMap, fs, io::Read as _, os::unix::fs::MetadataExt as _, path::Path, sync::Arc,
};

use beffroi_crisis::calls::Message;
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    PlatformError,
    config::{ChannelConfig, How},
};

pub(crate) use http::Client;

/// Messages that one channel sends side by side.
const SIDE_BY_SIDE_MAX: usize = 32;
/// Longest secret in a file.
const SECRET_BYTES_MAX: u64 = 16 * 1024;

/// Why a message did not go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The configuration has no such channel.
    UnknownChannel,
    /// The address does not fit the channel any more.
    BadAddress,
    /// The gateway cannot be found or does not take connections.
    Unreachable,
    /// Its certificate is not believed.
    Tls,
    /// It took longer than it may.
    TimedOut,
    /// It sent us elsewhere.
    Redirected,
    /// It answered with a status that is not accepted.
    Refused,
    /// It answered well and said an error.
    SaidError,
    /// The request could not be made.
    Broken,
}

impl Failure {
    /// As the journal writes it.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::UnknownChannel => "unknown_channel",
            Self::BadAddress => "bad_address",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::TimedOut => "timed_out",
            Self::Redirected => "redirected",
            Self::Refused => "refused",
            Self::SaidError => "said_error",
            Self::Broken => "broken",
        }
    }
}

enum Sender {
    Http(Arc<http::Gateway>),
    Mail(Box<mail::Relay>),
}

struct Channel {
    config: ChannelConfig,
    sender: Sender,
    places: Semaphore,
}

/// Every channel of the configuration, ready to send.
pub(crate) struct Channels(BTreeMap<String, Channel>);

impl Channels {
    /// Reads the secrets and certificates that the channels name.
    ///
    /// # Errors
    /// [`PlatformError::Channel`] names the file and what is wrong with it.
    pub(crate) fn open(configured: BTreeMap<String, ChannelConfig>) -> Result<Self, PlatformError> {
        let mut all = BTreeMap::new();
        for (name, config) in configured {
            let bad = |reason: String| PlatformError::Channel { name: name.clone(), reason };
            let sender = match &config.how {
                How::Http(how) => {
                    Sender::Http(Arc::new(http::Gateway::open(how, &config).map_err(bad)?))
                }
                How::Mail(how) => {
                    Sender::Mail(Box::new(mail::Relay::open(how, &config).map_err(bad)?))
                }
            };
            let places = Semaphore::new(SIDE_BY_SIDE_MAX);
            all.insert(name, Channel { config, sender, places });
        }
        Ok(Self(all))
    }

    /// As the journal calls a channel.
    pub(crate) fn kind(&self, name: &str) -> &'static str {
        self.0.get(name).map_or("none", |channel| channel.config.kind)
    }

    /// Sends one message and waits for the gateway's word.
    pub(crate) async fn send(&self, message: &Message) -> Result<(), Failure> {
        let channel = self.0.get(&message.channel).ok_or(Failure::UnknownChannel)?;
        if channel.config.addresses.checked(&message.to).as_deref() != Ok(message.to.as_str()) {
            return Err(Failure::BadAddress);
        }
        let _place = channel.places.acquire().await.map_err(|_| Failure::Broken)?;
        let sending = async {
            match &channel.sender {
                Sender::Http(gateway) => {
                    let (gateway, message) = (Arc::clone(gateway), message.clone());
                    let sent = tokio::task::spawn_blocking(move || gateway.send(&message));
                    sent.await.unwrap_or(Err(Failure::Broken))
                }
                Sender::Mail(relay) => relay.send(message).await,
            }
        };
        // The gateways keep to their time by themselves; what they cannot bound is bounded here.
        timeout(channel.config.timeout, sending).await.unwrap_or(Err(Failure::TimedOut))
    }
}

impl std::fmt::Debug for Channels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// The content of a file that holds a secret: readable by others, it is none.
fn secret(path: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot read {}: {error}", path.display());
    let file = fs::File::open(path).map_err(cannot)?;
    let about = file.metadata().map_err(cannot)?;
    if about.mode() & 0o027 != 0 {
        return Err(format!(
            "{} can be read by everybody or written by its group: type chmod 600 {}",
            path.display(),
            path.display()
        ));
    }
    let mut text = String::new();
    file.take(SECRET_BYTES_MAX).read_to_string(&mut text).map_err(cannot)?;
    let text = text.trim();
    if text.is_empty() || text.contains(char::is_control) {
        return Err(format!("{} must hold the secret on one line", path.display()));
    }
    Ok(text.to_owned())
}
