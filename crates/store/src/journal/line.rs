//! The bytes of a journal: how a line is written, hashed, chained and signed.
//!
//! Three kinds of line, each ending in one line feed:
//!
//! ```text
//! {"format":"beffroi journal 1","key":"<Ed25519 public key>","tenant":"59273"}
//! {"entry":{"actor":..,"at":..,"body":..,"kind":..,"prev":..,"seq":..,"tenant":..},"hash":"<64 hex>"}
//! {"head":{"at":..,"hash":..,"seq":..,"tenant":..},"sig":"<Ed25519 signature>"}
//! ```
//!
//! - `hash` is SHA-256 over a prefix of its own and the very bytes of `entry`.
//! - `prev` of an entry is the hash of the entry before it. Where a signed head stands between
//!   the two, it is SHA-256 over another prefix and the whole line of that head; of the first
//!   entry, the same over the line of the key. So the last signature covers every byte before it.
//! - `sig` is over a prefix of its own and the very bytes of `head`.

use beffroi_town::{Actor, Instant, TenantId};
use data_encoding::BASE64URL_NOPAD;
use ring::{digest, signature::Ed25519KeyPair};

use super::canonical::quote;
use crate::keys::sha256_hex;

/// What the first line says.
pub(crate) const FORMAT: &str = "beffroi journal 1";
pub(crate) const ENTRY_OPEN: &str = "{\"entry\":";
pub(crate) const HASH_OPEN: &str = ",\"hash\":\"";
pub(crate) const HEAD_OPEN: &str = "{\"head\":";
pub(crate) const SIG_OPEN: &str = ",\"sig\":\"";
pub(crate) const CLOSE: &str = "\"}";

const ENTRY_DOMAIN: &[u8] = b"beffroi journal entry v1\n";
const HEAD_DOMAIN: &[u8] = b"beffroi journal head v1\n";
const LINK_DOMAIN: &[u8] = b"beffroi journal link v1\n";
const KEY_DOMAIN: &[u8] = b"beffroi journal key v1\n";

/// The first line, without its line feed.
pub(crate) fn key_line(tenant: &TenantId, public_key: &str) -> String {
    format!("{{\"format\":\"{FORMAT}\",\"key\":\"{public_key}\",\"tenant\":\"{tenant}\"}}")
}

/// What goes into an entry.
pub(crate) struct EntryParts<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) at: Instant,
    /// Canonical.
    pub(crate) body: &'a str,
    pub(crate) kind: &'static str,
    pub(crate) prev: &'a str,
    pub(crate) seq: u64,
    pub(crate) tenant: &'a TenantId,
}

impl EntryParts<'_> {
    /// The bytes of `entry`.
    pub(crate) fn text(&self) -> String {
        let mut actor = String::new();
        quote(&mut actor, &self.actor.to_string());
        let mut kind = String::new();
        quote(&mut kind, self.kind);
        let Self { at, body, prev, seq, tenant, .. } = self;
        let at = at.ms();
        let end = entry_end(prev, *seq, tenant);
        format!("{ENTRY_START}{actor},\"at\":{at},\"body\":{body},\"kind\":{kind}{end}")
    }
}

/// How every entry begins.
pub(crate) const ENTRY_START: &str = "{\"actor\":";

/// How an entry ends: its place in the chain.
pub(crate) fn entry_end(prev: &str, seq: u64, tenant: &TenantId) -> String {
    format!(",\"prev\":\"{prev}\",\"seq\":{seq},\"tenant\":\"{tenant}\"}}")
}

/// The hash of an entry.
pub(crate) fn entry_hash(entry: &str) -> String {
    sha256_hex(&[ENTRY_DOMAIN, entry.as_bytes()])
}

/// The whole line of an entry, without its line feed.
pub(crate) fn entry_line(entry: &str, hash: &str) -> String {
    format!("{ENTRY_OPEN}{entry}{HASH_OPEN}{hash}{CLOSE}")
}

/// The bytes of `head`.
pub(crate) fn head_text(tenant: &TenantId, seq: u64, hash: &str, at: Instant) -> String {
    format!("{{\"at\":{},\"hash\":\"{hash}\",\"seq\":{seq},\"tenant\":\"{tenant}\"}}", at.ms())
}

/// What is signed.
pub(crate) fn head_to_sign(head: &str) -> Vec<u8> {
    [HEAD_DOMAIN, head.as_bytes()].concat()
}

pub(crate) fn sign_head(key: &Ed25519KeyPair, head: &str) -> String {
    BASE64URL_NOPAD.encode(key.sign(&head_to_sign(head)).as_ref())
}

/// The whole line of a head, without its line feed.
pub(crate) fn head_line(head: &str, sig: &str) -> String {
    format!("{HEAD_OPEN}{head}{SIG_OPEN}{sig}{CLOSE}")
}

/// What the entry after a head, or after the line of the key, names as the one before.
pub(crate) fn link(line: &str) -> String {
    sha256_hex(&[LINK_DOMAIN, line.as_bytes()])
}

/// The hash that a fingerprint is cut from.
pub(crate) fn key_hash(public_key: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, &[KEY_DOMAIN, public_key].concat())
}
