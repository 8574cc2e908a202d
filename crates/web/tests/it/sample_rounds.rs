//! What came to the sample by itself: the doctor's findings, the vault's backups.

use beffroi_store::{Store, rounds};
use beffroi_town::{Actor, RepositoryId};
use serde_json::json;

use super::{Sample, TOWN};

/// What the platform's doctor found, as its round notes it.
pub(super) async fn examined(store: &Store) {
    use beffroi_town::finding::{Detail, Finding, Severity};
    let found = [
        Finding::new(Severity::Broken, "mirror-failing")
            .with("since", Detail::At(Sample::START.plus_ms(-7_200_000)))
            .text("why", "mairies.example was not reached: ssh: connect to host: No route to host"),
        Finding::new(Severity::Risky, "accounts-alone")
            .count(2)
            .text("who", "Gravelines (59273), Grand-Fort-Philippe (59272)"),
        Finding::new(Severity::Risky, "backup-same-disk"),
        Finding::new(Severity::CannotTell, "oncall-unknown"),
        Finding::new(Severity::Ok, "backup-ok").with("age", Detail::Lasting(7_200_000)),
        Finding::new(Severity::Ok, "disk-ok")
            .text("folder", "/var/lib/beffroi")
            .with("free", Detail::Bytes(48_000_000_000)),
    ];
    let at = Sample::START.plus_ms(-240_000);
    let mut book = store.bookkeeping().await.unwrap();
    let detail = json!({ "at": at, "findings": found });
    rounds::done(&mut book, "doctor", at, &detail).await.unwrap();
    book.commit().await.unwrap();
}

/// The name of the backup of so many nights ago.
pub(crate) fn snapshot(night: u32) -> String {
    format!("{:08x}{night:056x}", 0x3fa9_1c04_u32.wrapping_mul(2 * night + 1))
}

/// A server whose last nightly backup came to the vault so many hours ago.
pub(super) async fn kept(store: &Store, server: &str, hours: i64) -> RepositoryId {
    use beffroi_store::vault::{self, NewRepository, objects};
    let (by, scope) = (Actor::CommandLine, Sample::scope(TOWN));
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, Sample::START).await.unwrap();
    let asset = Some(Sample::asset(server)).filter(|_| server == "file_server");
    let new = NewRepository {
        server,
        asset: asset.as_ref(),
        quota_bytes: None,
        silent_after_hours: None,
    };
    let id = vault::add(&mut tx, tenant, &new).await.unwrap();
    vault::issue(&mut tx, tenant, server).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    for night in 0..6_u32 {
        let receipt = objects::Receipt {
            kind: beffroi_town::vault::ObjectKind::Snapshots,
            name: snapshot(night),
            bytes: 34_000_000_000,
            received_at: Sample::START.plus_ms(-3_600_000 * (hours + 24 * i64::from(night))),
            credential: None,
            damaged_at: None,
            thinning: None,
        };
        objects::received(&mut book, &id, &receipt).await.unwrap();
    }
    book.commit().await.unwrap();
    id
}

/// An inspector judged that server's backups, the newest perhaps suspect, and tried one out.
pub(super) async fn judged(store: &Store, server: &str, is_newest_suspect: bool) {
    use beffroi_store::vault::{self, verdicts};
    use beffroi_town::vault::verdict::{
        CredentialKind, Judgement, Proof, ProofKind, Reason, ReasonCode, Verdict,
    };
    let scope = Sample::scope(TOWN);
    let tenant = scope.tenant();
    let at = Sample::START.plus_ms(-3_600_000);
    let mut tx = store.begin(std::slice::from_ref(tenant), &Actor::Platform, at).await.unwrap();
    let whose = (server, CredentialKind::Inspector);
    let inspector = vault::issue_for(&mut tx, tenant, whose).await.unwrap().id;
    let found = vault::get(tx.conn(), &scope, server).await.unwrap().unwrap();
    for night in 0..6_u32 {
        let suspect = is_newest_suspect && night == 0;
        let said = Judgement {
            snapshot: snapshot(night),
            verdict: if suspect { Verdict::Suspect } else { Verdict::Clean },
            reasons: vec![
                Reason { code: ReasonCode::Files, count: 41_200 },
                Reason { code: ReasonCode::Compared, count: 120 },
                Reason { code: ReasonCode::Turned, count: if suspect { 6 } else { 0 } },
            ],
        };
        verdicts::say(&mut tx, &found, &said, Some(&inspector)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let at = Sample::START.plus_ms(-2 * 24 * 3_600_000);
    let mut tx = store.begin(std::slice::from_ref(tenant), &Actor::Platform, at).await.unwrap();
    let proof = Proof {
        snapshot: snapshot(3),
        kind: ProofKind::Sample,
        files: 212,
        bytes: 480_000_000,
        bytes_a_second: 21_000_000,
        whole_bytes: 190_000_000_000,
    };
    verdicts::prove(&mut tx, &found, &proof, &inspector).await.unwrap();
    tx.commit().await.unwrap();
}

/// A thinning of one server's backups, which a keeper has just proposed.
pub(super) async fn proposed(store: &Store) -> String {
    use beffroi_store::vault::{self, thinnings};
    use beffroi_town::vault::verdict::CredentialKind;
    let (by, scope) = (Actor::CommandLine, Sample::scope(TOWN));
    let tenant = scope.tenant();
    let mut tx = store.begin(std::slice::from_ref(tenant), &by, Sample::START).await.unwrap();
    let whose = ("coffre-secret", CredentialKind::Keeper);
    let keeper = vault::issue_for(&mut tx, tenant, whose).await.unwrap();
    let repository = vault::get(tx.conn(), &scope, whose.0).await.unwrap().unwrap();
    let back = |days: i64| Sample::START.plus_ms(-days * 24 * 3_600_000);
    let new = thinnings::NewThinning {
        credential: &keeper.id,
        plan_hash: &"0123456789abcdef".repeat(4),
        snapshots: 2,
        span: Some((back(90), back(60))),
        objects: 412,
        bytes: 6_800_000_000,
    };
    let id = thinnings::propose(&mut tx, &repository, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}
