//! Thinnings step by step, who may agree, and what their receipts say meanwhile.

use beffroi_store::{
    Store, accounts,
    vault::{
        self, Repository,
        objects::{self, Receipt},
        thinnings::{self, Agreement, NewThinning},
    },
};
use beffroi_town::{
    AccountId, Instant, Role,
    vault::{
        ObjectKind, counted,
        thinning::{Checked, NoConsent, Plan, SETTLED_MS, Step},
        verdict::CredentialKind,
    },
};

use super::{absent, begin, newest_entry, refused, vault::new_repository};
use crate::world::{ACTOR, Place, code, codes, found, on_both, scope};

on_both!(
    a_thinning_goes_step_by_step_and_back,
    what_is_emptied_is_no_longer_counted,
    whoever_agrees_has_been_as_it_is_for_a_while,
    a_change_of_role_or_ways_in_is_dated,
);

const WAIT: i64 = 3_600_000;

fn name(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// A plan that drops one snapshot, one index object and one pack.
pub(crate) fn plan() -> Plan {
    let [snapshots, index, packs] = ['a', 'b', 'c'].map(|digit| vec![name(digit)]);
    Plan { snapshots, index, packs, new_index: vec![name('d')] }
}

/// A repository with those objects, and a keeper's credential.
pub(crate) async fn thinnable(place: &Place, store: &Store, town: &str) -> (Repository, String) {
    let tenant = code(town);
    let mut tx = store.begin(&codes([town]), &ACTOR, place.now()).await.unwrap();
    let id = vault::add(&mut tx, &tenant, &new_repository("thin")).await.unwrap();
    let keeper =
        vault::issue_for(&mut tx, &tenant, ("thin", CredentialKind::Keeper)).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    let kinds = [
        (ObjectKind::Snapshots, 'a'),
        (ObjectKind::Index, 'b'),
        (ObjectKind::Data, 'c'),
        (ObjectKind::Index, 'd'),
        (ObjectKind::Data, 'e'),
    ];
    for (kind, digit) in kinds {
        let one = Receipt {
            kind,
            name: name(digit),
            bytes: if digit == 'c' { 0 } else { 5_000 },
            received_at: place.now(),
            credential: None,
            damaged_at: None,
            thinning: None,
        };
        objects::received(&mut book, &id, &one).await.unwrap();
    }
    book.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    (vault::get(&mut conn, &scope(town), "thin").await.unwrap().unwrap(), keeper.id)
}

pub(crate) fn new(credential: &str) -> NewThinning<'_> {
    NewThinning {
        credential,
        plan_hash: "hash",
        snapshots: 1,
        span: Some((Instant::from_ms(1), Instant::from_ms(2))),
        objects: 3,
        bytes: 20_480,
    }
}

