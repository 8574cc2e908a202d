//! A decoy: a share of bait files on a small box, in a network whose servers run something else.
//! Nobody has any business there, so whoever alters one file is named.
//!
//! Rules:
//! - One bait file altered, renamed or deleted is enough; reading and listing are nothing, and so is
//!   a file that a client leaves there, which stands in the report once there is one.
//! - It is counted by client, not by connection: coming back makes no second alarm.
//! - It cuts nobody: all it serves is bait.

mod bait;
mod chance;
mod forms;
mod packed;
mod plan;
mod share;
mod tender;
mod visitors;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use beffroi_town::Instant;
use beffroi_town::edge::Entropy;
use beffroi_town::watch::{Reason, Signal, Suspicion};

use crate::actor::Actor;
use crate::core::{Core, Who};
use crate::decide::{self, Finding, STOP_POINTS, Scope, What};
use crate::error::{GuardError, Result};
use crate::holdings::lock;

pub(crate) use bait::Bait;
pub(crate) use tender::Tender;

/// Where file shares listen.
const PORT: u16 = 445;
/// Longest name of a workgroup, and of a share, that every client takes.
const WORKGROUP_BYTES_MAX: usize = 15;
const SHARE_BYTES_MAX: usize = 80;

/// What a decoy shows, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoy {
    folder: PathBuf,
    listen: Vec<SocketAddr>,
    workgroup: String,
    share: String,
}

impl Decoy {
    /// Checks what a person asked for: a folder of its own, addresses with or without a port, the
    /// names that clients see.
    ///
    /// # Errors
    /// [`GuardError::Decoy`], which says what to write instead.
    pub fn new(folder: PathBuf, listen: &[String], workgroup: &str, share: &str) -> Result<Self> {
        let listen = listen.iter().map(|text| address(text)).collect::<Result<Vec<_>>>()?;
        let first = listen.first().ok_or_else(|| wrong("give at least one --listen ADDRESS"))?;
        if listen.iter().any(|address| address.port() != first.port()) {
            return Err(wrong(
                "Samba listens on one port at all its addresses: give each --listen the same",
            ));
        }
        if !is_name(workgroup, WORKGROUP_BYTES_MAX) {
            return Err(wrong("--workgroup: 1 to 15 letters, digits, '-' or '_'"));
        }
        // Names that mean something else to Samba, or that clients do not show.
        let taken = ["global", "homes", "printers", "ipc$", "print$"];
        if !is_name(share, SHARE_BYTES_MAX) || taken.contains(&share.to_lowercase().as_str()) {
            return Err(wrong("--share: 1 to 80 letters, digits, '-' or '_'; not global or homes"));
        }
        Ok(Self { folder, listen, workgroup: workgroup.to_owned(), share: share.to_owned() })
    }

    /// The folder that is served, below the decoy's own.
    pub fn served(&self) -> PathBuf {
        self.folder.join("share")
    }

    /// Lays the bait, and opens the share as far as it can be before anybody watches.
    pub(crate) fn prepare(
        &self,
        state: &Path,
        now: Instant,
        entropy: &dyn Entropy,
    ) -> Result<Laid> {
        let bait = Arc::new(Bait::lay(&self.folder, state, now, entropy)?);
        let share = share::Share::open(self, &bait.share(), state)?;
        Ok(Laid { bait, share })
    }
}

/// A decoy that nobody watches yet.
pub(crate) struct Laid {
    pub(crate) bait: Arc<Bait>,
    share: share::Share,
}

impl Laid {
    /// Who tends it from now on.
    pub(crate) fn tended(self, core: Arc<Core>) -> Tender {
        Tender { core, bait: self.bait, share: self.share }
    }
}

fn of_client(client: IpAddr, actor: Arc<Actor>) -> Who {
    Who { session: decide::session_of_client(client), user: None, actor: Some(actor) }
}

fn wrong(what: &str) -> GuardError {
    GuardError::Decoy(what.to_owned())
}

