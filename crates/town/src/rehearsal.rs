//! A rehearsal: one person, alone, plays the first twenty minutes of an attack on a copy of the
//! town, on which nothing is real and from which nothing is sent.
//!
//! Pure: what was done and when goes in, the next step and the verdict come out. What is found
//! missing is about the real town: a rehearsal shows it while there is time to mend it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AlarmKind, Instant, Role, TownFacts, asset::coded};

const MINUTE_MS: i64 = 60_000;

coded! {
    /// What the person does, in this order.
    Step {
        /// Comes in, on a telephone, with one printed code.
        LogIn = "log_in",
        /// Says that the alarm is taken care of.
        Answer = "answer",
        /// Declares the incident.
        Declare = "declare",
        /// Reads the reflex card.
        Card = "card",
        /// Has an asset cut, and confirms it.
        Cut = "cut",
        /// Prepares the notice for residents.
        Draft = "draft",
        /// Publishes it.
        Tell = "tell",
        /// Opens what is printed: door poster, orders to staff, roll-call.
        Sheets = "sheets",
    }
}

impl Step {
    /// The steps of a role: nobody is asked for what the role may not do.
    pub const fn of(role: Role) -> &'static [Self] {
        match role {
            Role::Operator | Role::Director => &[
                Self::LogIn,
                Self::Answer,
                Self::Declare,
                Self::Card,
                Self::Cut,
                Self::Draft,
                Self::Tell,
                Self::Sheets,
            ],
            Role::Technician => &[
                Self::LogIn,
                Self::Answer,
                Self::Declare,
                Self::Card,
                Self::Cut,
                Self::Draft,
                Self::Sheets,
            ],
            Role::Clerk => &[Self::LogIn, Self::Answer, Self::Card, Self::Draft, Self::Sheets],
            Role::Reader | Role::Responder => &[Self::LogIn, Self::Answer, Self::Card],
        }
    }

    /// Within how many minutes of the alarm it should be done: a person who has done it once in
    /// calm takes that long under stress. Coming in happens before the alarm.
    pub const fn goal_minutes(self) -> Option<i64> {
        match self {
            Self::LogIn => None,
            Self::Answer => Some(5),
            Self::Declare => Some(8),
            Self::Card => Some(9),
            Self::Cut => Some(12),
            Self::Draft => Some(15),
            Self::Tell => Some(17),
            Self::Sheets => Some(20),
        }
    }
}

/// How far the person has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What the person was asked to do.
    pub steps: &'static [Step],
    /// When the exercise began.
    pub started_at: Instant,
    /// When its alarm was raised; none: not yet.
    pub alarmed_at: Option<Instant>,
    /// When it was over; none: it goes on.
    pub ended_at: Option<Instant>,
    done: BTreeMap<Step, Instant>,
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Which.
    pub step: Step,
    /// How long after the alarm (for coming in: after the beginning); none: not done.
    pub ms: Option<i64>,
    /// Whether that was soon enough.
    pub in_time: bool,
}

impl Progress {
    /// At the beginning.
    pub const fn new(role: Role, started_at: Instant) -> Self {
        Self {
            steps: Step::of(role),
            started_at,
            alarmed_at: None,
            ended_at: None,
            done: BTreeMap::new(),
        }
    }

    /// Notes that a step is done; the first time counts, and nothing counts after the end.
    pub fn note(&mut self, step: Step, at: Instant) {
        if self.ended_at.is_none() && self.steps.contains(&step) {
            self.done.entry(step).or_insert(at);
        }
    }

    /// The first step that is not done yet; none when all are.
    pub fn next(&self) -> Option<Step> {
        self.steps.iter().copied().find(|step| !self.done.contains_key(step))
    }

    /// How many steps are done.
    pub fn done(&self) -> usize {
        self.done.len()
    }

    /// Whether a step is done.
    pub fn has(&self, step: Step) -> bool {
        self.done.contains_key(&step)
    }

    /// Each step and how it went.
    pub fn taken(&self) -> Vec<Taken> {
        self.steps.iter().map(|step| self.taken_by(*step)).collect()
    }

    fn taken_by(&self, step: Step) -> Taken {
        let from = match step.goal_minutes() {
            None => Some(self.started_at),
            Some(_) => self.alarmed_at,
        };
        let ms = self
            .done
            .get(&step)
            .zip(from)
            // A card read before the alarm was read in time.
            .map(|(at, from)| at.ms_since(from).max(0));
        let in_time = match (ms, step.goal_minutes()) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(ms), Some(goal)) => ms <= goal * MINUTE_MS,
        };
        Taken { step, ms, in_time }
    }
}

coded! {
    /// What the real town lacks, found while there is time.
    Gap {
        /// Nobody is on its on-call list.
        NobodyOnCall = "nobody_on_call",
        /// No cyber envelope was printed, or it is out of date.
        EnvelopeStale = "envelope_stale",
        /// Fewer than two people may act.
        OneActor = "one_actor",
        /// Public services of which place, hours or number is not on record.
        ServiceDetails = "service_details",
        /// Public services of which nobody has said what they depend on.
        ServiceNeeds = "service_needs",
        /// Assets of which nobody has said how they are cut.
        CutMeans = "cut_means",
        /// Alarms that nobody has decided on.
        OpenAlarms = "open_alarms",
    }
}

