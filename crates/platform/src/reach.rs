//! By which names and addresses this platform is reached, and what guards are told of it. The
//! running platform and `beffroi guard invite` ask here alike.

use std::{
    collections::BTreeSet,
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs},
    sync::mpsc,
    time::Duration,
};

use beffroi_town::watch::PlatformAddress;
use data_encoding::BASE64URL_NOPAD;

use crate::{
    PlatformError,
    config::{Config, GuardsDoor, Tls},
    tls::{first_certificate, key_sha256, own::Own},
};

/// How long the name service may take.
const NAME_SERVICE_MAX: Duration = Duration::from_secs(1);
/// As many addresses as an enrolment file names of one door.
const ADDRESSES_MAX: usize = 8;

/// What guards are told.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Where the platform answers, best first.
    pub platforms: Vec<PlatformAddress>,
    /// The only certificate to be believed, for guards of an earlier version.
    pub certificate_sha256: Option<String>,
}

/// Every name and address that this platform's own certificate is for.
pub(crate) fn names(config: &Config) -> BTreeSet<String> {
    let doors = &config.doors;
    let mut names = BTreeSet::from(["localhost".to_owned()]);
    let urls =
        doors.public_url.iter().chain(doors.guards.iter().filter_map(|door| door.url.as_ref()));
    names.extend(urls.filter_map(|url| host_of(url)).filter(|host| is_name(host)));
    names.extend(own_name());
    let listens = [Some(doors.listen), doors.guards.as_ref().map(|door| door.listen)];
    let given = listens.into_iter().flatten().map(|address| address.ip());
    let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    let addresses = given.filter(|ip| !ip.is_unspecified()).chain(loopback).chain(own_addresses());
    names.extend(addresses.map(|address| address.to_string()));
    names
}

/// Where guards find this platform, and what they shall believe there: by the guards' own door
/// where there is one, else by the public one. `own` is the platform's authority, if it has one.
///
/// # Errors
/// [`PlatformError::Tls`] when a certificate cannot be read.
pub fn for_guards(config: &Config, own: Option<&Own>) -> Result<Reach, PlatformError> {
    let doors = &config.doors;
    let own_key = || own.map(Own::key_sha256).transpose();
    if let Some(door) = &doors.guards {
        let platform = PlatformAddress { key_sha256: own_key()?, ..by_own_door(door) };
        return Ok(Reach { platforms: vec![platform], certificate_sha256: None });
    }
    let mut platform = by_public_door(config);
    let mut certificate_sha256 = None;
    match &doors.tls {
        None => {}
        Some(Tls::Own) => platform.key_sha256 = own_key()?,
        Some(Tls::Files { certificate, .. }) => {
            let first = first_certificate(certificate)?;
            let hash = ring::digest::digest(&ring::digest::SHA256, &first);
            certificate_sha256 = Some(BASE64URL_NOPAD.encode(hash.as_ref()));
            platform.key_sha256 = key_sha256(&first);
        }
    }
    Ok(Reach { platforms: vec![platform], certificate_sha256 })
}

fn by_own_door(door: &GuardsDoor) -> PlatformAddress {
    let port = door.listen.port();
    let numeric = if door.listen.ip().is_unspecified() {
        let own = own_addresses().into_iter().map(|ip| SocketAddr::new(ip, port));
        own.take(ADDRESSES_MAX).collect()
    } else {
        vec![door.listen]
    };
    let Some(url) = &door.url else {
        let first = numeric.first().copied().unwrap_or(door.listen);
        let rest = if numeric.len() > 1 { numeric } else { Vec::new() };
        return PlatformAddress {
            url: format!("https://{first}"),
            addresses: rest,
            key_sha256: None,
        };
    };
    PlatformAddress { url: url.clone(), addresses: addresses_of(url), key_sha256: None }
}

/// By its public name where it has one, else by the very address it listens on.
fn by_public_door(config: &Config) -> PlatformAddress {
    let doors = &config.doors;
    if let Some(url) = &doors.public_url {
        let ip = doors.listen.ip();
        // Behind a proxy the address listened on is nobody's but the proxy's.
        let here = !ip.is_unspecified() && doors.tls_proxies.is_empty();
        let addresses = if here { vec![doors.listen] } else { addresses_of(url) };
        return PlatformAddress { addresses, ..PlatformAddress::plain(url.clone()) };
    }
    let scheme = if doors.tls.is_some() { "https" } else { "http" };
    let mut address = doors.listen;
    if address.ip().is_unspecified()
        && let Some(own) = own_addresses().first()
    {
        address.set_ip(*own);
    }
    PlatformAddress::plain(format!("{scheme}://{address}"))
}