fn is_name(text: &str, bytes_max: usize) -> bool {
    (1..=bytes_max).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// `ADDRESS` or `ADDRESS:PORT`; an IPv6 address with or without brackets.
fn address(text: &str) -> Result<SocketAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok(SocketAddr::new(ip, PORT));
    }
    text.parse().map_err(|_| {
        GuardError::Decoy(format!(
            "--listen {text}: give a numeric address of this host, with a port if it is not 445, as in 192.0.2.7 or [2001:db8::7]:4455"
        ))
    })
}

impl Core {
    /// Who did it. A decoy counts by client.
    pub(crate) fn who(&self, actor: &Arc<Actor>) -> Who {
        match (&self.bait, actor.client) {
            (None, _) => Who::is(actor),
            (Some(_), Some(client)) => of_client(client, Arc::clone(actor)),
            (Some(bait), None) => match bait.visitor(actor.pid) {
                Some((client, _)) => {
                    let client_known = Actor { client: Some(client), ..Actor::clone(actor) };
                    of_client(client, Arc::new(client_known))
                }
                None => Who::is(actor),
            },
        }
    }

    /// Who a process of the share was that had ended before it could be looked at.
    pub(crate) fn visitor(&self, pid: u32) -> Option<Who> {
        let (client, user) = self.bait.as_ref()?.visitor(pid)?;
        Some(of_client(client, Arc::new(Actor::ended(pid, user, client))))
    }

    /// Whether this file is bait.
    pub(crate) fn is_bait(&self, file: u64) -> bool {
        self.bait.as_ref().is_some_and(|bait| bait.holds(file))
    }

    /// What happened to a file of a decoy: one bait file is enough.
    pub(crate) fn judge_bait(&self, who: &Who, what: &What) {
        match what {
            What::Gone { file, .. } | What::Rewritten { file, .. } if self.is_bait(*file) => {
                self.bait_touched(who);
            }
            _ => {}
        }
    }

    pub(crate) fn bait_touched(&self, who: &Who) {
        let Some(bait) = &self.bait else { return };
        bait.touched();
        let scope = Scope::Session(who.session.clone());
        let times = lock(&self.holdings.touches).iter().filter(|r| r.is_of(&scope)).count();
        let times = u32::try_from(times).unwrap_or(u32::MAX).max(1);
        let finding = Finding {
            scope,
            kind: Suspicion::DecoyTouched,
            points: STOP_POINTS,
            reasons: vec![Reason { signal: Signal::BaitTouched, times, points: STOP_POINTS }],
            first_touch_at: self.now(),
        };
        self.act(&finding, true, who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(listen: &[&str], workgroup: &str, share: &str) -> Result<Decoy> {
        let listen: Vec<String> = listen.iter().map(|&text| text.to_owned()).collect();
        Decoy::new(PathBuf::from("/srv/leurre"), &listen, workgroup, share)
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let listen = of(&["192.0.2.7", "2001:db8::7", "[2001:db8::8]"], "M", "P").unwrap().listen;
        let shown: Vec<String> = listen.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["192.0.2.7:445", "[2001:db8::7]:445", "[2001:db8::8]:445"]);
        assert_eq!(of(&["[::1]:4455"], "M", "P").unwrap().listen[0].port(), 4455);
    }

    #[test]
    fn what_cannot_be_served_is_refused_with_advice() {
        for (listen, workgroup, share, advice) in [
            (vec![], "M", "P", "--listen"),
            (vec!["fileserver"], "M", "P", "numeric address"),
            (vec!["192.0.2.7", "192.0.2.8:4455"], "M", "P", "one port"),
            (vec!["192.0.2.7"], "A B", "P", "--workgroup"),
            (vec!["192.0.2.7"], "M", "global", "--share"),
            (vec!["192.0.2.7"], "M", "a]\npath = /", "--share"),
        ] {
            let error = of(&listen, workgroup, share).unwrap_err().to_string();
            assert!(error.contains(advice), "{error}");
        }
    }
}
