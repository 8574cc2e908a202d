//! What a guard and the platform say to each other.
//!
//! Rules:
//! - A guard is given orders of three kinds, never code and never a path. Each order is signed by
//!   the platform, names one guard, carries a rising sequence and an expiry.
//! - A guard signs every request with a key it made itself. The same bytes signed for one purpose
//!   never count for another: each text to sign begins with a prefix of its own.
//! - A guard reports codes and counts; sentences are made elsewhere. A value read from a played
//!   sensor says `simulated` wherever it goes.
//! - Every list and text has a bound. Receivers call `check` before they use anything.
//! - Keys, signatures and hashes travel as base64url without padding (RFC 4648 section 5).
//!
//! Doors (JSON both ways, `POST`, body at most [`BODY_BYTES_MAX`]):
//!
//! | path | body | answer |
//! |---|---|---|
//! | [`ENROL_PATH`] | [`EnrolRequest`] | [`EnrolAnswer`]; 403 token unknown, spent or expired |
//! | [`BEAT_PATH`] | [`Beat`] | [`BeatAnswer`] |
//! | [`ALARM_PATH`] | [`AlarmReport`] | [`Received`]; the same id with a higher revision replaces |
//! | [`RESTORED_PATH`] | [`RestoreReport`] | [`Received`] |
//!
//! 401 answers a bad signature, an unknown guard or a stamp further than [`SKEW_MS_MAX`] from the
//! platform's clock. Repeats are harmless: a beat counts by its sequence, a report by its id.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

use crate::{AlarmId, AlarmKind, AssetId, GuardId, Instant, TenantId};

/// Where a guard enrols.
pub const ENROL_PATH: &str = "/api/guard/v1/enrol";
/// Where a guard says that it lives.
pub const BEAT_PATH: &str = "/api/guard/v1/beat";
/// Where a guard reports a suspicion.
pub const ALARM_PATH: &str = "/api/guard/v1/alarm";
/// Where a guard reports what it put back.
pub const RESTORED_PATH: &str = "/api/guard/v1/restored";

/// Header: the guard's identifier; [`NO_GUARD_YET`] when enrolling.
pub const GUARD_HEADER: &str = "beffroi-guard";
/// Header: when the request was made, in milliseconds since the epoch.
pub const AT_HEADER: &str = "beffroi-at";
/// Header: the Ed25519 signature (RFC 8032) over [`request_text`], base64url.
pub const SIGNATURE_HEADER: &str = "beffroi-signature";
/// What stands in [`GUARD_HEADER`] before a guard has an identifier.
pub const NO_GUARD_YET: &str = "new";

/// Longest body either side accepts.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// How far a request's stamp may be from the platform's clock.
pub const SKEW_MS_MAX: i64 = 5 * 60 * 1000;
/// Most paths in one report; [`AlarmReport::touched_total`] says how many there were.
pub const TOUCHED_MAX: usize = 1_000;
/// Longest path in a report, once escaped by [`shown_path`].
pub const PATH_BYTES_MAX: usize = 512;
/// Longest other text.
pub const TEXT_BYTES_MAX: usize = 256;
/// Most entries of any other list.
pub const LIST_MAX: usize = 64;
/// Most orders in one answer, and acknowledgements in one beat.
pub const ORDERS_MAX: usize = 16;

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

/// A guard lives, and this is what it sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beat {
    /// When, by the guard's clock.
    pub at: Instant,
    /// Rises by one each beat; starts anew with `started_at`.
    pub sequence: u64,
    /// When this guard process started.
    pub started_at: Instant,
    /// Whether it acts.
    pub mode: Mode,
    /// What it can do.
    pub level: Level,
    /// Heat, pressure, disk.
    pub vitals: Vitals,
    /// The folders it watches.
    pub watched: Vec<WatchedFolder>,
    /// What it keeps of earlier content.
    pub reserve: ReserveUse,
    /// Whether this host's own cut is in place, read back from the kernel.
    pub cut: bool,
    /// Reports not yet delivered.
    pub waiting_reports: u32,
    /// What became of orders since the last accepted beat.
    pub acknowledgements: Vec<OrderAck>,
    /// The newest journal heads it was shown, so that a roll-back is seen.
    pub heads: Vec<HeadSeen>,
}

/// One watched folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedFolder {
    /// As escaped by [`shown_path`].
    pub path: String,
    /// Files in it that the reserve holds a link of.
    pub files_protected: u64,
    /// Files in it that could not be linked.
    pub files_unprotected: u64,
    /// Whether the first scan has ended.
    pub scanned: bool,
}

/// What the reserve holds beyond the live files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveUse {
    /// Bytes that only the reserve still holds: vanished files and earlier contents.
    pub used_bytes: u64,
    /// Its bound.
    pub limit_bytes: u64,
    /// Contents refused for want of room since the start.
    pub refused: u64,
}