/// The numeric addresses of a URL's name, asked of the name service now: a host that is cut later
/// has none. Empty for a numeric URL, which says its own, and for a name that nobody knows.
fn addresses_of(url: &str) -> Vec<SocketAddr> {
    let Some(host) = host_of(url) else { return Vec::new() };
    if host.parse::<IpAddr>().is_ok() {
        return Vec::new();
    }
    // A name service that is away takes long to say so: the start does not wait for it.
    let (answer, heard) = mpsc::sync_channel(1);
    let port = port_of(url);
    std::thread::spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs();
        let found: Vec<SocketAddr> =
            found.map(|all| all.take(ADDRESSES_MAX).collect()).unwrap_or_default();
        // Nobody waits any more: then it is worth nothing.
        answer.try_send(found).unwrap_or_default();
    });
    let found = heard.recv_timeout(NAME_SERVICE_MAX).unwrap_or_default();
    if found.is_empty() {
        tracing::warn!(%url, "no address is known for this name: a guard whose host is cut will \
                              not find the platform; write the address itself");
    }
    found
}

/// `mairie.fr` of `https://mairie.fr:8443`, `::1` of `https://[::1]:8443`.
pub fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => rest.split([':', '/']).next()?,
    };
    (!host.is_empty()).then(|| host.to_owned())
}

fn port_of(url: &str) -> u16 {
    let after = url.rsplit_once(':').and_then(|(_, port)| port.trim_end_matches('/').parse().ok());
    after.unwrap_or(if url.starts_with("https://") { 443 } else { 80 })
}

/// This machine's own name, where a certificate can bear it.
fn own_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
    is_name(&name).then_some(name)
}

/// Whether a certificate can bear this name or address.
fn is_name(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
        || rustls::pki_types::DnsName::try_from(text).is_ok_and(|name| name.as_ref() == text)
}

/// The addresses of this machine that others may reach it by, IPv4 first.
pub fn own_addresses() -> Vec<IpAddr> {
    let table = fs::read_to_string("/proc/net/fib_trie").unwrap_or_default();
    let mut all: Vec<IpAddr> = of_fib_trie(&table).into_iter().map(IpAddr::from).collect();
    let table = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    all.extend(table.lines().filter_map(of_if_inet6).map(IpAddr::from));
    all
}

/// The local addresses of the kernel's IPv4 routes: a line `|-- ADDRESS`, then `/32 host LOCAL`.
fn of_fib_trie(table: &str) -> BTreeSet<Ipv4Addr> {
    let lines = table.lines().zip(table.lines().skip(1));
    let local = lines.filter(|(_, next)| next.trim() == "/32 host LOCAL");
    local
        .filter_map(|(line, _)| line.trim().strip_prefix("|-- ")?.parse::<Ipv4Addr>().ok())
        .filter(|ip| !ip.is_loopback())
        .collect()
}

/// An IPv6 address of global scope that is neither temporary nor on its way out.
fn of_if_inet6(line: &str) -> Option<Ipv6Addr> {
    const TEMPORARY_DEPRECATED_TENTATIVE_FAILED: u32 = 0x01 | 0x20 | 0x40 | 0x08;
    let mut fields = line.split_ascii_whitespace();
    let bits = u128::from_str_radix(fields.next()?, 16).ok()?;
    let (scope, flags) = (fields.nth(2)?, fields.next()?);
    let flags = u32::from_str_radix(flags, 16).ok()?;
    let lasts = flags & TEMPORARY_DEPRECATED_TENTATIVE_FAILED == 0;
    (scope == "00" && lasts).then(|| Ipv6Addr::from(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_read_from_addresses() {
        for (url, host, port) in [
            ("https://mairie.fr", "mairie.fr", 443),
            ("http://mairie.fr:8080/", "mairie.fr", 8080),
            ("https://[2001:db8::1]:8444", "2001:db8::1", 8444),
            ("https://203.0.113.7", "203.0.113.7", 443),
        ] {
            assert_eq!((host_of(url).as_deref(), port_of(url)), (Some(host), port), "{url}");
        }
        assert_eq!(host_of("nothing"), None);
    }

    #[test]
    fn the_kernels_tables_are_read() {
        let table = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n\
                     \x20    |-- 10.0.0.7\n        /32 host LOCAL\n     |-- 10.0.0.255\n        \
                     /32 link BROADCAST\n     |-- 127.0.0.1\n        /32 host LOCAL\n";
        assert_eq!(of_fib_trie(table), BTreeSet::from([Ipv4Addr::new(10, 0, 0, 7)]));
        let global = "20010db8000000000000000000000001 02 40 00 80     eth0";
        assert_eq!(of_if_inet6(global), "2001:db8::1".parse().ok());
        for other in [
            "fe800000000000000000000000000001 02 40 20 80     eth0",
            "20010db8000000000000000000000002 02 40 00 01     eth0",
            "00000000000000000000000000000001 01 80 10 80       lo",
            "nonsense",
        ] {
            assert_eq!(of_if_inet6(other), None, "{other}");
        }
    }
}
