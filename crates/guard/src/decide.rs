//! Weighs what happens to files, and says when to act.
//!
//! Pure and replayable: the same events in the same order give the same verdicts. Rules:
//! - Scores are kept per session, per user and for the whole share, over a sliding window of
//!   [`WINDOW_MS`], so that splitting work over processes does not help. The session of whoever comes
//!   over a file share is the client computer, and that of root's own programs their control group.
//! - What clients do counts for no user: a share may give all of them the same account.
//! - Only files that existed before count as vanished, never those that the same session made in
//!   the last [`MADE_MS`]: plain `tar xf` and `rm -r` are everyday work.
//! - A canary altered stops by itself, a canary deleted holds.
//! - Vanishing or emptying alone holds; it stops only together with a second signal.
//! - What a user deletes or renames in a job that a person announced is no loss.
//! - Who was let go on is not held again for [`LET_GO_MS`]; a second signal still stops it.
//! - No program is trusted for its name.
//! - Memory is bounded: the least recently active scope is forgotten first.

use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use beffroi_town::Instant;
use beffroi_town::watch::{MAINTENANCE_MAX, Maintenance, Reason, Signal, Suspicion};

use crate::content::Damage;
pub use event::{Event, What};
use window::{Touched, WINDOW_EVENTS_MAX, Window};

mod event;
mod window;

/// What the sessions of computers that a file share serves begin with.
const CLIENT: &str = "client ";
/// Length of the sliding window.
pub const WINDOW_MS: i64 = 60_000;
/// The session of somebody who had already ended.
pub const NOBODY_KNOWN: &str = "unknown";
/// How long a file counts as made by the session that made it.
pub const MADE_MS: i64 = 15 * 60_000;
/// How long whoever was let go on is not held again.
pub const LET_GO_MS: i64 = 15 * 60_000;
/// Points at which a session or a user is stopped. The whole share needs twice as many.
pub const STOP_POINTS: u32 = 100;
/// Vanished files at which a session or a user is held. The whole share needs three times as many.
pub const HOLD_GONE: u32 = 20;
/// Emptied files at which a session or a user is held; the whole share, three times as many.
pub const HOLD_EMPTIED: u32 = 3;
/// How long after a loss names are read before anybody is answered.
const UNEASY_MS: i64 = 2_000;
/// Events of several threads may come this much out of order; a clock further back was set back.
const CLOCK_SLIP_MS: i64 = 2_000;
/// Most scopes remembered.
const SCOPES_MAX: usize = 4_096;
/// Most makers remembered.
const MADE_MAX: usize = 200_000;

/// Whose score crossed the line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One session.
    Session(String),
    /// One user, over all sessions.
    User(u32),
    /// Everything watched.
    Share,
}

/// What to do with the one who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing.
    Allow,
    /// Pause it and ask a person.
    Hold(Finding),
    /// Stop it.
    Stop(Finding),
}

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Whose score.
    pub scope: Scope,
    /// What it looks like.
    pub kind: Suspicion,
    /// The score.
    pub points: u32,
    /// What it is made of.
    pub reasons: Vec<Reason>,
    /// The first event that counted, in the window.
    pub first_touch_at: Instant,
}

/// The scores.
#[derive(Debug, Default)]
pub struct Decider {
    /// Time that never goes back, and goes on at the pace of the clock.
    now: Instant,
    /// How far it runs ahead of a clock that was set back.
    ahead_ms: i64,
    /// The clock itself.
    clock: Instant,
    scopes: HashMap<Scope, Window>,
    made: HashMap<u64, Maker>,
    /// A file stands there once for each time it was made.
    made_order: VecDeque<(u64, Instant)>,
    vital_signs_at: Option<Instant>,
    /// By session, or by user of one that had ended.
    let_go: HashMap<Scope, Instant>,
    /// Announced jobs, one a user.
    maintenance: HashMap<u32, Maintenance>,
    /// Old files put aside by a save, whose removal is part of it.
    aside: HashMap<u64, Maker>,
}

#[derive(Debug)]
struct Maker {
    session: String,
    user: Option<u32>,
    at: Instant,
}

