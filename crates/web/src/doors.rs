//! What every handler needs of the house.

use std::{collections::BTreeMap, sync::Arc};

use beffroi_store::Store;
use beffroi_town::{
    Procedure,
    edge::{Clock, Entropy},
    oncall::AddressKind,
    procedure::Health,
};

use crate::{board::Board, exercise::Exercise};

/// What the operator has settled and pages must know.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where the public reaches this house, without a slash at the end; empty: wherever the
    /// request came to.
    pub public_url: String,
    /// Whether the console is reached over TLS: cookies then say so.
    pub secure_cookies: bool,
    /// The names of the prepared cuts (hooks) of the configuration. What they run stays there.
    pub hooks: Vec<String>,
    /// The channels of the configuration and what their addresses are. What they send stays there.
    pub channels: BTreeMap<String, AddressKind>,
    /// The addresses that guards are told to reach this house at, best first.
    pub guard_addresses: Vec<beffroi_town::watch::PlatformAddress>,
    /// SHA-256 of the certificate (DER, base64url) that guards pin, if they must.
    pub certificate_sha256: Option<String>,
    /// What the vault may hold; none: there is no vault.
    pub vault: Option<VaultQuotas>,
    /// What the counter asks.
    pub desk: DeskSettings,
    /// The rehearsal that this house is for; none: the real one.
    pub exercise: Option<Arc<Exercise>>,
}

/// What the counter asks.
#[derive(Clone, Debug)]
pub struct DeskSettings {
    /// The procedures, in the order of the counter.
    pub procedures: Vec<Procedure>,
    /// Whether questions about health are asked.
    pub health: Health,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self { procedures: Vec::new(), health: Health::Off }
    }
}

/// What the vault may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VaultQuotas {
    /// Of one server, unless its repository says otherwise.
    pub server_bytes: u64,
    /// Of all servers of a tenant together.
    pub tenant_bytes: u64,
    /// How thinning goes.
    pub rules: beffroi_vault::Rules,
}

/// What every handler needs. Cheap to clone.
#[derive(Clone)]
pub struct Doors {
    /// Where everything is kept.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub entropy: Arc<dyn Entropy>,
    /// The public pages, ready to serve.
    pub board: Arc<Board>,
    /// What the operator has settled.
    pub settings: Arc<Settings>,
}
