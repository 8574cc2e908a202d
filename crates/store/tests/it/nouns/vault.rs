//! Repositories, credentials, receipts.

use beffroi_store::{
    OperatorScope,
    vault::{
        self, Arrived, NewRepository,
        objects::{self, Receipt, Use},
        token_sha256,
        verdicts::{self, Said},
    },
};
use beffroi_town::{
    Instant,
    vault::{
        ObjectKind, counted,
        verdict::{CredentialKind, Judgement, Proof, ProofKind, Reason, ReasonCode, Verdict},
    },
};

use super::{absent, begin, newest_entry, refused};
use crate::world::{Place, asset_id, code, found, on_both, scope};

on_both!(
    a_token_is_shown_once_and_opens_until_it_is_revoked,
    what_cannot_be_a_repository_is_refused,
    a_receipt_is_written_once_and_counted,
    the_journal_is_told_of_backups_once,
    a_recovery_sheet_is_printed_once_and_proven_by_its_code,
    a_password_is_sealed_once_for_each_sheet_of_the_town,
    an_inspector_lowers_what_stands_and_a_person_says_anything,
    a_proof_is_kept_once_and_of_what_was_received,
);

pub(crate) fn new_repository(server: &str) -> NewRepository<'_> {
    NewRepository { server, asset: None, quota_bytes: None, silent_after_hours: None }
}

pub(crate) fn receipt(kind: ObjectKind, digit: char, at: Instant) -> Receipt {
    Receipt {
        kind,
        name: digit.to_string().repeat(64),
        bytes: 5_000,
        received_at: at,
        credential: Some("c".to_owned()),
        damaged_at: None,
        thinning: None,
    }
}

/// What is said of the snapshot whose name is this digit repeated.
pub(crate) fn judgement(digit: char, verdict: Verdict) -> Judgement {
    Judgement {
        snapshot: digit.to_string().repeat(64),
        verdict,
        reasons: vec![Reason { code: ReasonCode::Turned, count: 7 }],
    }
}

pub(crate) fn proof(digit: char) -> Proof {
    Proof {
        snapshot: digit.to_string().repeat(64),
        kind: ProofKind::Sample,
        files: 20,
        bytes: 1_000_000,
        bytes_a_second: 500_000,
        whole_bytes: 9_000_000,
    }
}

