//! What is said of a backup: whether its content is as it should be, and that it came back.
//!
//! Rules:
//! - Only an inspector, which has a credential of its own and stands on another host than the
//!   guarded one, says so; or a person. The guarded host says nothing: whoever has it could.
//! - An inspector can only lower what stands. A person can say anything, and what a person said
//!   stands until a person says otherwise.

use serde::{Deserialize, Serialize};

use crate::{Instant, asset::coded};

coded! {
    /// What a credential of a repository is for.
    CredentialKind {
        /// The guarded server sends its backups with it, and reads them.
        Server = "server",
        /// An inspector reads with it, and says what it found; it sends no backup.
        Inspector = "inspector",
        /// A keeper reads with it, proposes what could be dropped, and sends the index that stays.
        Keeper = "keeper",
    }
}

coded! {
    /// What is said of a backup: the later, the graver.
    Verdict {
        /// Nothing of what is looked for was found.
        Clean = "clean",
        /// Something was, which daily work may explain: a person should look.
        Suspect = "suspect",
        /// Its content is ruined.
        Bad = "bad",
    }
}

coded! {
    /// What a verdict follows from; each goes with a number.
    ReasonCode {
        /// Files of the backup.
        Files = "files",
        /// There was no clean backup to compare it with.
        First = "first",
        /// Files with another content under the same name.
        Replaced = "replaced",
        /// Files that are not there any more, and not elsewhere either.
        Gone = "gone",
        /// Files that were emptied.
        Emptied = "emptied",
        /// Files whose content was compared with the earlier one.
        Compared = "compared",
        /// Of these, files that could be read before and cannot now.
        Turned = "turned",
        /// The same, over the latest clean backups together.
        TurnedLately = "turned_lately",
        /// Files that could be read and are gone, while as many came that nobody can read.
        GoneForNoise = "gone_for_noise",
        /// Files that were given the same new ending.
        Renamed = "renamed",
        /// Files of the sample that are not what their name says.
        Unreadable = "unreadable",
        /// Parts of files that are missing, damaged, or not what they are named.
        Missing = "missing",
        /// How much the new content takes compressed, in thousandths of its length.
        Compressed = "compressed",
        /// The same of the content that it replaced.
        CompressedBefore = "compressed_before",
        /// Files that did not come back in a test restore.
        NotRestored = "not_restored",
    }
}

/// The most reasons of a verdict.
pub const REASONS_MAX: usize = 16;

/// One thing that a verdict follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// What.
    pub code: ReasonCode,
    /// How much of it.
    pub count: u64,
}

/// What an inspector says of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// Its name.
    pub snapshot: String,
    /// What is said.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<Reason>,
}

coded! {
    /// How a test restore was made.
    ProofKind {
        /// Some files, drawn by lot, and those that somebody named.
        Sample = "sample",
        /// Every file.
        Whole = "whole",
    }
}

/// What an inspector says of a test restore in which every file came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The snapshot.
    pub snapshot: String,
    /// How it was made.
    pub kind: ProofKind,
    /// Files that came back.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// How many bytes came back in a second.
    pub bytes_a_second: u64,
    /// The bytes of all files of the snapshot.
    pub whole_bytes: u64,
}

impl Proof {
    /// How long everything would take at that speed; none when nothing was measured.
    pub fn time_for_all_ms(&self) -> Option<u64> {
        let ms = u128::from(self.whole_bytes) * 1_000 / u128::from(self.bytes_a_second.max(1));
        (self.bytes_a_second > 0).then(|| u64::try_from(ms).unwrap_or(u64::MAX))
    }
}

/// A snapshot that the vault received, and what is said of it: what an inspector asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// Its name.
    pub snapshot: String,
    /// When it came, by the vault's own clock.
    pub received_at: Instant,
    /// What is said of it; none: nobody judged it.
    pub verdict: Option<Verdict>,
    /// Why.
    #[serde(default)]
    pub reasons: Vec<Reason>,
}