impl Decider {
    /// Takes one event and says what follows from it.
    pub fn feed(&mut self, event: &Event) -> Verdict {
        self.note_time(event.at);
        let (file, signal, extension) = match &event.what {
            What::Made { file } => {
                self.remember_maker(*file, event);
                return Verdict::Allow;
            }
            What::VitalSigns => {
                self.vital_signs_at = Some(self.now);
                return Verdict::Allow;
            }
            What::Saved { file, aside } => {
                self.saved(event, *file, *aside);
                return Verdict::Allow;
            }
            What::Maintain(job) => {
                self.maintain(*job);
                return Verdict::Allow;
            }
            What::Elsewhere { files, places } => {
                self.elsewhere(event, files, places);
                return Verdict::Allow;
            }
            What::LetGo => {
                self.let_go(event);
                return Verdict::Allow;
            }
            What::AllLetGo => {
                self.scopes.remove(&Scope::Share);
                return Verdict::Allow;
            }
            What::Gone { file, new_extension } => {
                let part_of_a_save = self.aside.remove(file).is_some_and(|by| {
                    by.session == event.session && self.now.ms_since(by.at) <= WINDOW_MS
                });
                let is_free = part_of_a_save || self.is_announced(event.user);
                if is_free || self.made_by(*file, &event.session) {
                    return Verdict::Allow;
                }
                (*file, Signal::ExistingFileGone, new_extension.clone())
            }
            What::Rewritten { file, change } => {
                let Some(signal) = signal_of(change.damage()) else { return Verdict::Allow };
                if self.made_by(*file, &event.session) {
                    return Verdict::Allow;
                }
                (*file, signal, None)
            }
            What::Canary { file, gone: true } => (*file, Signal::CanaryGone, None),
            What::Canary { file, gone: false } => (*file, Signal::CanaryTouched, None),
            What::SameNote { note } => (*note, Signal::SameNote, None),
        };
        self.count(event, file, signal, extension.as_ref())
    }

    /// A clock that is set back must neither reopen an old window nor hold one open until it has
    /// caught up.
    fn note_time(&mut self, at: Instant) {
        let steady = at.plus_ms(self.ahead_ms);
        let behind_ms = self.now.ms_since(steady);
        if behind_ms > CLOCK_SLIP_MS {
            self.ahead_ms += behind_ms;
        }
        self.now = self.now.max(steady);
        self.clock = at;
    }

    /// Whether `session` made this file a short while ago, as far as can be told: where the maker
    /// or the remover had already ended when its event was read, the doubt is in their favour. Old
    /// files have no maker, so this takes nothing from their protection.
    pub fn made_by(&self, file: u64, session: &str) -> bool {
        let either =
            |maker: &str| maker == session || maker == NOBODY_KNOWN || session == NOBODY_KNOWN;
        self.made
            .get(&file)
            .is_some_and(|maker| either(&maker.session) && self.now.ms_since(maker.at) <= MADE_MS)
    }

    /// The user who made this file a short while ago.
    pub fn maker(&self, file: u64) -> Option<u32> {
        let maker = self.made.get(&file)?;
        maker.user.filter(|_| self.now.ms_since(maker.at) <= MADE_MS)
    }

    /// Points of a session now; more than none means suspicious.
    pub fn points(&self, session: &str) -> u32 {
        self.window(session).map_or(0, Window::points)
    }

    /// Files whose content a session damaged of late.
    pub fn damaged(&self, session: &str) -> u32 {
        self.window(session).map_or(0, Window::damaged)
    }

    /// Whether nobody has lost anything of late, by the clock.
    pub fn is_calm(&self, at: Instant) -> bool {
        let last = self.scopes.get(&Scope::Share).and_then(Window::last_at);
        last.is_none_or(|last| at.plus_ms(self.ahead_ms).ms_since(last) > UNEASY_MS)
    }

    fn window(&self, session: &str) -> Option<&Window> {
        self.scopes.get(&Scope::Session(session.to_owned()))
    }

    fn count(
        &mut self,
        event: &Event,
        file: u64,
        signal: Signal,
        extension: Option<&String>,
    ) -> Verdict {
        let hot = self.vital_signs_at.is_some_and(|at| self.now.ms_since(at) <= WINDOW_MS);
        let mut scopes = own_scopes(&event.session, event.user);
        let let_go = scopes.iter().any(|scope| self.is_let_go(scope));
        if let_go && signal == Signal::ExistingFileGone {
            // What was allowed to one is nothing that its user, or all together, did.
            scopes.truncate(1);
        } else {
            scopes.push(Scope::Share);
        }
        let mut worst = Verdict::Allow;
        for scope in scopes {
            let window = self.scopes.entry(scope.clone()).or_default();
            let (at, seen_at) = (self.now, event.at);
            window.push(Touched { at, seen_at, file, signal, extension: extension.cloned() });
            let verdict = window.verdict(&scope, hot);
            let held_again = let_go && verdict.rank() == 1;
            if verdict.rank() > worst.rank() && !held_again {
                worst = verdict;
            }
        }
        self.forget();
        worst
    }

