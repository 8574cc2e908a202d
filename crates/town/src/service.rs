//! What residents see: the public services of a town.

use serde::{Deserialize, Serialize};

use crate::{Actor, Instant, Need, ServiceId, asset::coded};

coded! {
    /// How grave its absence is.
    Criticality {
        /// Lives, health, public order.
        Vital = "vital",
        /// Legal duties and families' days.
        High = "high",
        /// Can wait for days.
        Normal = "normal",
        /// Can wait for a week or more.
        Low = "low",
    }
}

coded! {
    /// How a service goes on when what it depends on is gone.
    FallbackKind {
        /// It does not.
        None = "none",
        /// Another online way that does not depend on the town's own network.
        Online = "online",
        /// On paper at the counter.
        Paper = "paper",
        /// At another place.
        OtherPlace = "other_place",
        /// By telephone.
        Telephone = "telephone",
    }
}

coded! {
    /// What residents can count on.
    ServiceStatus {
        /// As usual.
        Open = "open",
        /// Open, with restrictions.
        Degraded = "degraded",
        /// At the counter, on paper.
        PaperOnly = "paper_only",
        /// Closed.
        Closed = "closed",
        /// Nobody knows: ask. Counts as the worst case.
        Unknown = "unknown",
    }
}

impl ServiceStatus {
    /// How little residents can count on: 0 = open ... 3 = closed or unknown.
    pub const fn severity(self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Degraded => 1,
            Self::PaperOnly => 2,
            Self::Closed | Self::Unknown => 3,
        }
    }
}

/// The group of services that staff count on and residents never see: staff pay.
pub const INTERNAL: &str = "internal";

/// How the service goes on otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    /// Which way.
    pub kind: FallbackKind,
    /// What residents must do then, in French, if the town wrote its own sentence.
    pub note_fr: Option<String>,
    /// The same in English.
    pub note_en: Option<String>,
}

/// A person's word over the computed status. Always wins, always shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// What the person says it is.
    pub status: ServiceStatus,
    /// Why, in that person's words; staff only.
    pub reason: String,
    /// Who.
    pub author: Actor,
    /// When.
    pub at: Instant,
}

/// A public service of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicService {
    /// Its code, unique in the tenant; for services of the catalogue, the catalogue's code.
    pub id: ServiceId,
    /// Its place on the page: lower first.
    pub rank: u32,
    /// Its French name, if the town gave its own; else the catalogue's, from `words`.
    pub name_fr: Option<String>,
    /// Its English name, if the town gave its own.
    pub name_en: Option<String>,
    /// Which key group its requests belong to: `civil_status`, `school`, `social`,
    /// `planning`, `general`; or [`INTERNAL`], for what residents never see.
    pub group: String,
    /// How grave its absence is.
    pub criticality: Criticality,
    /// How long the town can bear to be without it, minutes; zero: not at all.
    pub max_downtime_minutes: u32,
    /// How it goes on otherwise.
    pub fallback: Fallback,
    /// Where residents go; none is a to-do for staff and 'ask at the town hall' on the page.
    pub place: Option<String>,
    /// When.
    pub hours: Option<String>,
    /// Which number.
    pub phone: Option<String>,
    /// What it depends on.
    pub needs: Vec<Need>,
    /// A person's word over the computed status.
    pub overridden: Option<Override>,
}

impl PublicService {
    /// Whether residents are told of it.
    pub fn is_for_residents(&self) -> bool {
        self.group != INTERNAL
    }
}