/// What is to be done with a verdict when another may stand already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saying {
    /// It is written down.
    Counts,
    /// It says what stands: nothing is written.
    Same,
    /// It would raise trust, or go against a person: refused.
    Refused,
}

/// What is to be done with a verdict, given what stands and whether a person said that.
pub fn weigh(stands: Option<(Verdict, bool)>, said: Verdict, by_person: bool) -> Saying {
    match stands {
        None => Saying::Counts,
        Some((known, known_by_person)) if known == said && (known_by_person || !by_person) => {
            Saying::Same
        }
        Some(_) if by_person => Saying::Counts,
        Some((known, false)) if said > known => Saying::Counts,
        Some(_) => Saying::Refused,
    }
}

/// Whether a text is the name of a snapshot: SHA-256 in small hexadecimal digits.
pub fn is_snapshot_name(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// A proof that is older than this is old: people are told.
pub const PROOF_OLD_MS: i64 = 35 * 24 * 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inspector_only_lowers_and_a_person_says_anything() {
        use Verdict::{Bad, Clean, Suspect};
        for (stands, said, by_person, becomes) in [
            (None, Clean, false, Saying::Counts),
            (Some((Clean, false)), Clean, false, Saying::Same),
            (Some((Clean, false)), Suspect, false, Saying::Counts),
            (Some((Clean, false)), Bad, false, Saying::Counts),
            (Some((Suspect, false)), Bad, false, Saying::Counts),
            (Some((Suspect, false)), Clean, false, Saying::Refused),
            (Some((Bad, false)), Suspect, false, Saying::Refused),
            (Some((Suspect, true)), Clean, false, Saying::Refused),
            (Some((Clean, true)), Bad, false, Saying::Refused),
            (Some((Clean, true)), Clean, false, Saying::Same),
            (Some((Suspect, false)), Clean, true, Saying::Counts),
            (Some((Clean, false)), Bad, true, Saying::Counts),
            // A person confirms: from now on it is a person's.
            (Some((Suspect, false)), Suspect, true, Saying::Counts),
            (Some((Suspect, true)), Suspect, true, Saying::Same),
        ] {
            assert_eq!(weigh(stands, said, by_person), becomes, "{stands:?} {said:?} {by_person}");
        }
    }

    #[test]
    fn the_time_for_all_follows_from_what_was_measured() {
        let proof = Proof {
            snapshot: String::new(),
            kind: ProofKind::Sample,
            files: 9,
            bytes: 1_000,
            bytes_a_second: 2_000_000,
            whole_bytes: 7_200_000_000,
        };
        assert_eq!(proof.time_for_all_ms(), Some(3_600_000));
        assert_eq!(Proof { bytes_a_second: 0, ..proof.clone() }.time_for_all_ms(), None);
        let huge = Proof { whole_bytes: u64::MAX, bytes_a_second: 1, ..proof };
        assert_eq!(huge.time_for_all_ms(), Some(u64::MAX));
    }

    #[test]
    fn wire_forms_take_nothing_unknown() {
        let text = r#"{"snapshot":"a","verdict":"bad","reasons":[{"code":"turned","count":7}]}"#;
        let read: Judgement = serde_json::from_str(text).unwrap();
        assert_eq!(read.reasons, [Reason { code: ReasonCode::Turned, count: 7 }]);
        for bad in [
            r#"{"snapshot":"a","verdict":"good","reasons":[]}"#,
            r#"{"snapshot":"a","verdict":"bad","reasons":[{"code":"x","count":7}]}"#,
            r#"{"snapshot":"a","verdict":"bad","reasons":[{"code":"turned","count":-1}]}"#,
            r#"{"snapshot":"a","verdict":"bad","reasons":[],"note":"hello"}"#,
        ] {
            assert!(serde_json::from_str::<Judgement>(bad).is_err(), "{bad}");
        }
        assert!(is_snapshot_name(&"0a".repeat(32)) && !is_snapshot_name(&"0A".repeat(32)));
    }
}