async fn account(place: &Place, store: &Store, name: &str, role: Role) -> AccountId {
    let tenant = code("59273");
    let mut tx = begin(place, store, &["59273"]).await;
    let new = accounts::NewAccount { tenant: &tenant, name, role, incident: None };
    let id = accounts::create(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// One that both have agreed to, and whose time has come: the moment, and its identifier.
async fn agreed(
    place: &Place,
    store: &Store,
    repository: &Repository,
    keeper: &str,
) -> (Instant, String) {
    let (one, two) = (
        account(place, store, "Direction", Role::Director).await,
        account(place, store, "Opérateur", Role::Operator).await,
    );
    let at = place.now().plus_ms(2 * SETTLED_MS);
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, at).await.unwrap();
    let id = thinnings::propose(&mut tx, repository, &new(keeper)).await.unwrap();
    for (who, step) in [(&one, Step::Proposed), (&two, Step::Agreed)] {
        let home = (&repository.tenant, who);
        let said = thinnings::agree(&mut tx, repository, (&id, "hash"), home, WAIT).await.unwrap();
        assert_eq!(said, Agreement::Counts(step));
    }
    tx.commit().await.unwrap();
    (at.plus_ms(WAIT), id)
}

async fn a_thinning_goes_step_by_step_and_back(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (srv, keeper) = thinnable(&place, &store, "59273").await;
    let (at, id) = agreed(&place, &store, &srv, &keeper).await;
    let mine = scope("59273");
    let mut early = store.begin(&codes(["59273"]), &ACTOR, at.plus_ms(-1)).await.unwrap();
    refused(thinnings::propose(&mut early, &srv, &new(&keeper)).await);
    refused(thinnings::begin(&mut early, &srv, &id, &plan()).await);
    refused(thinnings::undo(&mut early, &srv, &id).await);
    absent(thinnings::cancel(&mut early, &srv, "nowhere").await);
    drop(early);
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, at).await.unwrap();
    thinnings::begin(&mut tx, &srv, &id, &plan()).await.unwrap();
    refused(thinnings::begin(&mut tx, &srv, &id, &plan()).await);
    refused(thinnings::cancel(&mut tx, &srv, &id).await);
    refused(thinnings::empty(&mut tx, &srv, &id).await);
    thinnings::trashed(&mut tx, &srv, &id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(newest_entry(&store, "59273").await.kind, "vault_thinning_trashed");
    let mut conn = store.read().await.unwrap();
    let kept = thinnings::get(&mut conn, &mine, &id).await.unwrap().unwrap();
    assert_eq!((kept.step, kept.moved_at, kept.over_at), (Step::Trashed, Some(at), None));
    assert_eq!(kept.span, new(&keeper).span);
    let pack = (ObjectKind::Data, name('c'));
    let receipt =
        objects::get(&mut conn, &mine, &srv.id, (pack.0, &pack.1)).await.unwrap().unwrap();
    assert_eq!(receipt.thinning.as_ref(), Some(&id));
    let ever = (ObjectKind::Data, Instant::default());
    assert_eq!(objects::young(&mut conn, &mine, &srv.id, ever).await.unwrap(), [name('e')]);
    let used = objects::used(&mut conn, &mine, &srv.id).await.unwrap();
    assert_eq!(used.objects, 5, "the trash counts");
    drop(conn);
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, at).await.unwrap();
    thinnings::undo(&mut tx, &srv, &id).await.unwrap();
    refused(thinnings::undo(&mut tx, &srv, &id).await);
    thinnings::restored(&mut tx, &srv, &id).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let receipt =
        objects::get(&mut conn, &mine, &srv.id, (pack.0, &pack.1)).await.unwrap().unwrap();
    assert_eq!(receipt.thinning, None);
    let all = beffroi_store::OperatorScope::for_operator();
    assert_eq!(thinnings::open(&mut conn, &all).await.unwrap(), []);
    assert_eq!(thinnings::standing(&mut conn, &mine, &srv.id).await.unwrap(), []);
    assert_eq!(thinnings::list(&mut conn, &mine, 9).await.unwrap()[0].step, Step::Undone);
}

async fn what_is_emptied_is_no_longer_counted(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (srv, keeper) = thinnable(&place, &store, "59273").await;
    let (at, id) = agreed(&place, &store, &srv, &keeper).await;
    let mine = scope("59273");
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, at).await.unwrap();
    thinnings::begin(&mut tx, &srv, &id, &plan()).await.unwrap();
    thinnings::trashed(&mut tx, &srv, &id).await.unwrap();
    let found = Checked { snapshots: vec![name('x')], read_data: true, faults: 0 };
    thinnings::checked(&mut tx, &srv, &keeper, &found).await.unwrap();
    thinnings::empty(&mut tx, &srv, &id).await.unwrap();
    refused(thinnings::undo(&mut tx, &srv, &id).await);
    let freed = thinnings::emptied(&mut tx, &srv, &id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(freed, 2 * counted(5_000) + counted(0));
    let mut conn = store.read().await.unwrap();
    let used = objects::used(&mut conn, &mine, &srv.id).await.unwrap();
    assert_eq!((used.objects, used.bytes), (2, 2 * counted(5_000)));
    let gone = name('c');
    let receipt = objects::get(&mut conn, &mine, &srv.id, (ObjectKind::Data, &gone)).await.unwrap();
    assert_eq!(receipt, None);
    let checks = thinnings::checks(&mut conn, &mine, &srv.id, 9).await.unwrap();
    assert_eq!(checks.len(), 1);
    assert_eq!((checks[0].snapshots, checks[0].read_data, checks[0].faults), (1, true, 0));
}

