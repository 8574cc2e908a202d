//! Files fetched from an address that a person typed: the agendas of the town's own software.
//!
//! Rules: over TLS alone; never to a private address, so that nobody makes this machine ask its own
//! neighbours; the address that was checked is the one that is connected to, whatever the name says
//! a moment later; three redirects at most, each checked again; bounded in time and in bytes.

use std::{
    io::Read as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use ureq::{
    Agent,
    config::Config,
    http::{StatusCode, Uri, header},
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use crate::channels::http;

/// How long one request may take, its body included.
const TIME_MAX: Duration = Duration::from_secs(30);
/// How many redirects are followed.
const REDIRECTS_MAX: usize = 3;

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// No address of the form.
    #[error("the address is not of the form https://name/path")]
    Address,
    /// A private address.
    #[error(
        "it leads to a private address ({0}), which is never asked: put the file into the folder of drops instead"
    )]
    Private(IpAddr),
    /// Too slow.
    #[error("it did not answer whole within {} seconds", TIME_MAX.as_secs())]
    Slow,
    /// Too large.
    #[error("it answers more than {0} bytes: export fewer months")]
    Large(usize),
    /// Redirected without end.
    #[error("it redirects more than {REDIRECTS_MAX} times: give the address it leads to")]
    Redirects,
    /// Another answer.
    #[error("it answers {0}: check the address in a browser")]
    Status(u16),
    /// Not reached.
    #[error("it is not reached: {0}")]
    Unreached(String),
}

/// Refuses names that lead to where only this machine may go.
#[derive(Debug, Default)]
struct Outside {
    /// Addresses of this machine that a test permits; none otherwise.
    permitted: Vec<SocketAddr>,
}

/// What stands in the error of a refused address, so that it is known again.
#[derive(Debug, thiserror::Error)]
#[error("private address {0}")]
struct Refused(IpAddr);

impl Resolver for Outside {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        // One private address among public ones is enough: whoever owns the name chose them all.
        let refused = found.iter().find(|at| !is_public(at.ip()) && !self.permitted.contains(at));
        match refused {
            Some(at) => Err(ureq::Error::Other(Box::new(Refused(at.ip())))),
            None => Ok(found),
        }
    }
}

/// Whether an address is somewhere in the world at large.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let special = matches!((a, b, c), (0 | 240..=255, ..) | (192, 0, 0) | (198, 18 | 19, _));
    !(shared
        || special
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation())
}

/// Global unicast, without what stands for an IPv4 address or is documentation.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = (0x2000..0x4000).contains(&a);
    let inside = a == 0x2002 || (a == 0x2001 && (b < 0x200 || b == 0x0db8));
    global && !inside
}

/// Fetches files.
#[derive(Clone, Debug)]
pub(crate) struct Fetcher {
    agent: Agent,
    /// Plain HTTP is for tests alone.
    plain: bool,
}

impl Fetcher {
    /// As the platform fetches.
    pub(crate) fn new() -> Self {
        Self::with(Outside::default(), false)
    }

    fn with(outside: Outside, plain: bool) -> Self {
        let config = http::settings(TIME_MAX, &http::system_roots());
        let agent = Agent::with_parts(config, DefaultConnector::default(), outside);
        Self { agent, plain }
    }

    /// The bytes at an address, at most so many.
    ///
    /// # Errors
    /// [`FetchError`].
    pub(crate) fn fetch(&self, address: &str, bytes_max: usize) -> Result<Vec<u8>, FetchError> {
        let mut address = address.to_owned();
        for _ in 0..=REDIRECTS_MAX {
            let uri: Uri = address.parse().map_err(|_| FetchError::Address)?;
            if !self.may_ask(&uri) {
                return Err(FetchError::Address);
            }
            let mut answer = self.agent.get(&uri).call().map_err(|error| told(&error))?;
            let status = answer.status();
            if status.is_redirection() {
                let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
                address = beside(&uri, to.unwrap_or_default()).ok_or(FetchError::Address)?;
                continue;
            }
            if status != StatusCode::OK {
                return Err(FetchError::Status(status.as_u16()));
            }
            let mut bytes = Vec::new();
            let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
            let mut reader = answer.body_mut().as_reader().take(limit);
            reader.read_to_end(&mut bytes).map_err(|error| told(&ureq::Error::from(error)))?;
            if bytes.len() > bytes_max {
                return Err(FetchError::Large(bytes_max));
            }
            return Ok(bytes);
        }
        Err(FetchError::Redirects)
    }

    fn may_ask(&self, uri: &Uri) -> bool {
        let scheme = uri.scheme_str().unwrap_or_default();
        (scheme == "https" || (self.plain && scheme == "http"))
            && uri.host().is_some_and(|host| !host.is_empty())
    }
}

/// Where a redirect leads: an address of its own, or a path on the same host.
fn beside(from: &Uri, to: &str) -> Option<String> {
    if to.starts_with('/') && !to.starts_with("//") {
        return Some(format!("{}://{}{to}", from.scheme_str()?, from.authority()?));
    }
    to.contains("://").then(|| to.to_owned())
}

fn told(error: &ureq::Error) -> FetchError {
    let refused = |error: &(dyn std::error::Error + 'static)| {
        error.downcast_ref::<Refused>().map(|refused| refused.0)
    };
    match error {
        ureq::Error::Timeout(_) => FetchError::Slow,
        ureq::Error::Other(inner) => match refused(&**inner) {
            Some(ip) => FetchError::Private(ip),
            None => FetchError::Unreached(error.to_string()),
        },
        ureq::Error::Io(inner)
            if matches!(
                inner.kind(),
                std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock
            ) =>
        {
            FetchError::Slow
        }
        error => FetchError::Unreached(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
