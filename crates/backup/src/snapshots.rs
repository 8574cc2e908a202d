//! The snapshots of a repository, and which of them a person means.
//!
//! Rule: a snapshot's time, host and paths are what its client said. Who holds the password can
//! write what they like there; only the vault's receipt says when it came.

use beffroi_town::Instant;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{error::BackupError, id::Id};

/// Where times without an offset are.
const HERE: &str = "Europe/Paris";

/// One backup.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    /// Its name.
    pub id: Id,
    /// When its client says that it was made.
    pub at: Instant,
    /// The computer, as its client says.
    pub hostname: String,
    /// What was backed up, as its client says.
    pub paths: Vec<String>,
    /// Words that its client gave it.
    pub tags: Vec<String>,
    /// The folder that holds everything.
    pub(crate) tree: Id,
}

#[derive(Deserialize)]
struct File {
    time: String,
    tree: Id,
    #[serde(default)]
    hostname: String,
    #[serde(default)]
    paths: Option<Vec<String>>,
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl Snapshot {
    /// Reads a snapshot; what its client wrote is made fit for showing.
    pub(crate) fn parse(id: Id, text: &[u8]) -> Option<Self> {
        let file: File = serde_json::from_slice(text).ok()?;
        let at = file.time.parse::<Timestamp>().ok()?;
        let shown = |all: Option<Vec<String>>| {
            all.unwrap_or_default().iter().map(|one| shown(one)).collect()
        };
        Some(Self {
            id,
            at: Instant::from_ms(at.as_millisecond()),
            hostname: self::shown(&file.hostname),
            paths: shown(file.paths),
            tags: shown(file.tags),
            tree: file.tree,
        })
    }
}

/// A text of a client's without what could lead a terminal astray.
pub(crate) fn shown(text: &str) -> String {
    beffroi_town::watch::shown_path(text.as_bytes())
}

/// Which snapshot is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one with the latest time.
    Latest,
    /// The latest before a time.
    Before(Instant),
    /// The one whose name begins so.
    Named(String),
}

impl Wanted {
    /// From what is typed: `latest`, or the beginning of a name.
    pub fn typed(text: &str) -> Self {
        match text {
            "latest" => Self::Latest,
            name => Self::Named(name.to_lowercase()),
        }
    }

    /// From a time as it is typed: `2026-11-25 18:30` (in Paris), or with an offset as in
    /// `2026-11-25T18:30:00Z`.
    ///
    /// # Errors
    /// What to write.
    pub fn before(text: &str) -> Result<Self, String> {
        let instant = |at: Timestamp| Self::Before(Instant::from_ms(at.as_millisecond()));
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(instant(at));
        }
        let there = || -> Result<Timestamp, jiff::Error> {
            let local: DateTime = text.replace(' ', "T").parse()?;
            Ok(local.to_zoned(TimeZone::get(HERE)?)?.timestamp())
        };
        there().map(instant).map_err(|_| {
            "write a time as in '2026-11-25 18:30' (Paris) or 2026-11-25T18:30:00Z".to_owned()
        })
    }

    /// The one among those that are there.
    ///
    /// # Errors
    /// [`BackupError::NoSnapshot`]; [`BackupError::ManySnapshots`].
    pub fn choose<'s>(&self, all: &'s [Snapshot]) -> Result<&'s Snapshot, BackupError> {
        let latest = |before: Option<Instant>| {
            let earlier = all.iter().filter(|one| before.is_none_or(|before| one.at < before));
            earlier.max_by_key(|one| (one.at, one.id))
        };
        match self {
            Self::Latest => {
                latest(None).ok_or_else(|| BackupError::NoSnapshot("snapshot".to_owned()))
            }
            Self::Before(at) => latest(Some(*at))
                .ok_or_else(|| BackupError::NoSnapshot("snapshot before that time".to_owned())),
            Self::Named(beginning) => {
                let named = |one: &&Snapshot| one.id.to_string().starts_with(beginning.as_str());
                let mut found = all.iter().filter(named);
                match (found.next(), found.next()) {
                    (Some(one), None) => Ok(one),
                    (Some(_), Some(_)) => Err(BackupError::ManySnapshots(beginning.clone())),
                    (None, _) => {
                        Err(BackupError::NoSnapshot(format!("snapshot {}", shown(beginning))))
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(seed: u8, ms: i64) -> Snapshot {
        let text = format!(
            r#"{{"time":"{}","tree":"{}","hostname":"srv","paths":["/srv/\u001b[2J"]}}"#,
            Timestamp::from_millisecond(ms).unwrap(),
            Id::of(b"tree")
        );
        Snapshot::parse(Id::of(&[seed]), text.as_bytes()).unwrap()
    }

    #[test]
    fn one_is_chosen_by_time_or_name() {
        let all = [snapshot(1, 1_000), snapshot(2, 3_000), snapshot(3, 2_000)];
        let chosen = |wanted: &Wanted| wanted.choose(&all).map(|one| one.id);
        assert_eq!(chosen(&Wanted::typed("latest")).unwrap(), all[1].id);
        let before = |text: &str| Wanted::before(text).unwrap();
        assert_eq!(chosen(&before("1970-01-01T00:00:03Z")).unwrap(), all[2].id);
        assert!(chosen(&before("1970-01-01T00:00:01Z")).is_err());
        assert_eq!(chosen(&Wanted::typed(&all[2].id.short().to_uppercase())).unwrap(), all[2].id);
        assert!(matches!(chosen(&Wanted::typed("")), Err(BackupError::ManySnapshots(_))));
        assert!(matches!(chosen(&Wanted::typed("xyz")), Err(BackupError::NoSnapshot(_))));
        assert!(Wanted::Latest.choose(&[]).is_err());
    }

    #[test]
    fn times_are_read_as_they_are_typed() {
        let paris = Wanted::before("2026-11-25 18:30").unwrap();
        assert_eq!(paris, Wanted::before("2026-11-25T17:30:00Z").unwrap());
        assert_eq!(paris, Wanted::before("2026-11-25T19:30:00+02:00").unwrap());
        assert!(Wanted::before("yesterday").unwrap_err().contains("write a time"));
    }

    #[test]
    fn what_a_client_wrote_cannot_lead_a_terminal_astray() {
        assert_eq!(snapshot(1, 0).paths, ["/srv/%1b[2J"]);
        assert!(Snapshot::parse(Id::of(b""), b"{\"time\":\"x\"}").is_none());
    }
}