async fn whoever_agrees_has_been_as_it_is_for_a_while(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let (srv, keeper) = thinnable(&place, &store, "59273").await;
    let one = account(&place, &store, "Direction", Role::Director).await;
    let clerk = account(&place, &store, "Accueil", Role::Clerk).await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    let id = thinnings::propose(&mut tx, &srv, &new(&keeper)).await.unwrap();
    let (town, other) = (code("59273"), code("62473"));
    let until = tx.at();
    let said = thinnings::agree(&mut tx, &srv, (&id, "hash"), (&town, &one), WAIT).await.unwrap();
    assert!(matches!(said, Agreement::No(NoConsent::Young { until: at }) if at > until));
    tx.commit().await.unwrap();
    let later = place.now().plus_ms(SETTLED_MS);
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, later).await.unwrap();
    let plan = (id.as_str(), "hash");
    // Looked for where it does not belong, it is not there.
    absent(thinnings::agree(&mut tx, &srv, plan, (&other, &one), WAIT).await);
    let said = thinnings::agree(&mut tx, &srv, plan, (&town, &clerk), WAIT).await.unwrap();
    assert_eq!(said, Agreement::No(NoConsent::Role));
    let said = thinnings::agree(&mut tx, &srv, (&id, "other"), (&town, &one), WAIT).await.unwrap();
    assert_eq!(said, Agreement::Changed);
    let said = thinnings::agree(&mut tx, &srv, plan, (&town, &one), WAIT).await.unwrap();
    assert_eq!(said, Agreement::Counts(Step::Proposed));
    let said = thinnings::agree(&mut tx, &srv, plan, (&town, &one), WAIT).await.unwrap();
    assert_eq!(said, Agreement::No(NoConsent::Already));
    thinnings::cancel(&mut tx, &srv, &id).await.unwrap();
    let said = thinnings::agree(&mut tx, &srv, plan, (&town, &one), WAIT).await.unwrap();
    assert_eq!(said, Agreement::Changed);
    thinnings::propose(&mut tx, &srv, &new(&keeper)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_change_of_role_or_ways_in_is_dated(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let id = account(&place, &store, "Direction", Role::Director).await;
    let (town, mine) = (code("59273"), scope("59273"));
    let settled = async || {
        let mut conn = store.read().await.unwrap();
        let one = accounts::get(&mut conn, &mine, &id).await.unwrap().unwrap();
        (one.ways_changed_at, one.settled_since())
    };
    let (never, made) = settled().await;
    assert_eq!(never, None);
    let mut last = made;
    for step in 0..5 {
        let mut tx = begin(&place, &store, &["59273"]).await;
        let at = tx.at();
        match step {
            0 => accounts::set_password(&mut tx, &town, &id, Some("v")).await.unwrap(),
            1 => accounts::set_totp(&mut tx, &town, &id, None).await.unwrap(),
            2 => accounts::set_codes(&mut tx, &town, &id, &["A".into()]).await.unwrap(),
            3 => accounts::set_role(&mut tx, &town, &id, Role::Clerk, None).await.unwrap(),
            _ => {
                accounts::disable(&mut tx, &town, &id).await.unwrap();
                accounts::enable(&mut tx, &town, &id).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        assert_eq!(settled().await, (Some(at), at), "{step}");
        assert!(at > last, "{step}");
        last = at;
    }
    // A code that is used up is no new way in.
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert!(accounts::use_code(&mut tx, &town, &id, "A").await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(settled().await.1, last);
}
