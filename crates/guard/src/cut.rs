//! Cuts this host from every network but the platform, and joins it again.
//!
//! Rules:
//! - One `inet` table of our own, priority −300 (before connection tracking and everybody else's
//!   rules): drop all that comes in, goes out or passes through, but loopback, the platform's
//!   pinned addresses and the administrators'. No 'established' exception: live connections end.
//! - IPv6 neighbour discovery with a pinned IPv6 address stays possible, or the platform could not
//!   be reached any more.
//! - In the network namespace of this process, whatever that is. Never another host.
//! - Done counts only once the table was read back.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::process::{Command, Output, Stdio};

use crate::error::{GuardError, Result};

/// The table's name.
const TABLE: &str = "beffroi_cut";

/// Whether this host can be cut: `nft` runs and may read the rules.
pub fn can_cut() -> bool {
    rustix::process::geteuid().is_root() && nft(&["list", "tables"], None).is_ok()
}

/// Whether the cut is in place, as the kernel tells; none when it cannot be told.
pub fn is_cut() -> Option<bool> {
    let tables = nft(&["list", "tables"], None).ok()?;
    Some(tables.lines().any(|line| line.trim() == format!("table inet {TABLE}")))
}

/// Cuts this host. Only the platform's `pinned` addresses, and its `administrators` by any port, can
/// be reached afterwards.
///
/// # Errors
/// [`GuardError::Cut`] when there is none of either (the host could never be joined again from
/// elsewhere), when `nft` is missing or refuses, or when the table cannot be read back.
pub fn cut_self(pinned: &[SocketAddr], administrators: &[IpAddr]) -> Result<()> {
    if pinned.is_empty() && administrators.is_empty() {
        let neither = "no numeric address of the platform is known (the enrolment file names them), \
                       and no administrator's (--administrator)";
        return Err(failed("cut", neither));
    }
    nft(&["-f", "-"], Some(&rules(pinned, administrators)))
        .map_err(|error| failed("cut", &explain(&error)))?;
    match is_cut() {
        Some(true) => Ok(()),
        _ => Err(failed("cut", "nft accepted the rules, but the table cannot be read back")),
    }
}

/// Joins this host again. Nothing to lift counts as lifted.
///
/// # Errors
/// [`GuardError::Cut`] when `nft` is missing or refuses.
pub fn lift_self() -> Result<()> {
    // Adding before deleting makes the pair succeed whether or not the table stands.
    let script = format!("add table inet {TABLE}\ndelete table inet {TABLE}\n");
    nft(&["-f", "-"], Some(&script)).map_err(|error| failed("join", &explain(&error)))?;
    Ok(())
}

/// The rules, in one transaction that replaces an earlier cut.
fn rules(pinned: &[SocketAddr], administrators: &[IpAddr]) -> String {
    use std::fmt::Write as _;
    let mut text =
        format!("add table inet {TABLE}\ndelete table inet {TABLE}\ntable inet {TABLE} {{\n");
    for (chain, hook) in [("incoming", "input"), ("outgoing", "output")] {
        let (peer, interface) = if hook == "input" { ("s", "iif") } else { ("d", "oif") };
        let mut lines = format!("  {interface} lo accept\n");
        for address in pinned {
            let family = if address.is_ipv4() { "ip" } else { "ip6" };
            let line = writeln!(
                lines,
                "  {family} {peer}addr {} tcp {peer}port {} accept",
                address.ip(),
                address.port()
            );
            debug_assert!(line.is_ok(), "writing to a string");
        }
        for address in administrators {
            let family = if address.is_ipv4() { "ip" } else { "ip6" };
            let line = writeln!(lines, "  {family} {peer}addr {address} accept");
            debug_assert!(line.is_ok(), "writing to a string");
        }
        let any_v6 = administrators.iter().any(IpAddr::is_ipv6);
        if any_v6 || pinned.iter().any(SocketAddr::is_ipv6) {
            lines.push_str("  icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n");
        }
        let line = writeln!(
            text,
            " chain {chain} {{\n  type filter hook {hook} priority -300; policy drop;\n{lines} }}"
        );
        debug_assert!(line.is_ok(), "writing to a string");
    }
    text.push_str(
        " chain passing {\n  type filter hook forward priority -300; policy drop;\n }\n}\n",
    );
    text
}

pub(crate) fn nft(arguments: &[&str], input: Option<&str>) -> io::Result<String> {
    let mut child = Command::new("nft")
        .args(arguments)
        // A service's PATH often lacks it.
        .env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let (Some(mut pipe), Some(text)) = (child.stdin.take(), input) {
        pipe.write_all(text.as_bytes())?;
    }
    let Output { status, stdout, stderr } = child.wait_with_output()?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    Err(io::Error::other(String::from_utf8_lossy(&stderr).trim().to_owned()))
}

pub(crate) fn explain(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        return "nft is not installed; type: apt-get install nftables".to_owned();
    }
    format!("nft says: {error}")
}

pub(crate) fn failed(operation: &'static str, cause: &str) -> GuardError {
    GuardError::Cut { operation, cause: cause.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_drop_all_but_the_pinned_addresses() {
        let pinned = ["192.0.2.7:443".parse().unwrap(), "[2001:db8::7]:8443".parse().unwrap()];
        let text = rules(&pinned, &["192.0.2.9".parse().unwrap()]);
        assert_eq!(text.matches("priority -300; policy drop;").count(), 3);
        assert!(text.contains("ip saddr 192.0.2.7 tcp sport 443 accept"));
        assert!(text.contains("ip6 daddr 2001:db8::7 tcp dport 8443 accept"));
        assert!(text.contains("ip saddr 192.0.2.9 accept"));
        assert!(text.contains("ip daddr 192.0.2.9 accept"));
        assert!(!text.contains("established"));
    }

    #[test]
    fn without_an_address_nothing_is_cut() {
        assert!(matches!(cut_self(&[], &[]), Err(GuardError::Cut { .. })));
    }
}
