//! What public services depend on.

use serde::{Deserialize, Serialize};

use crate::{AssetId, CutMeans, Exposure, Instant, TenantId};

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $code)] $variant),+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As the database, the journal and the catalogue write it.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// From its code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}
pub(crate) use coded;

coded! {
    /// What kind of thing it is.
    AssetKind {
        /// A server of files.
        FileServer = "file_server",
        /// A business application on the town's own servers.
        BusinessApp = "business_app",
        /// An editor's application in the editor's own data centre.
        CloudApp = "cloud_app",
        /// The directory of accounts.
        Directory = "directory",
        /// A host of virtual machines.
        Hypervisor = "hypervisor",
        /// The town's own backup server.
        BackupServer = "backup_server",
        /// All the computers staff work on, counted.
        WorkstationFleet = "workstation_fleet",
        /// Mail.
        Mail = "mail",
        /// Telephony.
        Telephony = "telephony",
        /// A network path: the town hall's, an annex's, the way out.
        Network = "network",
        /// Network storage.
        Nas = "nas",
        /// The town's web site.
        WebSite = "web_site",
        /// Payment terminals.
        PaymentTerminal = "payment_terminal",
        /// A system run by somebody else, such as the State's identity-card system.
        OutsideSystem = "outside_system",
    }
}

coded! {
    /// Whether it works.
    AssetState {
        /// It works.
        Up = "up",
        /// It works in part.
        Degraded = "degraded",
        /// Cut off on purpose, and confirmed so.
        Cut = "cut",
        /// It does not work.
        Down = "down",
        /// Nobody knows. Counts as the worst case.
        Unknown = "unknown",
    }
}

coded! {
    /// How much a thing depends on another.
    Strength {
        /// Without it, the thing does not work.
        Essential = "essential",
        /// Without it, the thing works less well.
        Helpful = "helpful",
    }
}

/// A dependency on an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// What is needed.
    pub asset: AssetId,
    /// How much.
    pub strength: Strength,
    /// The network path it is reached by, if that path can be cut while the asset itself keeps
    /// working: the asset keeps its own state and its data, but cannot be reached from here.
    pub via: Option<AssetId>,
}

/// How far a fleet of workstations has been dealt with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fleet {
    /// How many there are.
    pub total: u32,
    /// How many were checked and found clean.
    pub checked: u32,
    /// How many were reinstalled.
    pub reinstalled: u32,
}

/// Something that public services depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Its identifier.
    pub id: AssetId,
    /// The tenant that owns it.
    pub owner: TenantId,
    /// Other tenants that use it too; sorted.
    pub shared_with: Vec<TenantId>,
    /// Its kind.
    pub kind: AssetKind,
    /// Its name for staff. Never shown on a public page.
    pub name: String,
    /// Whether it works, by its own light: what it depends on is not counted in.
    pub state: AssetState,
    /// Why it is believed to be so, in a person's words; staff only.
    pub state_reason: Option<String>,
    /// Since when.
    pub state_at: Instant,
    /// What is known about its data.
    pub exposure: Exposure,
    /// How it can be cut; none means nobody has said yet.
    pub cut_means: Option<CutMeans>,
    /// What it depends on in its turn.
    pub needs: Vec<Need>,
    /// Emergency contact of the editor or firm that runs it.
    pub contact: Option<String>,
    /// Counts, for a fleet of workstations.
    pub fleet: Option<Fleet>,
}

impl Asset {
    /// Every tenant that this asset concerns: the owner and those it is shared with, sorted.
    pub fn tenants(&self) -> Vec<TenantId> {
        let mut all: Vec<TenantId> = self.shared_with.clone();
        all.push(self.owner.clone());
        all.sort();
        all.dedup();
        all
    }
}
