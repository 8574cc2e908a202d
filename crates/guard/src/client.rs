//! Cuts one client of this host off, where stopping the one who serves it would stop everybody.
//!
//! Rules:
//! - One `inet` table of our own, priority −300, with a set of addresses for each family: what comes
//!   from them or goes to them is dropped, live connections too.
//! - It is made ready when the first client is seen ([`make_ready`]): then one message to the kernel
//!   shuts a client out ([`shut_out`]), before `nft` makes sure of it ([`cut_off`]).
//! - This host itself is never a client.
//! - Only a person lets a client in again ([`let_in`]).

use std::net::IpAddr;

use crate::cut::{explain, failed, nft};
use crate::error::Result;
use crate::netfilter;

const TABLE: &str = "beffroi_clients";

/// Makes the table, which shuts nobody out yet. Twice is the same as once.
///
/// # Errors
/// [`GuardError::Cut`](crate::GuardError::Cut) when `nft` is missing or refuses.
pub(crate) fn make_ready() -> Result<()> {
    let done = nft(&["-f", "-"], Some(&rules()));
    done.map(drop).map_err(|error| failed("prepare to cut a client of", &explain(&error)))
}

/// Shuts one client out at once where the table is ready; false where it is not. Whoever calls this
/// calls [`cut_off`] too: somebody may have taken the rules away.
pub(crate) fn shut_out(client: IpAddr) -> bool {
    let is_done = !is_own(client) && netfilter::add_address(TABLE, set(client), client).is_ok();
    tracing::debug!(%client, is_done, "to be shut out at once");
    is_done
}

/// Cuts one client off. Twice is the same as once.
///
/// # Errors
/// [`GuardError::Cut`](crate::GuardError::Cut) when `nft` is missing or refuses, or for an address
/// of this host itself.
pub(crate) fn cut_off(client: IpAddr) -> Result<()> {
    if is_own(client) {
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

const fn is_own(client: IpAddr) -> bool {
    client.is_loopback() || client.is_unspecified()
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
    use std::os::fd::AsFd as _;

    use super::*;

    #[test]
    fn this_host_is_no_client() {
        for own in ["127.0.0.1", "::1", "0.0.0.0"] {
            let error = cut_off(own.parse().unwrap()).unwrap_err().to_string();
            assert!(error.contains("this host itself"), "{error}");
            assert!(!shut_out(own.parse().unwrap()));
        }
    }

    fn ip(words: &[&str]) {
        let done = std::process::Command::new("/usr/sbin/ip").args(words).status();
        assert!(done.is_ok_and(|done| done.success()), "network namespaces need root and iproute2");
    }

    /// In a network of this thread alone, and of what it starts.
    #[test]
    fn a_client_is_shut_out_by_one_message_once_the_table_is_ready() {
        let name = format!("beffroi-client-{}", std::process::id());
        ip(&["netns", "add", &name]);
        let network = std::fs::File::open(format!("/run/netns/{name}")).unwrap();
        let inside = std::thread::spawn(move || {
            let kind = Some(rustix::thread::LinkNameSpaceType::Network);
            rustix::thread::move_into_link_name_space(network.as_fd(), kind).unwrap();
            let clients = ["10.66.0.2", "fd66::2"].map(|text| text.parse::<IpAddr>().unwrap());
            let shut = || {
                let all = nft(&["list", "table", "inet", TABLE], None).unwrap_or_default();
                clients.map(|client| all.contains(&client.to_string()))
            };
            assert_eq!(clients.map(shut_out), [false, false], "there is no table yet");
            make_ready().unwrap();
            assert_eq!(shut(), [false, false]);
            assert_eq!(clients.map(shut_out), [true, true]);
            assert_eq!(shut(), [true, true]);
            assert_eq!(clients.map(shut_out), [true, true], "twice is the same as once");
            // Making ready again, or making sure, takes nobody out.
            make_ready().unwrap();
            cut_off(clients[0]).unwrap();
            assert_eq!(shut(), [true, true]);
            let_in(clients[0]).unwrap();
            assert_eq!(shut(), [false, true]);
        });
        let done = inside.join();
        ip(&["netns", "delete", &name]);
        done.unwrap();
    }
}
