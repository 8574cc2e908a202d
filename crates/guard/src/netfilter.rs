//! Adds one address to a set of nftables by one message to the kernel.
//!
//! `nft` needs some milliseconds to start and to read what stands there; meanwhile a client of a
//! share renames several files. One message takes a fifth of a millisecond. Everything else, above
//! all the rules that make use of the set, is left to `nft`.
//!
//! Source: `linux/netfilter/nf_tables.h`, `linux/netfilter/nfnetlink.h`; netlink(7).

use std::io;
use std::net::IpAddr;

use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with,
};

/// `NFNL_SUBSYS_NFTABLES`.
const NFTABLES: u16 = 10;
/// `NFT_MSG_NEWSETELEM`, of that subsystem.
const ADD_ELEMENT: u16 = (NFTABLES << 8) + 12;
/// `NFNL_MSG_BATCH_BEGIN` and `NFNL_MSG_BATCH_END`: a transaction.
const BEGIN: u16 = 16;
const END: u16 = 17;
/// `NFPROTO_INET`.
const INET: u8 = 1;
/// `NLM_F_REQUEST`, `NLM_F_ACK`, `NLM_F_CREATE`.
const REQUEST: u16 = 1;
const ACK: u16 = 4;
const CREATE: u16 = 0x400;
/// `NLMSG_ERROR`: the answer, with the number of an error or 0.
const ANSWER: u16 = 2;
/// `NLA_F_NESTED`.
const NESTED: u16 = 0x8000;

/// Adds `address` to the set `set` of the `inet` table `table`. Twice is the same as once.
///
/// # Errors
/// `ENOENT` when there is no such table or set; whatever else the kernel answers.
pub(crate) fn add_address(table: &str, set: &str, address: IpAddr) -> io::Result<()> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        Some(netlink::NETFILTER),
    )?;
    send(&socket, &transaction(table, set, address), SendFlags::empty())?;
    // The kernel has answered when the call above returns.
    let mut answer = [0; 256];
    let (read, _) = recv(&socket, &mut answer, RecvFlags::DONTWAIT)?;
    let told = answer.get(..read).and_then(told);
    told.unwrap_or_else(|| Err(io::Error::other("the kernel's answer cannot be read")))
}

fn transaction(table: &str, set: &str, address: IpAddr) -> Vec<u8> {
    let address = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    // NFTA_DATA_VALUE in NFTA_SET_ELEM_KEY in NFTA_LIST_ELEM.
    let element = attribute(1 | NESTED, &attribute(1 | NESTED, &attribute(1, &address)));
    // NFTA_SET_ELEM_LIST_TABLE, _SET and _ELEMENTS.
    let body =
        [attribute(1, &text(table)), attribute(2, &text(set)), attribute(3 | NESTED, &element)];
    [
        message(BEGIN, REQUEST, 1, (0, NFTABLES), &[]),
        message(ADD_ELEMENT, REQUEST | ACK | CREATE, 2, (INET, 0), &body.concat()),
        message(END, REQUEST, 3, (0, NFTABLES), &[]),
    ]
    .concat()
}

fn text(name: &str) -> Vec<u8> {
    [name.as_bytes(), &[0]].concat()
}

/// `struct nlattr`: length and kind in the host's order, padded to four bytes.
fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
    let mut all = [&length.to_ne_bytes(), &kind.to_ne_bytes(), value].concat();
    all.resize(all.len().next_multiple_of(4), 0);
    all
}

/// `struct nlmsghdr`, then `struct nfgenmsg` with the family and the resource `of`.
fn message(kind: u16, flags: u16, sequence: u32, of: (u8, u16), body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(20 + body.len()).unwrap_or(u32::MAX);
    let [high, low] = of.1.to_be_bytes();
    [
        &length.to_ne_bytes()[..],
        &kind.to_ne_bytes(),
        &flags.to_ne_bytes(),
        &sequence.to_ne_bytes(),
        &[0; 4],
        &[of.0, 0, high, low],
        body,
    ]
    .concat()
}

/// What the kernel answered; none when that is no answer.
fn told(answer: &[u8]) -> Option<io::Result<()>> {
    let kind = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?);
    let error = i32::from_ne_bytes(answer.get(16..20)?.try_into().ok()?);
    match (kind, error) {
        (ANSWER, 0) => Some(Ok(())),
        (ANSWER, error) => Some(Err(io::Error::from_raw_os_error(error.checked_neg()?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_told_from_noise() {
        let answer = |error: i32| {
            let mut all = message(ANSWER, 0, 2, (0, 0), &[]);
            all.splice(16..20, error.to_ne_bytes());
            told(&all).map(|told| told.map_err(|error| error.raw_os_error()))
        };
        assert_eq!(answer(0), Some(Ok(())));
        assert_eq!(answer(-libc::ENOENT), Some(Err(Some(libc::ENOENT))));
        assert_eq!(answer(i32::MIN), None);
        assert!(told(&[]).is_none());
        assert!(told(&message(3, 0, 2, (0, 0), &[])).is_none());
    }
}
