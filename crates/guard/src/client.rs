//! Cuts one client of this host off, where stopping the one who serves it would stop everybody.
//!
//! Rules:
//! - One `inet` table of our own, priority −300, with a set of addresses for each family: what comes
//!   from them or goes to them is dropped, live connections too.
//! - This host itself is never a client.
//! - Only a person lets a client in again ([`let_in`]).

use std::net::IpAddr;

use crate::cut::{explain, failed, nft};
use crate::error::Result;

const TABLE: &str = "beffroi_clients";

/// Cuts one client off. Twice is the same as once.
///
/// # Errors
/// [`GuardError::Cut`](crate::GuardError::Cut) when `nft` is missing or refuses, or for an address
/// of this host itself.
pub(crate) fn cut_off(client: IpAddr) -> Result<()> {
    if client.is_loopback() || client.is_unspecified() {
        return Err(failed("cut a client of", "it is this host itself"));
    }
    let script = format!("{}add element inet {TABLE} {} {{ {client} }}\n", rules(), set(client));
    nft(&["-f", "-"], Some(&script))
        .map(drop)
        .map_err(|error| failed("cut a client of", &explain(&error)))
}

/// Lets a client in again. One that was not cut off counts as let in.
///
/// # Errors
/// [`GuardError::Cut`](crate::GuardError::Cut) when `nft` is missing or refuses.
pub fn let_in(client: IpAddr) -> Result<()> {
    // Adding before deleting makes the pair succeed whether or not it was there.
    let (set, rules) = (set(client), rules());
    let script = format!(
        "{rules}add element inet {TABLE} {set} {{ {client} }}\n\
         delete element inet {TABLE} {set} {{ {client} }}\n"
    );
    nft(&["-f", "-"], Some(&script))
        .map(drop)
        .map_err(|error| failed("let a client in to", &explain(&error)))
}

fn set(client: IpAddr) -> &'static str {
    if client.is_ipv4() { "v4" } else { "v6" }
}

/// The table with its sets, made or as it stands.
fn rules() -> String {
    let chain = |name: &str, hook: &str, side: &str| {
        format!(
            "add chain inet {TABLE} {name} {{ type filter hook {hook} priority -300; policy accept; }}\n\
             flush chain inet {TABLE} {name}\n\
             add rule inet {TABLE} {name} ip {side} @v4 drop\n\
             add rule inet {TABLE} {name} ip6 {side} @v6 drop\n"
        )
    };
    let sets = format!(
        "add table inet {TABLE}\n\
         add set inet {TABLE} v4 {{ type ipv4_addr; }}\n\
         add set inet {TABLE} v6 {{ type ipv6_addr; }}\n"
    );
    sets + &chain("incoming", "input", "saddr") + &chain("outgoing", "output", "daddr")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_host_is_no_client() {
        for own in ["127.0.0.1", "::1", "0.0.0.0"] {
            let error = cut_off(own.parse().unwrap()).unwrap_err().to_string();
            assert!(error.contains("this host itself"), "{error}");
        }
    }
}
