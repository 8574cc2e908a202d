//! What a machine suspects.
//!
//! An alarm awaits a person, who declares, merges or dismisses it. A machine never declares an
//! incident, names a cause or publishes: from an alarm alone the public page says at most
//! 'disturbed, we are checking'.

use serde::{Deserialize, Serialize};

use crate::{AlarmId, AssetId, GuardId, IncidentId, Instant, TenantId, asset::coded};

coded! {
    /// What was noticed.
    AlarmKind {
        /// Many files that existed before are gone.
        FilesVanishing = "files_vanishing",
        /// Many files were rewritten into something else.
        FilesRewritten = "files_rewritten",
        /// A host runs hot or is choked.
        VitalSigns = "vital_signs",
        /// A guard lost events or could not keep earlier content.
        GuardBlind = "guard_blind",
        /// A guard has not been heard.
        GuardSilent = "guard_silent",
        /// A guard refused a forged, stale or foreign order.
        OrderRefused = "order_refused",
        /// Many failed log-ins.
        FailedLogins = "failed_logins",
        /// A log-in from a device not seen before.
        NewDevice = "new_device",
        /// The platform itself was not there for a while.
        PlatformSilent = "platform_silent",
        /// A server has sent no backup for longer than it used to.
        VaultSilent = "vault_silent",
        /// A quota of the vault is nearly used up.
        VaultFilling = "vault_filling",
        /// The vault has refused backups for want of room.
        VaultFull = "vault_full",
        /// Somebody with a server's credential tried to delete, re-key or block its backups.
        VaultTampered = "vault_tampered",
        /// What the vault holds is not what was sent.
        VaultDamaged = "vault_damaged",
        /// Backups are about to be thinned, are being, or were put back: a step that people must know.
        VaultThinning = "vault_thinning",
        /// An inspector found in a backup what daily work may explain, or may not.
        VaultSuspect = "vault_suspect",
        /// An inspector found that a backup holds ruined files.
        VaultBad = "vault_bad",
        /// A server sent far more than it used to on such a day.
        VaultUnusual = "vault_unusual",
        /// Somebody altered, renamed or deleted a bait file.
        DecoyTouched = "decoy_touched",
        /// An agenda of the town's own software has not been pulled for too long.
        AgendaStale = "agenda_stale",
        /// A print post has not been heard for too long, or cannot print.
        PrintPostDown = "print_post_down",
        /// A printed list is too old to be relied upon.
        PackStale = "pack_stale",
    }
}

coded! {
    /// How urgent a suspicion is: the later, the graver.
    Urgency {
        /// It can wait for the morning of whoever asked for quiet hours.
        Lesser = "lesser",
        /// The watch itself is in question: somebody may be blinding it.
        Pressing = "pressing",
        /// Something is being destroyed.
        Attack = "attack",
    }
}

impl Urgency {
    /// Whether people are woken whatever the hour.
    pub fn wakes(self) -> bool {
        self >= Self::Pressing
    }
}

impl AlarmKind {
    /// Whether a resident may notice: only such an alarm makes a page say 'disturbed, we are
    /// checking'. A log-in from a new device is staff's business alone.
    pub const fn disturbs_services(self) -> bool {
        matches!(self, Self::FilesVanishing | Self::FilesRewritten | Self::VitalSigns)
    }

    /// Whether a guard sees something being destroyed.
    pub const fn is_attack(self) -> bool {
        matches!(self.urgency(), Urgency::Attack)
    }

    /// How soon a person must hear of it.
    pub const fn urgency(self) -> Urgency {
        match self {
            Self::FilesVanishing | Self::FilesRewritten | Self::DecoyTouched => Urgency::Attack,
            Self::GuardBlind
            | Self::GuardSilent
            | Self::OrderRefused
            | Self::PlatformSilent
            | Self::VaultFull
            | Self::VaultTampered
            | Self::VaultDamaged
            // What it was made from is ruined: the server was attacked, perhaps unseen.
            | Self::VaultBad => Urgency::Pressing,
            // A hot server is a broken fan more often than an attack; files that vanish from it
            // raise an alarm of their own. A backup that was missed can be made in the morning.
            Self::VitalSigns
            | Self::FailedLogins
            | Self::NewDevice
            | Self::VaultSilent
            | Self::VaultFilling
            // Nothing is dropped before a day has passed since two people agreed.
            | Self::VaultThinning
            // Daily work may explain both; older backups stay meanwhile.
            | Self::VaultSuspect
            | Self::VaultUnusual
            // What was pulled before is still here.
            | Self::AgendaStale
            // The sheets can be printed from the console.
            | Self::PrintPostDown
            // An old list still helps on a bad day; a new one takes a morning.
            | Self::PackStale => Urgency::Lesser,
        }
    }
}

/// What became of an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum AlarmState {
    /// Nobody has decided yet.
    Open,
    /// A person declared an incident from it.
    Declared {
        /// The incident.
        incident: IncidentId,
    },
    /// A person found that it belongs to an incident already declared.
    Merged {
        /// The incident.
        incident: IncidentId,
    },
    /// A person found that it is nothing.
    Dismissed,
}

impl AlarmState {
    /// As the database writes it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Declared { .. } => "declared",
            Self::Merged { .. } => "merged",
            Self::Dismissed => "dismissed",
        }
    }
}

/// What a machine noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its identifier.
    pub id: AlarmId,
    /// The tenant it concerns.
    pub tenant: TenantId,
    /// What was noticed.
    pub kind: AlarmKind,
    /// Which guard noticed; none when the platform itself did.
    pub guard: Option<GuardId>,
    /// The asset it was noticed on.
    pub asset: Option<AssetId>,
    /// When the first thing happened, as far as is known.
    pub first_at: Instant,
    /// When the alarm was raised.
    pub raised_at: Instant,
    /// When the platform received it.
    pub received_at: Instant,
    /// How many times it was raised again since.
    pub repeats: u32,
    /// Files touched, as counted by the guard.
    pub touched: u32,
    /// When the actor was stopped, if it was.
    pub stopped_at: Option<Instant>,
    /// Its figures came from a played sensor, not from the host.
    pub simulated: bool,
    /// Details as codes and figures (JSON); never a resident's name.
    pub detail: serde_json::Value,
    /// What became of it.
    pub state: AlarmState,
}