/// The vital signs of a host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// Read from a played sensor folder, not from this host.
    pub simulated: bool,
    /// The hottest sensor, in thousandths of a degree Celsius.
    pub temperature_millicelsius: Option<i32>,
    /// Share of the last 10 s in which some task waited for a processor, in hundredths of a
    /// percent (Linux PSI `some avg10`).
    pub cpu_pressure_basis_points: Option<u16>,
    /// The same for input and output.
    pub io_pressure_basis_points: Option<u16>,
    /// Load over one minute, in hundredths.
    pub load_hundredths: Option<u32>,
    /// Fullest watched file system, in percent.
    pub disk_used_percent: Option<u8>,
}

/// The platform's answer to a beat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeatAnswer {
    /// Orders not yet acknowledged, oldest first.
    pub orders: Vec<SignedOrder>,
    /// How often to beat from now on.
    pub beat_every_ms: u32,
    /// The newest journal heads, to be kept.
    pub heads: Vec<HeadSeen>,
}

/// The newest entry of a journal that somebody was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadSeen {
    /// Whose journal.
    pub tenant: TenantId,
    /// Sequence of its newest entry.
    pub sequence: u64,
    /// Hash of that entry.
    pub hash: String,
    /// Signature of the head.
    pub signature: String,
}

/// What a guard may be told to do. It concerns its own host alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Cut this host from every network but the platform's addresses.
    CutSelf,
    /// Lift that cut.
    LiftSelf,
    /// Put back what the guard itself reported under this alarm.
    Restore(AlarmId),
}

/// An order and the platform's signature over [`order_text`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOrder {
    /// The only guard that may obey.
    pub guard: GuardId,
    /// Higher than that of any order this guard obeyed before.
    pub sequence: u64,
    /// Worthless from then on.
    pub expires_at: Instant,
    /// What to do.
    pub order: Order,
    /// Ed25519, base64url.
    pub signature: String,
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderAck {
    /// The order's sequence.
    pub sequence: u64,
    /// When it was done or refused.
    pub at: Instant,
    /// How it ended.
    pub outcome: OrderOutcome,
}

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderOutcome {
    /// Done, and read back.
    Done,
    /// Refused: the signature is not the platform's.
    BadSignature,
    /// Refused: meant for another guard.
    OtherGuard,
    /// Refused: not newer than an order already obeyed.
    OldSequence,
    /// Refused: too late.
    Expired,
    /// Refused: no such alarm here.
    UnknownAlarm,
    /// Not done: the means are missing (no root, no `nft`, no pinned address).
    NoMeans,
    /// Tried and failed.
    Failed,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

/// A guard's suspicion. A person decides what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlarmReport {
    /// Made by the guard; stays the same in every revision.
    pub id: AlarmId,
    /// Rises with each correction of the same alarm.
    pub revision: u32,
    /// What is suspected.
    pub kind: Suspicion,
    /// The first touch that counted.
    pub first_touch_at: Instant,
    /// When the guard raised it.
    pub raised_at: Instant,
    /// When the actor was stopped or held.
    pub stopped_at: Option<Instant>,
    /// What the guard did about it.
    pub outcome: AlarmOutcome,
    /// Who did it, where the kernel tells.
    pub actor: Option<ActorSeen>,
    /// Whole numbers of what was touched.
    pub counts: TouchCounts,
    /// What led to it.
    pub reasons: Vec<Reason>,
    /// At most [`TOUCHED_MAX`] of the touched files, oldest first.
    pub touched: Vec<Touched>,
    /// How many there were in all.
    pub touched_total: u64,
    /// The vital signs then.
    pub vitals: Vitals,
    /// Something in it comes from a played sensor.
    pub simulated: bool,
}

/// What a guard suspects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspicion {
    /// Files that had been there vanish.
    MassDisappearance,
    /// Contents are turned into something else.
    MassRewriting,
    /// Heat or pressure alone.
    VitalSigns,
    /// The reserve is full: what comes next could not be put back.
    ReserveFull,
    /// The kernel dropped events: something may have been missed.
    EventsLost,
    /// Someone sent an order that was not genuine.
    OrderRefused,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

impl Suspicion {
    /// The kind of alarm it becomes on the platform.
    pub const fn alarm_kind(self) -> AlarmKind {
        match self {
            Self::MassDisappearance => AlarmKind::FilesVanishing,
            Self::MassRewriting => AlarmKind::FilesRewritten,
            Self::VitalSigns => AlarmKind::VitalSigns,
            // What cannot be read is counted as the worst that a guard says of itself.
            Self::ReserveFull | Self::EventsLost | Self::Unknown => AlarmKind::GuardBlind,
            Self::OrderRefused => AlarmKind::OrderRefused,
        }
    }
}

