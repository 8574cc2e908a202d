//! Who does something, when, and for which tenant.

use beffroi_store::{Store, TenantScope};
use beffroi_town::{Actor, Instant};

/// The circumstances of a person's deed.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// Where it is kept.
    pub store: &'a Store,
    /// Who does it.
    pub actor: &'a Actor,
    /// When.
    pub at: Instant,
    /// For which tenant: nothing that this tenant does not see is touched.
    pub scope: &'a TenantScope,
}