/// What is known of the real town's readiness besides its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// How many people are on its on-call list.
    pub on_call: usize,
    /// Whether its envelope is there and up to date.
    pub envelope_fresh: bool,
    /// How many people may act: director or technician, not disabled.
    pub actors: usize,
}

/// What the real town lacks, and how many of each.
pub fn gaps(facts: &TownFacts, ready: Readiness) -> Vec<(Gap, usize)> {
    let services = |lacks: &dyn Fn(&crate::PublicService) -> bool| {
        facts.services.iter().filter(|service| service.is_for_residents() && lacks(service)).count()
    };
    let own = |asset: &&crate::Asset| asset.owner == facts.tenant.id;
    let grave = |kind: AlarmKind| kind.disturbs_services();
    [
        (Gap::NobodyOnCall, usize::from(ready.on_call == 0)),
        (Gap::EnvelopeStale, usize::from(!ready.envelope_fresh)),
        (Gap::OneActor, usize::from(ready.actors < 2)),
        (
            Gap::ServiceDetails,
            services(&|one| one.place.is_none() || one.hours.is_none() || one.phone.is_none()),
        ),
        (Gap::ServiceNeeds, services(&|one| one.needs.is_empty())),
        (
            Gap::CutMeans,
            facts.assets.iter().filter(own).filter(|asset| asset.cut_means.is_none()).count(),
        ),
        (Gap::OpenAlarms, facts.open_alarms.iter().filter(|alarm| grave(alarm.kind)).count()),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .collect()
}

/// What is kept of a rehearsal of the real town.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// When it ended.
    pub ended_at: Instant,
    /// Which role was rehearsed.
    pub role: Role,
    /// How many steps were done in time.
    pub in_time: u32,
    /// Of how many.
    pub steps: u32,
    /// How long it took from its beginning, whole minutes.
    pub minutes: u32,
}

impl Rehearsed {
    /// What is kept of how far somebody came.
    pub fn of(progress: &Progress, role: Role, ended_at: Instant) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let taken = progress.taken();
        let minutes = ended_at.ms_since(progress.started_at).max(0) / MINUTE_MS;
        Self {
            ended_at,
            role,
            in_time: count(taken.iter().filter(|one| one.in_time).count()),
            steps: count(taken.len()),
            minutes: u32::try_from(minutes).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn minute(minutes: i64) -> Instant {
        Instant::from_ms(1_700_000_000_000 + minutes * MINUTE_MS)
    }

    #[test]
    fn a_step_counts_once_from_the_alarm_and_never_after_the_end() {
        let mut play = Progress::new(Role::Director, minute(0));
        assert_eq!(play.next(), Some(Step::LogIn));
        play.note(Step::LogIn, minute(2));
        play.alarmed_at = Some(minute(3));
        play.note(Step::Answer, minute(8));
        play.note(Step::Answer, minute(30));
        play.note(Step::Declare, minute(12));
        let taken = play.taken();
        assert_eq!(taken[0], Taken { step: Step::LogIn, ms: Some(2 * MINUTE_MS), in_time: true });
        assert_eq!(taken[1], Taken { step: Step::Answer, ms: Some(5 * MINUTE_MS), in_time: true });
        assert_eq!(
            taken[2],
            Taken { step: Step::Declare, ms: Some(9 * MINUTE_MS), in_time: false }
        );
        assert_eq!(play.next(), Some(Step::Card));
        play.ended_at = Some(minute(20));
        play.note(Step::Card, minute(21));
        assert!(!play.has(Step::Card) && play.done() == 3);
        let kept = Rehearsed::of(&play, Role::Director, minute(20));
        assert_eq!((kept.in_time, kept.steps, kept.minutes), (2, 8, 20));
    }

    #[test]
    fn nobody_is_asked_for_what_the_role_may_not_do() {
        let mut clerk = Progress::new(Role::Clerk, minute(0));
        clerk.note(Step::Declare, minute(1));
        assert_eq!(clerk.done(), 0);
        for role in Role::ALL {
            assert_eq!(Step::of(role).first(), Some(&Step::LogIn));
            let goals: Vec<_> = Step::of(role).iter().map(|step| step.goal_minutes()).collect();
            assert!(goals.windows(2).all(|pair| pair[0] <= pair[1]), "{role}");
        }
    }

    #[test]
    fn what_is_missing_is_counted() {
        let id = crate::TenantId::parse("59273").unwrap();
        let (services, assets) = crate::catalogue::start(&id, minute(0)).unwrap();
        let facts = TownFacts::sample(&id, services, assets);
        let ready = Readiness { on_call: 0, envelope_fresh: false, actors: 1 };
        let found: Vec<Gap> = gaps(&facts, ready).into_iter().map(|(gap, _)| gap).collect();
        for gap in [
            Gap::NobodyOnCall,
            Gap::EnvelopeStale,
            Gap::OneActor,
            Gap::ServiceDetails,
            Gap::CutMeans,
        ] {
            assert!(found.contains(&gap), "{gap:?}");
        }
        let ready = Readiness { on_call: 2, envelope_fresh: true, actors: 2 };
        let found = gaps(&facts, ready);
        assert!(!found.iter().any(|(gap, _)| *gap == Gap::NobodyOnCall || *gap == Gap::OneActor));
        assert!(found.iter().all(|(_, count)| *count > 1));
    }
}