/// What a guard did about an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmOutcome {
    /// Nothing but saying so.
    Observed,
    /// The actor is paused.
    Held,
    /// The actor was paused and went on: the waiting time ended without a second signal.
    Released,
    /// The actor is stopped.
    Stopped,
    /// It serves other people, so it runs on; its opens of existing files are denied.
    DeniedOnly,
    /// It had ended, or could not be stopped.
    NotStopped,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

/// Who did it, as the kernel tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorSeen {
    /// Process.
    pub pid: u32,
    /// Program file, escaped by [`shown_path`]; empty when it had ended.
    pub exe: String,
    /// Numeric user.
    pub uid: u32,
    /// User name, where the host knows one.
    pub user: Option<String>,
    /// Session or control group.
    pub session: Option<String>,
}

/// Whole numbers of what was touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchCounts {
    /// Deleted, or moved out of the watched folders.
    pub vanished: u64,
    /// Content rewritten into something else.
    pub rewritten: u64,
    /// Of all these, how many the reserve can put back.
    pub recoverable: u64,
    /// Vanished before the actor was held or stopped; known once every event of that time was
    /// read, so a first revision has none.
    pub vanished_at_stop: Option<u64>,
}

/// One line of what led to an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The signal.
    pub signal: Signal,
    /// How often it was seen in the window.
    pub times: u32,
    /// What it weighed, of the 100 points at which a guard acts.
    pub points: u32,
}

/// A signal that a guard weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// A file that had been there vanished, not made by the one who removed it.
    ExistingFileGone,
    /// A content lost its type and looks random.
    ContentTransformed,
    /// Blocks inside a file turned random.
    BlocksTransformed,
    /// A content was replaced by one repeated byte.
    ContentWiped,
    /// A content was emptied and stayed so.
    ContentEmptied,
    /// Existing files renamed to one new extension.
    SameNewExtension,
    /// Heat or pressure at the same time.
    VitalSigns,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

/// One touched file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Escaped by [`shown_path`].
    pub path: String,
    /// What happened.
    pub how: Touch,
    /// When.
    pub at: Instant,
    /// Whether the reserve can put it back.
    pub recoverable: bool,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// Deleted.
    Deleted,
    /// Renamed, or moved out of the watched folders.
    RenamedAway,
    /// Rewritten, or replaced by another file of that name.
    Rewritten,
    /// Written by a newer guard than this reader.
    #[serde(other)]
    Unknown,
}

/// What a guard put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreReport {
    /// The alarm, or none when a person asked for everything that vanished.
    pub alarm: Option<AlarmId>,
    /// When it ended.
    pub at: Instant,
    /// How long it took.
    pub took_ms: u64,
    /// Files it had to put back.
    pub total: u64,
    /// Put back, compared with the hash taken when the file was known to be good.
    pub restored_verified: u64,
    /// Put back from the untouched file itself, with no hash to compare with.
    pub restored_unverified: u64,
    /// Already as they should be.
    pub unchanged: u64,
    /// Put back after what now stood there was moved beside.
    pub kept_beside: u64,
    /// Not in the reserve.
    pub lost: u64,
    /// Tried and failed.
    pub failed: u64,
}

/// A report is on the platform's disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// When, by the platform's clock.
    pub at: Instant,
}

/// A value beyond its bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is beyond its bound of {max}")]
pub struct OutOfBounds {
    /// Which field.
    pub field: &'static str,
    /// Its bound.
    pub max: usize,
}

fn within(field: &'static str, length: usize, max: usize) -> Result<(), OutOfBounds> {
    if length <= max { Ok(()) } else { Err(OutOfBounds { field, max }) }
}

impl Level {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("holes", self.holes.len(), LIST_MAX)
    }
}

impl EnrolRequest {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("token", self.token.len(), TEXT_BYTES_MAX)?;
        within("public_key", self.public_key.len(), TEXT_BYTES_MAX)?;
        within("hostname", self.host.hostname.len(), TEXT_BYTES_MAX)?;
        within("system", self.host.system.len(), TEXT_BYTES_MAX)?;
        within("kernel", self.host.kernel.len(), TEXT_BYTES_MAX)?;
        within("guard_version", self.host.guard_version.len(), TEXT_BYTES_MAX)?;
        self.level.check()
    }
}

fn check_heads(heads: &[HeadSeen]) -> Result<(), OutOfBounds> {
    within("heads", heads.len(), LIST_MAX)?;
    heads.iter().try_for_each(|head| {
        within("head hash", head.hash.len(), TEXT_BYTES_MAX)?;
        within("head signature", head.signature.len(), TEXT_BYTES_MAX)
    })
}

impl Beat {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        self.level.check()?;
        within("watched", self.watched.len(), LIST_MAX)?;
        for folder in &self.watched {
            within("watched path", folder.path.len(), PATH_BYTES_MAX)?;
        }
        within("acknowledgements", self.acknowledgements.len(), ORDERS_MAX)?;
        check_heads(&self.heads)
    }
}

