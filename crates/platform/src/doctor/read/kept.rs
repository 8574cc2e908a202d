//! What the store says.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_registry::kits;
use beffroi_store::{
    Conn, Head, OperatorScope, Store, TenantScope, census, journal, oncall, rounds,
    vault::{self, objects, thinnings},
};
use beffroi_town::{
    AssetId, Instant, TenantId,
    vault::{
        hundredths,
        thinning::{Kept, Step},
    },
};
use beffroi_vault::{consent, lost, standing::Standing, watch};

use super::super::facts::{
    Envelopes, Facts, GuardFacts, Journals, Rounds, Town, TrashWaits, Trust, VaultServer,
};
use crate::config::{Config, VaultConfig};
use crate::noted::{BACKUP, BACKUP_COPY, BEAT, MIRROR, REHEARSAL};

/// How many journals are verified at a time: those that changed last, so that over time every one
/// that matters is looked at.
const JOURNALS_MAX: usize = 20;
/// How many towns' envelopes are looked at: each takes several readings.
const ENVELOPES_MAX: usize = 1_000;
/// A beat older than this says nothing of a clock.
const LATELY_MS: i64 = 10 * 60_000;

/// Fills in what the store says. What cannot be read stays unknown; that the database fails is told
/// as such.
pub(super) async fn read(store: &Store, facts: &mut Facts) {
    match store.look_through().await {
        Ok(complaints) => facts.complaints = complaints,
        Err(error) => facts.complaints = Some(vec![crate::noted::told(&error)]),
    }
    if let Err(error) = fill(store, facts).await {
        facts.closed = Some(crate::noted::told(&error));
    }
}

/// The envelopes of every town that has people who act; unknown beyond [`ENVELOPES_MAX`] towns, and
/// when the database fails.
pub(super) async fn envelopes(store: &Store, config: &Config, now: Instant) -> Option<Envelopes> {
    let operator = OperatorScope::for_operator();
    let able = async { census::able(&mut store.read().await?, &operator).await };
    let mut towns = able.await.ok()?;
    towns.retain(|town| town.people > 0);
    if towns.len() > ENVELOPES_MAX {
        return None;
    }
    let url = config.doors.reached_at();
    let mut found = Envelopes::default();
    for town in towns {
        let scope = TenantScope::for_tenant(&town.tenant);
        let name = format!("{} ({})", town.name, town.tenant);
        match kits::standing(store, now, &scope, &url).await.ok()? {
            None => found.missing.push(name),
            Some(standing) if !standing.stale.is_empty() => found.stale.push(name),
            Some(_) => {}
        }
    }
    Some(found)
}

/// Every repository of the vault; unknown when the database fails.
pub(super) async fn vault(
    store: &Store,
    wanted: &VaultConfig,
    now: Instant,
) -> Option<Vec<VaultServer>> {
    let operator = OperatorScope::for_operator();
    let mut conn = store.read().await.ok()?;
    let mut all = Vec::new();
    for one in vault::all(&mut conn, &operator).await.ok()? {
        let scope = TenantScope::for_tenant(&one.tenant);
        let heard = watch::heard(&mut conn, &scope, &one).await.ok()?;
        if !heard.is_open {
            continue;
        }
        let used = objects::used(&mut conn, &scope, &one.id).await.ok()?;
        let standing = Standing::read(&mut conn, &scope, &one, now).await.ok()?;
        let quota = one.quota_bytes.unwrap_or(wanted.settings.server_quota_bytes);
        all.push(VaultServer {
            ever: heard.last.is_some(),
            silent: heard.silence(now).is_some(),
            damaged: objects::damages(&mut conn, &scope, &one.id).await.ok()? > 0,
            part: hundredths(used.bytes, quota),
            trash: if lost::of(store, &wanted.settings.folder, &one).await.ok()?.is_empty() {
                trash(&mut conn, (&one, wanted), now).await.ok()?
            } else {
                Some(TrashWaits::Lost)
            },
            trust: Trust {
                judged: standing.is_inspected() && !standing.is_behind(now),
                doubt: standing.doubt().and_then(|one| one.verdict),
                proven: !standing.proof_is_old(now),
            },
            name: format!("{} ({})", one.server, one.tenant),
        });
    }
    Some(all)
}

/// Why a trash of this repository is not emptied whose grace has ended; the gravest reason.
async fn trash(
    conn: &mut Conn,
    (one, wanted): (&vault::Repository, &VaultConfig),
    now: Instant,
) -> Result<Option<TrashWaits>, beffroi_store::Error> {
    let scope = TenantScope::for_tenant(&one.tenant);
    let clock = (now, wanted.settings.rules.grace_ms);
    let mut waits = None;
    for thinning in thinnings::standing(conn, &scope, &one.id).await? {
        if thinning.step != Step::Trashed {
            continue;
        }
        match consent::kept(conn, &one.tenant, &thinning, clock).await? {
            Some(Kept::Failed) => return Ok(Some(TrashWaits::Failed)),
            Some(Kept::Unchecked) => waits = Some(TrashWaits::Unchecked),
            Some(Kept::Grace { .. }) | None => {}
        }
    }
    Ok(waits)
}