    fn saved(&mut self, event: &Event, file: u64, aside: Option<u64>) {
        let mut scopes = own_scopes(&event.session, event.user);
        scopes.push(Scope::Share);
        let mut removed = false;
        for scope in &scopes {
            let Some(window) = self.scopes.get_mut(scope) else { continue };
            window.take_back(file);
            removed |= aside.is_some_and(|aside| window.take_back(aside));
        }
        let Some(aside) = aside.filter(|_| !removed) else { return };
        self.aside.retain(|_, by| self.now.ms_since(by.at) <= WINDOW_MS);
        if self.aside.len() < WINDOW_EVENTS_MAX {
            let (session, user) = (event.session.clone(), event.user);
            self.aside.insert(aside, Maker { session, user, at: self.now });
        }
    }

    fn maintain(&mut self, job: Maintenance) {
        self.maintenance.retain(|_, known| !known.is_over(self.clock));
        self.maintenance.remove(&job.user);
        if !job.is_over(self.clock) && self.maintenance.len() < MAINTENANCE_MAX {
            self.maintenance.insert(job.user, job);
        }
    }

    fn is_announced(&self, user: Option<u32>) -> bool {
        let job = user.and_then(|user| self.maintenance.get(&user));
        job.is_some_and(|job| job.until(self.clock).is_some())
    }

    /// Announced jobs, by user.
    pub fn maintenance(&self) -> Vec<Maintenance> {
        let mut jobs: Vec<Maintenance> = self.maintenance.values().copied().collect();
        jobs.sort_by_key(|job| job.user);
        jobs
    }

    /// It is no loss; but now that it is all there is, it is nobody's own.
    fn elsewhere(&mut self, event: &Event, files: &[u64], places: &[u64]) {
        let mut scopes = own_scopes(&event.session, event.user);
        scopes.push(Scope::Share);
        for scope in &scopes {
            let Some(window) = self.scopes.get_mut(scope) else { continue };
            window.take_back_all(files);
        }
        for place in places {
            self.made.remove(place);
        }
    }

    /// What they did so far is forgiven; what they do next is weighed from the beginning.
    fn let_go(&mut self, event: &Event) {
        self.let_go.retain(|_, at| self.now.ms_since(*at) <= LET_GO_MS);
        let scopes = own_scopes(&event.session, event.user);
        for scope in &scopes {
            self.scopes.remove(scope);
        }
        self.let_go.extend(scopes.into_iter().next().map(|scope| (scope, self.now)));
    }

    fn is_let_go(&self, scope: &Scope) -> bool {
        self.let_go.get(scope).is_some_and(|at| self.now.ms_since(*at) <= LET_GO_MS)
    }

    fn remember_maker(&mut self, file: u64, event: &Event) {
        let (session, user) = (event.session.clone(), event.user);
        self.made.insert(file, Maker { session, user, at: self.now });
        self.made_order.push_back((file, self.now));
        while self.made_order.len() > MADE_MAX {
            let Some((oldest, at)) = self.made_order.pop_front() else { break };
            // Whoever made it anew since is not forgotten with it.
            if self.made.get(&oldest).is_some_and(|maker| maker.at == at) {
                self.made.remove(&oldest);
            }
        }
    }

    fn forget(&mut self) {
        if self.scopes.len() <= SCOPES_MAX {
            return;
        }
        let idle = self
            .scopes
            .iter()
            .filter(|(scope, _)| **scope != Scope::Share)
            .min_by_key(|(scope, window)| (window.last_at(), (*scope).clone()))
            .map(|(scope, _)| scope.clone());
        if let Some(scope) = idle {
            self.scopes.remove(&scope);
        }
    }
}

impl Verdict {
    /// 0 allow, 1 hold, 2 stop.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Hold(_) => 1,
            Self::Stop(_) => 2,
        }
    }

    /// What led to it, unless it allows.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Allow => None,
            Self::Hold(finding) | Self::Stop(finding) => Some(finding),
        }
    }
}

/// The session of a computer that a file share serves, by however many connections.
pub fn session_of_client(client: IpAddr) -> String {
    format!("{CLIENT}{client}")
}

/// Whose deeds somebody's are, the whole share's aside. Root is no scope of its own. Whoever had
/// ended is told from others who had by the user alone.
pub fn own_scopes(session: &str, user: Option<u32>) -> Vec<Scope> {
    let user = user.filter(|user| *user != 0 && !session.starts_with(CLIENT)).map(Scope::User);
    let known = session != NOBODY_KNOWN || user.is_none();
    let session = known.then(|| Scope::Session(session.to_owned()));
    session.into_iter().chain(user).collect()
}

fn signal_of(damage: Damage) -> Option<Signal> {
    match damage {
        Damage::None => None,
        Damage::Transformed => Some(Signal::ContentTransformed),
        Damage::Blocks => Some(Signal::BlocksTransformed),
        Damage::Wiped => Some(Signal::ContentWiped),
        Damage::Emptied => Some(Signal::ContentEmptied),
        Damage::Broken => Some(Signal::StructureBroken),
    }
}

#[cfg(test)]
mod logs;
#[cfg(test)]
mod tests;