impl BeatAnswer {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("orders", self.orders.len(), ORDERS_MAX)?;
        for order in &self.orders {
            within("order signature", order.signature.len(), TEXT_BYTES_MAX)?;
        }
        check_heads(&self.heads)
    }
}

impl AlarmReport {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("touched", self.touched.len(), TOUCHED_MAX)?;
        for touched in &self.touched {
            within("touched path", touched.path.len(), PATH_BYTES_MAX)?;
        }
        within("reasons", self.reasons.len(), LIST_MAX)?;
        if let Some(actor) = &self.actor {
            within("actor exe", actor.exe.len(), PATH_BYTES_MAX)?;
            within("actor user", actor.user.as_ref().map_or(0, String::len), TEXT_BYTES_MAX)?;
            within("actor session", actor.session.as_ref().map_or(0, String::len), TEXT_BYTES_MAX)?;
        }
        Ok(())
    }
}

/// The bytes a guard signs for one request. `body_sha256` is the hash of the body as sent.
pub fn request_text(
    guard: &str,
    method: &str,
    path: &str,
    at: Instant,
    body_sha256: &[u8; 32],
) -> Vec<u8> {
    let mut text = format!("beffroi guard request v1\n{guard}\n{method}\n{path}\n{}\n", at.ms());
    push_hex(&mut text, body_sha256);
    text.into_bytes()
}

/// The bytes the platform signs for one order.
pub fn order_text(guard: &GuardId, sequence: u64, expires_at: Instant, order: &Order) -> Vec<u8> {
    let what = match order {
        Order::CutSelf => "cut_self".to_owned(),
        Order::LiftSelf => "lift_self".to_owned(),
        Order::Restore(alarm) => format!("restore {alarm}"),
    };
    format!("beffroi guard order v1\n{guard}\n{sequence}\n{}\n{what}\n", expires_at.ms())
        .into_bytes()
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
}

/// A path as it travels and shows: text as it is; `%` and every byte that is a control character
/// or not UTF-8 as `%` and two hexadecimal digits; cut at [`PATH_BYTES_MAX`], then ending in `…`.
pub fn shown_path(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter == '%' || letter.is_control() {
                let mut buffer = [0_u8; 4];
                escape(&mut shown, letter.encode_utf8(&mut buffer).as_bytes());
            } else {
                shown.push(letter);
            }
        }
        escape(&mut shown, chunk.invalid());
    }
    if shown.len() > PATH_BYTES_MAX {
        let room = PATH_BYTES_MAX - '…'.len_utf8();
        let end = (0..=room).rev().find(|at| shown.is_char_boundary(*at)).unwrap_or(0);
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

fn escape(shown: &mut String, bytes: &[u8]) {
    for byte in bytes {
        shown.push('%');
        push_hex(shown, &[*byte]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_to_sign_never_meet() {
        let guard = GuardId::parse("g1").unwrap();
        let at = Instant::from_ms(7);
        let request = request_text("g1", "POST", BEAT_PATH, at, &[0xab; 32]);
        let order = order_text(&guard, 1, at, &Order::CutSelf);
        assert!(request.starts_with(b"beffroi guard request v1\ng1\nPOST\n"));
        assert!(request.ends_with(b"abab"));
        assert_eq!(order, b"beffroi guard order v1\ng1\n1\n7\ncut_self\n");
        assert_ne!(order, order_text(&guard, 1, at, &Order::LiftSelf));
        assert_ne!(order, order_text(&guard, 2, at, &Order::CutSelf));
    }

    #[test]
    fn hostile_names_travel() {
        assert_eq!(shown_path("salle/é%.odt".as_bytes()), "salle/é%25.odt");
        assert_eq!(shown_path(b"a\nb\xff"), "a%0ab%ff");
        assert!(shown_path("é".repeat(400).as_bytes()).len() <= PATH_BYTES_MAX);
    }

    #[test]
    fn a_code_from_a_newer_guard_is_unknown_not_an_error() {
        let hole: Hole = serde_json::from_str("\"from_the_future\"").unwrap();
        assert_eq!(hole, Hole::Unknown);
    }

    #[test]
    fn bounds_are_kept() {
        let level = Level { letter: Letter::C, holes: vec![Hole::NoStop; LIST_MAX + 1] };
        assert_eq!(level.check(), Err(OutOfBounds { field: "holes", max: LIST_MAX }));
    }

    proptest! {
        #[test]
        fn a_shown_path_is_bounded_and_printable(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let shown = shown_path(&bytes);
            prop_assert!(shown.len() <= PATH_BYTES_MAX);
            prop_assert!(shown.chars().all(|c| !c.is_control()));
        }
    }
}
