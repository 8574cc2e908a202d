//! Counts across every tenant, for the operator's doctor: who could act, which guards there are,
//! what stands on what. Few statements, however many tenants.

use beffroi_town::{AssetId, Instant, Role, TenantId, watch::Beat};

use crate::{
    OperatorScope, Result,
    db::{Conn, Row, args},
    guards::{self, Guard},
    sql::sqls,
};

sqls! { "census":
    ABLE = "SELECT tenant.id, tenant.name, COUNT(account.id) AS able FROM tenant
        LEFT JOIN account ON account.tenant = tenant.id AND account.disabled_at IS NULL AND account.role IN ($1, $2)
            AND (account.totp IS NOT NULL OR EXISTS
                (SELECT 1 FROM one_time_code WHERE one_time_code.account = account.id AND one_time_code.used_at IS NULL))
        WHERE tenant.closed_at IS NULL GROUP BY tenant.id, tenant.name ORDER BY tenant.id";
    GUARDS = "SELECT guard.id, guard.tenant, guard.asset, guard.public_key, guard.host, guard.level,
            guard.enrolled_at, guard.revoked_at, guard_beat.received_at, guard_beat.beat
        FROM guard LEFT JOIN guard_beat ON guard_beat.guard = guard.id ORDER BY guard.tenant, guard.enrolled_at, guard.id";
    HYPERVISORS = "SELECT owner, id, name FROM asset WHERE kind = $1 ORDER BY id";
    GIVEN_UP = "SELECT COUNT(*) AS many FROM outbox WHERE failed_at IS NOT NULL";
}

/// A tenant and how many of its people could act in an emergency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Able {
    /// Which tenant.
    pub tenant: TenantId,
    /// Its name.
    pub name: String,
    /// Directors and technicians with a second factor: an authenticator or a code not used yet.
    pub people: u32,
}

/// A guard and when it was last heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Which.
    pub guard: Guard,
    /// When, and what it said; none: never.
    pub last: Option<(Instant, Beat)>,
}

/// A hypervisor that a tenant has put on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypervisor {
    /// Whose.
    pub owner: TenantId,
    /// Its identifier.
    pub asset: AssetId,
    /// Its name.
    pub name: String,
}

/// Every open tenant, and who could act for it.
pub async fn able(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<Able>> {
    let roles = args![Role::Director.code(), Role::Technician.code()];
    let able = |row: &Row| {
        Ok(Able { tenant: row.id("id")?, name: row.text("name")?, people: row.count("able")? })
    };
    conn.all(ABLE, roles).await?.iter().map(able).collect()
}

/// Every guard, revoked ones too.
pub async fn guards(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<Heard>> {
    let heard = |row: &Row| {
        let last = match row.opt_instant("received_at")? {
            Some(at) => Some((at, row.json("beat")?)),
            None => None,
        };
        Ok(Heard { guard: guards::guard(row)?, last })
    };
    conn.all(GUARDS, &[]).await?.iter().map(heard).collect()
}

/// Every hypervisor on record.
pub async fn hypervisors(conn: &mut Conn, _scope: &OperatorScope) -> Result<Vec<Hypervisor>> {
    let kind = args![beffroi_town::AssetKind::Hypervisor.code()];
    let one = |row: &Row| {
        Ok(Hypervisor { owner: row.id("owner")?, asset: row.id("id")?, name: row.text("name")? })
    };
    conn.all(HYPERVISORS, kind).await?.iter().map(one).collect()
}

/// How much work was given up.
pub async fn given_up(conn: &mut Conn, _scope: &OperatorScope) -> Result<u32> {
    match conn.one(GIVEN_UP, &[]).await? {
        Some(row) => row.count("many"),
        None => Ok(0),
    }
}
