//! An incident: declared by a person, owned by one tenant, concerning one or several.

use serde::{Deserialize, Serialize};

use crate::{Actor, IncidentId, Instant, TenantId, asset::coded};

coded! {
    /// How far an incident has come. In this order; a later phase can be reached only from the
    /// one before, and closed only from restored.
    Phase {
        /// A person said so.
        Declared = "declared",
        /// It no longer spreads.
        Contained = "contained",
        /// Its cause and extent are known.
        Diagnosed = "diagnosed",
        /// The attacker is out.
        Eradicated = "eradicated",
        /// Services are back.
        Restored = "restored",
        /// Nothing is left to do.
        Closed = "closed",
    }
}

impl Phase {
    /// The phase after this one; none after closed.
    pub fn next(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|phase| *phase == self)?;
        Self::ALL.get(at + 1).copied()
    }
}

coded! {
    /// What the person who declared it said it is. Only a person says so.
    Nature {
        /// Not known yet.
        Unknown = "unknown",
        /// A cyberattack.
        Cyberattack = "cyberattack",
        /// A failure without an attacker: fire, flood, power, hardware.
        Failure = "failure",
    }
}

/// An incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its identifier.
    pub id: IncidentId,
    /// The tenant that owns it.
    pub owner: TenantId,
    /// Every tenant it concerns, the owner too; sorted.
    pub tenants: Vec<TenantId>,
    /// What it is, as the person said.
    pub nature: Nature,
    /// How far it has come.
    pub phase: Phase,
    /// When it was first noticed, as far as is known.
    pub noticed_at: Instant,
    /// When it was declared: the town is aware from here on.
    pub declared_at: Instant,
    /// Who declared it.
    pub declared_by: Actor,
    /// The phase has stood since then.
    pub phase_at: Instant,
}

impl Incident {
    /// Whether it still is going on.
    pub fn is_open(&self) -> bool {
        self.phase != Phase::Closed
    }
}