async fn a_token_is_shown_once_and_opens_until_it_is_revoked(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let (town, server) = (code("59273"), asset_id("59273", "file_server"));
    let mut tx = begin(&place, &store, &["59273"]).await;
    let new = NewRepository {
        asset: Some(&server),
        quota_bytes: Some(7_000_000_000),
        silent_after_hours: Some(30),
        ..new_repository("srv")
    };
    let id = vault::add(&mut tx, &town, &new).await.unwrap();
    let one = vault::issue(&mut tx, &town, "srv").await.unwrap();
    let other = vault::issue(&mut tx, &town, "srv").await.unwrap();
    absent(vault::issue(&mut tx, &town, "nas").await);
    tx.commit().await.unwrap();
    assert_eq!(one.token.len(), 43, "256 bits");
    assert!(!format!("{one:?}").contains(&one.token));
    let dump = format!("{:?}", place.dump().await);
    assert!(!dump.contains(&one.token) && !dump.contains(&other.token));
    let mut conn = store.read().await.unwrap();
    let (repository, open) =
        vault::for_request(&mut conn, &town, "srv").await.unwrap().expect("it is there");
    assert_eq!((&repository.id, repository.quota_bytes), (&id, Some(7_000_000_000)));
    assert_eq!((&repository.asset, repository.silent_after_hours), (&Some(server), Some(30)));
    let mut hashes: Vec<&str> = open.iter().map(|one| one.token_sha256.as_str()).collect();
    let mut issued = [token_sha256(&one.token), token_sha256(&other.token)];
    // Issued in the same moment, they have no order.
    hashes.sort_unstable();
    issued.sort_unstable();
    assert_eq!(hashes, issued);
    assert_eq!(vault::for_request(&mut conn, &code("62473"), "srv").await.unwrap(), None);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert_eq!(vault::revoke(&mut tx, &town, "srv", Some(&one.id)).await.unwrap(), 1);
    absent(vault::revoke(&mut tx, &town, "srv", Some(&one.id)).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let (_, open) = vault::for_request(&mut conn, &town, "srv").await.unwrap().unwrap();
    assert_eq!(open.iter().map(|one| &one.id).collect::<Vec<_>>(), [&other.id]);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert_eq!(vault::revoke(&mut tx, &town, "srv", None).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(newest_entry(&store, "59273").await.kind, "vault_credential_revoked");
    let mut conn = store.read().await.unwrap();
    let all = vault::credentials(&mut conn, &scope("59273"), &id).await.unwrap();
    assert!(all.len() == 2 && all.iter().all(|one| one.revoked_at.is_some()));
}

async fn what_cannot_be_a_repository_is_refused(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    for name in ["", "A", "..", "a/b", "a b", "-a"] {
        refused(vault::add(&mut tx, &town, &new_repository(name)).await);
    }
    let others = asset_id("62473", "file_server");
    let foreign = NewRepository { asset: Some(&others), ..new_repository("srv") };
    absent(vault::add(&mut tx, &town, &foreign).await);
    vault::add(&mut tx, &town, &new_repository("srv")).await.unwrap();
    refused(vault::add(&mut tx, &town, &new_repository("srv")).await);
    for _ in 0..vault::CREDENTIALS_MAX {
        vault::issue(&mut tx, &town, "srv").await.unwrap();
    }
    refused(vault::issue(&mut tx, &town, "srv").await);
    tx.commit().await.unwrap();
}

async fn a_receipt_is_written_once_and_counted(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    let id = vault::add(&mut tx, &code("59273"), &new_repository("srv")).await.unwrap();
    tx.commit().await.unwrap();
    let (pack, lock) =
        (receipt(ObjectKind::Data, 'a', place.now()), receipt(ObjectKind::Locks, 'b', place.now()));
    let mut book = store.bookkeeping().await.unwrap();
    assert!(objects::received(&mut book, &id, &pack).await.unwrap());
    let later = Receipt { received_at: place.now(), credential: None, ..pack.clone() };
    assert!(!objects::received(&mut book, &id, &later).await.unwrap(), "the first time counts");
    assert!(objects::received(&mut book, &id, &lock).await.unwrap());
    book.commit().await.unwrap();
    let mine = scope("59273");
    let mut conn = store.read().await.unwrap();
    let used = objects::used(&mut conn, &mine, &id).await.unwrap();
    let two = Use { objects: 2, bytes: 2 * counted(5_000), received_at: Some(lock.received_at) };
    assert_eq!(used, two);
    let all = OperatorScope::for_operator();
    assert_eq!(objects::uses(&mut conn, &all).await.unwrap(), [(id.clone(), two)]);
    let kept = objects::get(&mut conn, &mine, &id, (ObjectKind::Data, &pack.name)).await.unwrap();
    assert_eq!(kept, Some(pack.clone()));
    drop(conn);
    let mut book = store.bookkeeping().await.unwrap();
    // Only a lock's receipt can be taken back, whatever name is given.
    assert!(!objects::unlocked(&mut book, &id, &pack.name, pack.bytes).await.unwrap());
    assert!(objects::unlocked(&mut book, &id, &lock.name, lock.bytes).await.unwrap());
    assert!(!objects::unlocked(&mut book, &id, &lock.name, lock.bytes).await.unwrap());
    let named = (ObjectKind::Data, pack.name.as_str());
    assert!(objects::damaged(&mut book, &id, named, place.now()).await.unwrap());
    assert!(!objects::damaged(&mut book, &id, named, place.now()).await.unwrap());
    book.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(objects::damages(&mut conn, &mine, &id).await.unwrap(), 1);
    assert_eq!(objects::used(&mut conn, &mine, &id).await.unwrap().bytes, counted(5_000));
    let page = (ObjectKind::Data, "", 10);
    assert_eq!(objects::page(&mut conn, &mine, &id, page).await.unwrap().len(), 1);
    let days = objects::days(&mut conn, &mine, &id, Instant::default()).await.unwrap();
    let number = beffroi_town::vault::volume::day_of(pack.received_at.ms());
    assert_eq!(
        days.iter().map(|one| (one.number, one.bytes)).collect::<Vec<_>>(),
        [(number, 5_000)]
    );
    let after = (ObjectKind::Data, pack.name.as_str(), 10);
    assert_eq!(objects::page(&mut conn, &mine, &id, after).await.unwrap(), []);
    drop(conn);
    let mut book = store.bookkeeping().await.unwrap();
    assert!(objects::healed(&mut book, &id, named).await.unwrap());
    assert!(!objects::healed(&mut book, &id, named).await.unwrap());
    book.commit().await.unwrap();
}

async fn the_journal_is_told_of_backups_once(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    let id = vault::add(&mut tx, &town, &new_repository("srv")).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    for digit in ['a', 'b', 'c'] {
        let one = receipt(ObjectKind::Snapshots, digit, place.now());
        objects::received(&mut book, &id, &one).await.unwrap();
    }
    book.commit().await.unwrap();
    let mine = scope("59273");
    let mut conn = store.read().await.unwrap();
    let newest = (ObjectKind::Snapshots, 2);
    let newest = objects::newest(&mut conn, &mine, &id, newest).await.unwrap();
    assert_eq!(newest.iter().map(|one| &one.name[..1]).collect::<Vec<_>>(), ["c", "b"]);
    let since = (ObjectKind::Snapshots, Instant::default());
    assert_eq!(objects::since(&mut conn, &mine, &id, since).await.unwrap(), 3);
    let repository = vault::get(&mut conn, &mine, "srv").await.unwrap().unwrap();
    drop(conn);
    let arrived = Arrived {
        snapshots: 3,
        newest: &newest[0].name,
        until: newest[0].received_at,
        bytes: 15_000,
    };
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert!(vault::tell(&mut tx, &repository, &arrived).await.unwrap());
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!(
        (entry.kind.as_str(), &entry.body["snapshots"]),
        ("vault_backups_received", &3.into())
    );
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert!(!vault::tell(&mut tx, &repository, &arrived).await.unwrap());
    drop(tx);
    let mut conn = store.read().await.unwrap();
    let told = vault::get(&mut conn, &mine, "srv").await.unwrap().unwrap();
    assert_eq!(told.told_until, arrived.until);
}

async fn a_recovery_sheet_is_printed_once_and_proven_by_its_code(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    vault::add(&mut tx, &town, &new_repository("srv")).await.unwrap();
    let made = vault::get(tx.conn(), &scope("59273"), "srv").await.unwrap().unwrap();
    refused(vault::prove_sheet(&mut tx, &town, "srv", "RIGHT").await);
    assert!(vault::print_sheet(&mut tx, &made, &vault::sheet_proof("RIGHT")).await.unwrap());
    assert!(!vault::print_sheet(&mut tx, &made, &vault::sheet_proof("OTHER")).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(newest_entry(&store, "59273").await.kind, "vault_sheet_printed");
    assert!(!format!("{:?}", place.dump().await).contains("RIGHT"));
    let mut tx = begin(&place, &store, &["59273"]).await;
    refused(vault::prove_sheet(&mut tx, &town, "srv", "OTHER").await);
    vault::prove_sheet(&mut tx, &town, "srv", "RIGHT").await.unwrap();
    let at = tx.at();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let kept = vault::get(&mut conn, &scope("59273"), "srv").await.unwrap().unwrap();
    assert_eq!(kept.sheet.unwrap().proven_at, Some(at));
    assert_eq!(newest_entry(&store, "59273").await.kind, "vault_sheet_proven");
}

async fn a_password_is_sealed_once_for_each_sheet_of_the_town(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let town = code("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    vault::add(&mut tx, &town, &new_repository("srv")).await.unwrap();
    let made = vault::get(tx.conn(), &scope("59273"), "srv").await.unwrap().unwrap();
    assert_eq!(made.sealed_for, None);
    assert!(vault::passwords::keep(&mut tx, &made, ("age1one", "FIRST")).await.unwrap());
    assert!(!vault::passwords::keep(&mut tx, &made, ("age1one", "FORGED")).await.unwrap());
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!(entry.kind, "vault_password_sealed");
    assert!(!format!("{:?}", entry.body).contains("FIRST"));
    let mut conn = store.read().await.unwrap();
    let mine = scope("59273");
    let sealed = vault::passwords::sealed(&mut conn, &mine, "srv").await.unwrap();
    assert_eq!(sealed.as_deref(), Some("FIRST"));
    let other = vault::passwords::sealed(&mut conn, &scope("62473"), "srv").await.unwrap();
    assert_eq!(other, None);
    drop(conn);
    // The town has a new sheet: the old one opens nothing of any use.
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert!(vault::passwords::keep(&mut tx, &made, ("age1two", "SECOND")).await.unwrap());
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let kept = vault::get(&mut conn, &scope("59273"), "srv").await.unwrap().unwrap();
    assert_eq!(kept.sealed_for.as_deref(), Some("age1two"));
    let sealed = vault::passwords::sealed(&mut conn, &mine, "srv").await.unwrap();
    assert_eq!(sealed.as_deref(), Some("SECOND"));
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    vault::passwords::opened(&mut tx, &town, "srv").await.unwrap();
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!(entry.kind, "vault_password_opened");
    assert!(!format!("{:?}", entry.body).contains("SECOND"));
    let mut tx = begin(&place, &store, &["59273"]).await;
    vault::passwords::opened(&mut tx, &town, "none").await.unwrap_err();
}

/// A repository with two snapshots, `a` and `b`, and an inspector's credential.
async fn inspected(place: &Place, store: &beffroi_store::Store) -> (vault::Repository, String) {
    found(place, store, &["59273"]).await;
    let town = code("59273");
    let mut tx = begin(place, store, &["59273"]).await;
    let id = vault::add(&mut tx, &town, &new_repository("srv")).await.unwrap();
    let kind = CredentialKind::Inspector;
    let inspector = vault::issue_for(&mut tx, &town, ("srv", kind)).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    for digit in ['a', 'b'] {
        let one = receipt(ObjectKind::Snapshots, digit, place.now());
        objects::received(&mut book, &id, &one).await.unwrap();
    }
    book.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let all = vault::credentials(&mut conn, &scope("59273"), &id).await.unwrap();
    assert_eq!(all[0].kind, kind);
    (vault::get(&mut conn, &scope("59273"), "srv").await.unwrap().unwrap(), inspector.id)
}

async fn an_inspector_lowers_what_stands_and_a_person_says_anything(place: Place) {
    use Verdict::{Bad, Clean, Suspect};
    let store = place.open().await;
    let (srv, inspector) = inspected(&place, &store).await;
    let by = Some(inspector.as_str());
    let mut tx = begin(&place, &store, &["59273"]).await;
    // Never received, or no name at all.
    absent(verdicts::say(&mut tx, &srv, &judgement('c', Clean), by).await);
    let odd = Judgement { snapshot: "..".to_owned(), ..judgement('a', Clean) };
    absent(verdicts::say(&mut tx, &srv, &odd, by).await);
    for (said, by, becomes) in [
        (Clean, by, Ok(Said::Counts)),
        (Clean, by, Ok(Said::Known)),
        (Suspect, by, Ok(Said::Counts)),
        (Clean, by, Err(())),
        (Bad, by, Ok(Said::Counts)),
        (Suspect, by, Err(())),
        (Clean, None, Ok(Said::Counts)),
        (Bad, by, Err(())),
        (Bad, None, Ok(Said::Counts)),
    ] {
        let done = verdicts::say(&mut tx, &srv, &judgement('a', said), by).await;
        match becomes {
            Ok(becomes) => assert_eq!(done.unwrap(), becomes, "{said:?} {by:?}"),
            Err(()) => refused(done),
        }
    }
    verdicts::say(&mut tx, &srv, &judgement('b', Suspect), by).await.unwrap();
    tx.commit().await.unwrap();
    let entry = newest_entry(&store, "59273").await;
    assert_eq!(
        (entry.kind.as_str(), &entry.body["verdict"]),
        ("vault_backup_judged", &"suspect".into())
    );
    let mut conn = store.read().await.unwrap();
    let all = verdicts::of(&mut conn, &scope("59273"), &srv.id).await.unwrap();
    let said: Vec<_> = all.iter().map(|one| (one.verdict, one.credential.as_deref())).collect();
    assert_eq!(said, [(Bad, None), (Suspect, by)]);
    assert_eq!(all[0].reasons, judgement('a', Bad).reasons);
    let standing = verdicts::standing(&mut conn, &scope("59273"), &srv.id, 9).await.unwrap();
    let standing: Vec<_> = standing.iter().map(|one| (&one.snapshot[..1], one.verdict)).collect();
    assert_eq!(standing, [("b", Some(Suspect)), ("a", Some(Bad))]);
}

async fn a_proof_is_kept_once_and_of_what_was_received(place: Place) {
    let store = place.open().await;
    let (srv, inspector) = inspected(&place, &store).await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    absent(verdicts::prove(&mut tx, &srv, &proof('c'), &inspector).await);
    let first = verdicts::prove(&mut tx, &srv, &proof('a'), &inspector).await.unwrap();
    // Told again after a lost answer.
    let again = verdicts::prove(&mut tx, &srv, &proof('a'), &inspector).await.unwrap();
    assert_eq!([first, again], [Said::Counts, Said::Known]);
    verdicts::prove(&mut tx, &srv, &proof('b'), &inspector).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(newest_entry(&store, "59273").await.kind, "vault_backup_proven");
    let mut conn = store.read().await.unwrap();
    let all = verdicts::proofs(&mut conn, &scope("59273"), &srv.id, 9).await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(all.iter().any(|one| one.proof == proof('a')));
    assert_eq!(verdicts::proofs(&mut conn, &scope("59273"), &srv.id, 1).await.unwrap().len(), 1);
}
