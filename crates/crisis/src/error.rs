//! What can go wrong in the crisis room.

use beffroi_town::{AssetId, TenantId, id::BadId};

/// What can go wrong in the crisis room.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody has said how the asset can be cut.
    #[error(
        "nobody has said how {0} can be cut: set its means of cutting, or unplug it and mark it as cut by hand"
    )]
    NoMeans(AssetId),
    /// Only the tenant that owns an asset may cut it or lift the cut.
    #[error("{asset} belongs to {owner}: ask them to cut it, or mark it as down")]
    NotOwner {
        /// The asset.
        asset: AssetId,
        /// Who owns it.
        owner: TenantId,
    },
    /// The cut is confirmed by whoever does it, not by hand.
    #[error(
        "this cut is made by {means}, which confirms it by itself; to confirm by hand, set the means of cutting to 'hand' first"
    )]
    NotByHand {
        /// `guard` or `hook`.
        means: &'static str,
    },
    /// A tenant that shares nothing with this one.
    #[error("{0} shares nothing with this tenant: it must declare for itself")]
    Stranger(TenantId),
    /// An identifier made of other identifiers does not fit.
    #[error(transparent)]
    Id(#[from] BadId),
    /// A row of the outbox that this program did not write.
    #[error("work that cannot be understood: was the database written by a newer program?")]
    Work(#[from] serde_json::Error),
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] beffroi_store::Error),
}
