//! Who may see what.
//!
//! Every read of a row that belongs to a tenant takes a [`TenantScope`] and filters in SQL: what
//! is not yours is absent, exactly as if it did not exist. Making a scope is a claim: whoever
//! calls the constructor answers for having checked it.

use beffroi_town::TenantId;

/// The right to read exactly one tenant's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantScope(TenantId);

impl TenantScope {
    /// For one tenant. To be called once a person of that tenant is authenticated, for what is
    /// public about it, or at the platform's own command line; never with a tenant that a request
    /// merely names.
    pub fn for_tenant(tenant: &TenantId) -> Self {
        Self(tenant.clone())
    }

    /// The tenant.
    pub const fn tenant(&self) -> &TenantId {
        &self.0
    }
}

/// The right to read across tenants: lists of tenants, silent guards, journal heads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorScope(());

impl OperatorScope {
    /// For the operator. To be called once an operator is authenticated, at the platform's own
    /// command line, or by the platform's own clocks; never for another role.
    pub const fn for_operator() -> Self {
        Self(())
    }
}