async fn fill(store: &Store, facts: &mut Facts) -> Result<(), beffroi_store::Error> {
    let operator = OperatorScope::for_operator();
    let mut conn = store.read().await?;
    let round = async |conn: &mut beffroi_store::Conn, name: &str| {
        rounds::get(conn, &OperatorScope::for_operator(), name).await
    };
    facts.rounds = Rounds {
        backup: round(&mut conn, BACKUP).await?,
        backup_copy: round(&mut conn, BACKUP_COPY).await?,
        mirror: round(&mut conn, MIRROR).await?,
        beat: round(&mut conn, BEAT).await?,
        rehearsal: round(&mut conn, REHEARSAL).await?,
    };
    let able = census::able(&mut conn, &operator).await?;
    let town = |able: census::Able| Town {
        name: format!("{} ({})", able.name, able.tenant),
        able: able.people,
    };
    facts.towns = Some(able.into_iter().map(town).collect());
    let told = |(id, name): (TenantId, String)| format!("{name} ({id})");
    let uncovered = oncall::uncovered(&mut conn, &operator).await?;
    facts.nobody_on_call = Some(uncovered.into_iter().map(told).collect());
    let unanswered = oncall::unanswered_tests(&mut conn, &operator).await?;
    facts.unanswered_tests = unanswered.into_iter().map(told).collect();
    facts.given_up = Some(census::given_up(&mut conn, &operator).await?);
    let guards = census::guards(&mut conn, &operator).await?;
    facts.guards = Some(guard_facts(&guards, facts.now));
    let hypervisors = census::hypervisors(&mut conn, &operator).await?;
    facts.place.hypervisors = hypervisors.into_iter().map(|one| one.name).collect();
    let mut heads = journal::heads(&mut conn, &operator).await?;
    heads.sort_by_key(|head| std::cmp::Reverse(head.at));
    facts.journals = journals(&mut conn, &heads).await?;
    facts.journals.rolled_back = rolled_back(&guards, &heads);
    Ok(())
}

fn guard_facts(guards: &[census::Heard], now: Instant) -> Vec<GuardFacts> {
    let watched: BTreeSet<&AssetId> = guards
        .iter()
        .filter(|heard| heard.guard.revoked_at.is_none())
        .map(|heard| &heard.guard.asset)
        .collect();
    let one = |heard: &census::Heard| {
        let (guard, last) = (&heard.guard, heard.last.as_ref());
        let lately = last.filter(|(at, _)| now.ms_since(*at).abs() <= LATELY_MS);
        GuardFacts {
            name: format!("{} ({})", guard.host.hostname, guard.tenant),
            heard_at: last.map(|(at, _)| *at),
            ahead_ms: lately.map(|(at, beat)| beat.at.ms_since(*at)),
            mode: last.map(|(_, beat)| beat.mode),
            letter: last.map_or(guard.level.letter, |(_, beat)| beat.level.letter),
            leaves_a_gap: guard.revoked_at.is_some() && !watched.contains(&guard.asset),
            revoked: guard.revoked_at.is_some(),
        }
    };
    guards.iter().map(one).collect()
}

/// Journals of which a guard was shown a newer end than they have.
fn rolled_back(guards: &[census::Heard], heads: &[Head]) -> Vec<String> {
    let end: BTreeMap<&TenantId, u64> = heads.iter().map(|head| (&head.tenant, head.seq)).collect();
    let seen = guards.iter().filter_map(|heard| heard.last.as_ref()).flat_map(|(_, b)| &b.heads);
    let beyond = seen.filter(|seen| end.get(&seen.tenant).is_none_or(|end| *end < seen.sequence));
    let names: BTreeSet<String> = beyond.map(|seen| seen.tenant.to_string()).collect();
    names.into_iter().collect()
}

async fn journals(
    conn: &mut beffroi_store::Conn,
    heads: &[Head],
) -> Result<Journals, beffroi_store::Error> {
    let mut found = Journals {
        all: heads.len() as u64,
        newest_at: heads.first().map(|head| head.at),
        ..Journals::default()
    };
    for head in heads.iter().take(JOURNALS_MAX) {
        let scope = TenantScope::for_tenant(&head.tenant);
        let fingerprint = journal::fingerprint(conn, &scope).await?;
        let mut lines = Vec::new();
        match journal::export(conn, &scope, &mut lines).await {
            Ok(_) => {}
            Err(journal::ExportError::Store(error)) => return Err(error),
            Err(error) => {
                found.broken.push(format!("{}: {error}", head.tenant));
                continue;
            }
        }
        found.verified += 1;
        if let Err(error) = journal::verify(&*lines, fingerprint.as_ref(), Some(head)) {
            found.broken.push(format!("{}: {error}", head.tenant));
        }
    }
    Ok(found)
}
