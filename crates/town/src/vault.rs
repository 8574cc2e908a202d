//! The vault: what a repository holds, what counts against its quota, and when its silence is odd.

pub mod retention;
pub mod sheet;
pub mod thinning;
pub mod verdict;
pub mod volume;

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    asset::{AssetKind, coded},
};

coded! {
    /// What an object of a repository is. The names are restic's.
    ObjectKind {
        /// A pack: contents of files and folders.
        Data = "data",
        /// Which pack holds what.
        Index = "index",
        /// The repository's own key, sealed by its password.
        Keys = "keys",
        /// That a client is at work.
        Locks = "locks",
        /// One backup.
        Snapshots = "snapshots",
        /// The repository's settings; there is one.
        Config = "config",
    }
}

impl ObjectKind {
    /// The largest such object that is taken in. A pack's length is kept in 32 bits by clients.
    pub const fn bytes_max(self) -> u64 {
        match self {
            Self::Data => 0xffff_ffff,
            Self::Index => 1 << 30,
            Self::Snapshots => 16 << 20,
            Self::Keys | Self::Locks | Self::Config => 64 << 10,
        }
    }
}

/// Disks give room by blocks: an object counts at least as much, so that millions of tiny ones
/// cannot pass below a quota.
const BLOCK_BYTES: u64 = 4_096;

/// What an object of this length counts against a quota.
pub const fn counted(bytes: u64) -> u64 {
    let blocks = if bytes == 0 { 1 } else { bytes.div_ceil(BLOCK_BYTES) };
    blocks.saturating_mul(BLOCK_BYTES)
}

/// The part of a quota that packs may not take: what is left lets a backup under way end with its
/// index and its snapshot, and lets a restore take its lock.
pub const fn reserved(quota_bytes: u64) -> u64 {
    quota_bytes / 20
}

/// How much of a quota is used, in hundredths; what is over it counts as 100.
pub fn hundredths(used: u64, quota_bytes: u64) -> u64 {
    let part = u128::from(used) * 100 / u128::from(quota_bytes.max(1));
    u64::try_from(part.min(100)).unwrap_or(100)
}

const HOUR_MS: i64 = 3_600_000;
/// However often a server backs up, this long a silence is none.
const SILENCE_MS_LEAST: i64 = 6 * HOUR_MS;
/// However seldom it does, a longer silence is one: who holds its credential must not stretch it.
const SILENCE_MS_MOST: i64 = 8 * 24 * HOUR_MS;
/// Before a habit is known.
const SILENCE_MS_UNKNOWN: i64 = 48 * HOUR_MS;
/// From so many backups on there is a habit.
const HABIT_LEAST: usize = 4;

/// After how long without a backup a server is silent: what a person set, else its habit, the
/// longest pause between the backups of late and half as much again. `received` are the server's
/// own times of receipt, in any order; a client's clock is never believed.
pub fn silent_after_ms(received: &[Instant], set_hours: Option<u32>) -> i64 {
    if let Some(hours) = set_hours {
        return i64::from(hours).saturating_mul(HOUR_MS);
    }
    if received.len() < HABIT_LEAST {
        return SILENCE_MS_UNKNOWN;
    }
    let mut times: Vec<Instant> = received.to_vec();
    times.sort();
    let pauses = times.iter().zip(times.iter().skip(1));
    let longest = pauses.map(|(one, next)| next.ms_since(*one)).max().unwrap_or(0);
    longest.saturating_add(longest / 2).clamp(SILENCE_MS_LEAST, SILENCE_MS_MOST)
}

/// How many backups of late the habit is read from.
pub const HABIT_BACKUPS: u32 = 30;

/// Whether such an asset holds what a vault is for.
pub const fn wants_vault(kind: AssetKind) -> bool {
    matches!(
        kind,
        AssetKind::FileServer
            | AssetKind::BusinessApp
            | AssetKind::Directory
            | AssetKind::Hypervisor
            | AssetKind::Nas
    )
}

/// The longest name of a server.
pub const SERVER_CHARS_MAX: usize = 40;

/// Whether a text can name a server in the vault: it stands in an address and names a folder.
pub fn is_server_name(text: &str) -> bool {
    (1..=SERVER_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
        && !text.starts_with(['-', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Instant {
        Instant::from_ms(1_700_000_000_000 + hours * HOUR_MS)
    }

    #[test]
    fn tiny_objects_count_a_block() {
        assert_eq!([counted(0), counted(1), counted(4_096)], [4_096; 3]);
        assert_eq!(counted(4_097), 8_192);
        assert_eq!(counted(u64::MAX), u64::MAX);
    }

    #[test]
    fn a_quota_is_told_in_hundredths() {
        assert_eq!(hundredths(0, 100), 0);
        assert_eq!(hundredths(799, 1_000), 79);
        assert_eq!(hundredths(5, 0), 100);
        assert_eq!(hundredths(u64::MAX, u64::MAX), 100);
    }

    #[test]
    fn a_habit_is_learnt_from_receipts_and_bounded() {
        let nightly: Vec<Instant> = (0..10).map(|day| at(day * 24)).collect();
        assert_eq!(silent_after_ms(&nightly, None), 36 * HOUR_MS);
        // Closed at week-ends: Monday is no silence.
        let working: Vec<Instant> = [0, 24, 48, 72, 96, 168].map(at).to_vec();
        assert_eq!(silent_after_ms(&working, None), 108 * HOUR_MS);
        let hourly: Vec<Instant> = (0..30).map(at).collect();
        assert_eq!(silent_after_ms(&hourly, None), SILENCE_MS_LEAST);
        let stretched: Vec<Instant> = [0, 1, 2, 3, 900].map(at).to_vec();
        assert_eq!(silent_after_ms(&stretched, None), SILENCE_MS_MOST);
        assert_eq!(silent_after_ms(&nightly[..2], None), SILENCE_MS_UNKNOWN);
        assert_eq!(silent_after_ms(&nightly, Some(3)), 3 * HOUR_MS);
        let mut shuffled = nightly.clone();
        shuffled.reverse();
        assert_eq!(silent_after_ms(&shuffled, None), 36 * HOUR_MS);
    }

    #[test]
    fn names_of_servers_are_plain() {
        for good in ["file_server", "srv-1", "a"] {
            assert!(is_server_name(good), "{good}");
        }
        for bad in ["", "-a", "_a", "A", "a.b", "..", "a/b", "é", &"a".repeat(41)] {
            assert!(!is_server_name(bad), "{bad}");
        }
    }
}
