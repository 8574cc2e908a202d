//! How a guard makes itself known, and what it can do on its host.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::{AssetId, GuardId, TenantId};

/// The enrolment file that a person carries to the file server, readable by its owner alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Where the platform answers, best first.
    pub platforms: Vec<PlatformAddress>,
    /// One use, then worthless.
    pub token: String,
    /// The town this guard watches for.
    pub tenant: TenantId,
    /// The file server it stands on.
    pub asset: AssetId,
    /// SHA-256 of the platform's certificate (DER), when only that one is to be believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_sha256: Option<String>,
    /// What tells whether a printed code to lift the host's cut is right; never the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lift: Option<String>,
}

/// One address of the platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformAddress {
    /// `https://host:port`, or `http://address:port` for loopback and for a pinned address.
    pub url: String,
    /// Numeric addresses, so that a host that is cut still reaches the platform without a name
    /// service. Empty when `url` itself is numeric.
    #[serde(default)]
    pub addresses: Vec<SocketAddr>,
    /// SHA-256 of the `SubjectPublicKeyInfo` of the key that answers there, base64url, when that
    /// key alone is to be believed. It wins over a certificate's hash, and survives renewals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_sha256: Option<String>,
}

impl PlatformAddress {
    /// An address that is believed as the rest of the enrolment says.
    pub fn plain(url: String) -> Self {
        Self { url, addresses: Vec::new(), key_sha256: None }
    }
}

/// A guard's first words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The token of the enrolment file.
    pub token: String,
    /// The asset named by the enrolment file.
    pub asset: AssetId,
    /// Ed25519, made by the guard; the request is signed with it (it proves possession).
    pub public_key: String,
    /// The machine.
    pub host: HostFacts,
    /// What the guard can do there.
    pub level: Level,
}

/// What identifies a machine to the person who looks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFacts {
    /// The host's own name.
    pub hostname: String,
    /// Operating system and version, as the host writes it.
    pub system: String,
    /// Kernel release.
    pub kernel: String,
    /// Version of the guard.
    pub guard_version: String,
}

/// The platform's answer to an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// The guard's identifier from now on.
    pub guard: GuardId,
    /// Ed25519 key that orders must be signed with.
    pub orders_key: String,
    /// How often to beat.
    pub beat_every_ms: u32,
}

/// What a guard can do on its host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The letter that every public claim names.
    pub letter: Letter,
    /// What it cannot do there, one code each.
    pub holes: Vec<Hole>,
}

/// How much the kernel lets a guard see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Letter {
    /// Each write is seen before it happens.
    A,
    /// Each open is seen before it happens.
    B,
    /// Changes are seen after they happened; nobody is named or stopped.
    C,
}

/// One thing a guard cannot do on its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hole {
    /// It does not run as root.
    NotRoot,
    /// The kernel refuses fanotify, or this is not Linux.
    NoFanotify,
    /// It cannot name who did it.
    NoActor,
    /// It cannot stop who did it.
    NoStop,
    /// Deletions are counted after the fact: some pass before the stop.
    DeletionsAfterTheFact,
    /// Files moved away are counted after the fact; deletions are stopped as they happen.
    MovesAfterTheFact,
    /// A file emptied by its path, without an open, loses its earlier content.
    TruncateByPath,
    /// A file opened before the guard started can be rewritten unseen.
    OpenedBefore,
    /// A file reached through another hard link outside the watched folders is not seen.
    HardLinksElsewhere,
    /// The earlier content of a file rewritten in place is not kept.
    NoEarlierContent,
    /// A watched folder has no reserve on its own file system: vanished files stay lost.
    NoReserve,
    /// A file system mounted under a watched folder is of a kind that is not watched.
    MountedBelow,
    /// It cannot tell who has a ring (`io_uring`), who may write at the end of a call that reads.
    Rings,
    /// The kernel's own NFS server empties files without asking anybody, and names no client.
    NfsServer,
    /// It cannot cut its host: `nft` is missing or may not be used.
    NoCut,
    /// No temperature can be read.
    NoTemperature,
    /// No pressure can be read.
    NoPressure,
    /// It only observes: a person has not switched protection on.
    ObserveOnly,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

/// Whether a guard acts or only says what it would have done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Says what it would have done.
    #[default]
    Observe,
    /// Denies, holds and stops.
    Protect,
}
