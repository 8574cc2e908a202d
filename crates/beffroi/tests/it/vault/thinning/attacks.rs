//! What somebody tries who has stolen a credential, a password or an account, or holds the key and
//! lies.

use std::fs;

use beffroi_backup::{Access, Id, check::check, thin::Keeper};
use beffroi_registry::accounts as people;
use beffroi_store::{
    accounts,
    vault::{
        self,
        thinnings::{Agreement, Thinning},
    },
};
use beffroi_town::{
    AccountId, Role,
    vault::{
        thinning::{NoConsent, Offer, Plan, Step},
        verdict::{CredentialKind, Judgement, Verdict},
    },
};

use super::{
    super::{Client, PASSWORD, attacks::curl, contents, files, sha256},
    yard::{BY, DAY, Yard, scope, town},
};

fn post(yard: &Yard, address: &str, path: &str, body: &[u8]) -> String {
    let folder = yard.server.folder.clone();
    let client = Client { repository: address.to_owned(), folder };
    curl(&client, "POST", path, body)
}

#[test]
fn a_server_s_credential_and_password_thin_nothing() {
    let yard = Yard::new();
    let access = Access::new(&yard.server.repository, PASSWORD, None).unwrap();
    let server = Keeper::new(&access).unwrap();
    assert!(server.offer().is_err());
    let plan = serde_json::to_vec(&Yard::plan(&yard.keeper()).plan).unwrap();
    for path in ["thinning", "thinning/0190-ab", "checks"] {
        assert_eq!(post(&yard, &yard.server.repository, path, &plan), "403", "{path}");
    }
    let inspector = yard.credential(CredentialKind::Inspector);
    assert_eq!(post(&yard, &inspector, "thinning", &plan), "403");
    assert_eq!(yard.thinnings(), []);
    assert!(
        yard.alarms().iter().all(|one| one.starts_with("vault_tampered")),
        "{:?}",
        yard.alarms()
    );
    yard.is_whole(&[0, 1, 2, 3]);
}

#[test]
fn a_keeper_s_credential_sends_index_objects_alone_and_deletes_nothing() {
    let yard = Yard::new();
    let keeper = yard.credential(CredentialKind::Keeper);
    for kind in ["data", "snapshots", "keys", "locks"] {
        let name = sha256(&yard.server, b"x");
        assert_eq!(post(&yard, &keeper, &format!("{kind}/{name}"), b"x"), "403", "{kind}");
    }
    assert_eq!(post(&yard, &keeper, "config", b"x"), "403");
    let client = Client { repository: keeper, folder: yard.server.folder.clone() };
    for kind in ["data", "index", "snapshots", "keys"] {
        for name in contents(&yard.shelf().join(kind)).into_keys() {
            let name = name.file_name().unwrap().to_str().unwrap().to_owned();
            assert_eq!(curl(&client, "DELETE", &format!("{kind}/{name}"), b""), "403");
        }
    }
    yard.is_whole(&[0, 1, 2, 3]);
}

#[test]
fn forged_times_and_a_flood_change_nothing_of_what_may_go() {
    let mut yard = Yard::new();
    let before = yard.keeper().offer().unwrap();
    let may_go = |offer: &Offer| {
        let go = offer.snapshots.iter().filter(|one| one.standing.may_go());
        go.map(|one| one.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(may_go(&before).len(), 2);
    // Three ruined ones with times of the future and of the past.
    for time in ["2033-01-01 00:00:00", "1999-01-01 00:00:00", "2024-04-25 00:00:00"] {
        fs::write(yard.share().join("new.odt"), time).unwrap();
        yard.server.backup(&yard.share(), &["--time", time]);
    }
    let after = yard.keeper().offer().unwrap();
    // By their receipt they are the newest, and the good ones before them can be dropped once: by two
    // people, after days; a judged one cannot at all.
    assert_eq!(may_go(&after)[..2], may_go(&before));
    assert!(after.snapshots[4..].iter().all(|one| !one.standing.may_go()));
    let good = yard.snapshots[3].clone();
    let judged = after.snapshots.iter().find(|one| one.name.starts_with(&good)).unwrap();
    yard.runtime.block_on(async {
        let mut tx = yard.store.begin(&[town()], &BY, yard.now()).await.unwrap();
        let srv = vault::get(tx.conn(), &scope(), "srv").await.unwrap().unwrap();
        let clean = Judgement {
            snapshot: judged.name.clone(),
            verdict: Verdict::Clean,
            reasons: Vec::new(),
        };
        vault::verdicts::say(&mut tx, &srv, &clean, None).await.unwrap();
        tx.commit().await.unwrap();
    });
    yard.pass(300 * DAY);
    assert!(!may_go(&yard.keeper().offer().unwrap()).contains(&judged.name));
    files(&yard.share(), 40, 3);
    yard.snapshots.truncate(4);
    yard.is_whole(&[0, 1, 2, 3]);
}

#[test]
fn a_plan_that_the_rules_do_not_allow_is_refused_in_words() {
    let mut yard = Yard::new();
    let keeper = yard.keeper();
    let address = yard.credential(CredentialKind::Keeper);
    let good = Yard::plan(&keeper).plan;
    let names = |kind: &str| -> Vec<String> {
        let all = contents(&yard.shelf().join(kind)).into_keys();
        all.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let send = |plan: &Plan| {
        let mut plan = plan.clone();
        plan.sort();
        post(&yard, &address, "thinning", &serde_json::to_vec(&plan).unwrap())
    };
    // A protected snapshot; one, a pack, an index that is not there; a new index that is none.
    assert_eq!(send(&Plan { snapshots: names("snapshots"), ..good.clone() }), "409");
    let nowhere = vec!["a".repeat(64)];
    assert_eq!(send(&Plan { snapshots: nowhere.clone(), ..good.clone() }), "409");
    assert_eq!(send(&Plan { packs: nowhere.clone(), ..good.clone() }), "409");
    assert_eq!(send(&Plan { index: nowhere.clone(), ..good.clone() }), "409");
    assert_eq!(send(&Plan { new_index: nowhere, ..good.clone() }), "409");
    assert_eq!(send(&Plan { new_index: names("index"), ..Plan::default() }), "422");
    for bad in [
        &b""[..],
        b"{}",
        b"[]",
        b"{\"snapshots\":[\"../x\"],\"index\":[],\"packs\":[],\"new_index\":[]}",
    ] {
        assert_eq!(post(&yard, &address, "thinning", bad), "422");
    }
    // A pack of today.
    let before: std::collections::BTreeSet<String> = names("data").into_iter().collect();
    files(&yard.share(), 40, 8);
    yard.save();
    let young = contents(&yard.shelf().join("data")).into_keys();
    let young = young.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    let young: Vec<String> = young.filter(|name| !before.contains(name)).collect();
    let plan = Plan { packs: young[..1].to_vec(), ..Plan::default() };
    let told = post(&yard, &address, "thinning", &serde_json::to_vec(&plan).unwrap());
    assert_eq!(told, "409");
    assert_eq!(yard.thinnings(), []);
    yard.is_whole(&[0, 1, 2, 3, 4]);
}

#[test]
fn one_person_alone_a_new_account_and_another_plan_are_refused() {
    let yard = Yard::new();
    let keeper = yard.keeper();
    Yard::propose(&keeper);
    let thinning = yard.thinnings().remove(0);
    let no = |who: &AccountId, why: NoConsent| {
        assert_eq!(yard.agree(who, &thinning), Agreement::No(why));
    };
    // An operator that an operator's stolen session just made; a director promoted just now.
    let now = yard.now();
    let new = |name, role| {
        let person = people::NewPerson { name, role };
        let added = async { people::add(&yard.store, &BY, now, &scope(), &person).await.unwrap() };
        yard.runtime.block_on(added).account
    };
    let until = now.plus_ms(14 * DAY);
    no(&new("Mallory", Role::Operator), NoConsent::Young { until });
    no(&new("Zoé", Role::Technician), NoConsent::Role);
    // The director's ways in are reset: whoever did that waits as well.
    yard.runtime.block_on(async {
        people::reset_codes(&yard.store, &BY, now, &scope(), &yard.director).await.unwrap();
    });
    no(&yard.director, NoConsent::Young { until });
    let other = Thinning { plan_hash: "0".repeat(64), ..thinning.clone() };
    assert_eq!(yard.agree(&yard.operator, &other), Agreement::Changed);
    assert_eq!(yard.agree(&yard.operator, &thinning), Agreement::Counts(Step::Proposed));
    no(&yard.operator, NoConsent::Already);
    // Made a director of the town, the operator is young; later, still the same person.
    yard.runtime.block_on(async {
        let mut tx = yard.store.begin(&[town()], &BY, now).await.unwrap();
        accounts::set_role(&mut tx, &town(), &yard.operator, Role::Director, None).await.unwrap();
        tx.commit().await.unwrap();
    });
    no(&yard.operator, NoConsent::Young { until });
    yard.pass(15 * DAY);
    no(&yard.operator, NoConsent::SamePerson);
    assert!(Yard::carry_out(&keeper).unwrap_err().to_string().contains("two people"));
    // The director, settled again, makes it two; not before its time, and either calls it off.
    assert_eq!(yard.agree(&yard.director, &thinning), Agreement::Counts(Step::Agreed));
    yard.pass(3 * DAY - 1);
    assert!(
        Yard::carry_out(&keeper).unwrap_err().to_string().contains("may not be carried out yet")
    );
    assert_eq!(yard.plans_left(), 1);
    yard.cancel(&thinning.id);
    assert_eq!(yard.plans_left(), 0);
    yard.pass(DAY);
    assert!(keeper.offer().unwrap().standing.is_none());
    let plan = Yard::plan(&keeper).plan;
    assert!(keeper.carry_out(&thinning.id, &plan).is_err());
    assert_eq!(yard.has(), [true; 4]);
    yard.is_whole(&[0, 1, 2, 3]);
}

#[test]
fn what_came_meanwhile_makes_a_plan_void_unless_it_is_looked_at() {
    let mut yard = Yard::new();
    let keeper = yard.keeper();
    Yard::propose(&keeper);
    let thinning = yard.both_agree();
    // The files of the second backup are back on the server, and saved once more: what the plan drops
    // is needed again.
    for (path, content) in contents(&yard.kept[1]) {
        fs::write(yard.share().join(path), content).unwrap();
    }
    yard.save();
    let told = Yard::carry_out(&keeper).unwrap_err().to_string();
    assert!(told.contains("needs what the plan drops"), "{told}");
    // A keeper that does not look is not believed either: a snapshot came that it did not see.
    let names: Vec<String> = contents(&yard.shelf().join("index"))
        .into_keys()
        .map(|name| name.to_str().unwrap().to_owned())
        .collect();
    let seen = serde_json::json!({ "snapshots": ["a".repeat(64)], "index": names });
    let address = yard.credential(CredentialKind::Keeper);
    let path = format!("thinning/{}", thinning.id);
    assert_eq!(post(&yard, &address, &path, seen.to_string().as_bytes()), "409");
    // While a lock is young a backup may be under way.
    yard.is_whole(&[0, 1, 2, 3, 4]);
    yard.cancel(&thinning.id);
    yard.pass(10 * DAY);
    Yard::propose(&keeper);
    yard.both_agree();
    let name = sha256(&yard.server, b"lock");
    assert_eq!(post(&yard, &yard.server.repository, &format!("locks/{name}"), b"lock"), "200");
    let told = Yard::carry_out(&keeper).unwrap_err().to_string();
    assert!(told.contains("backup may be under way"), "{told}");
    yard.pass(31 * 60_000);
    Yard::carry_out(&keeper).unwrap();
    yard.is_whole(&[3, 4]);
}

#[test]
fn a_keeper_that_lies_is_found_out_before_the_trash_is_emptied() {
    let yard = Yard::new();
    let keeper = yard.keeper();
    // Its own index, and packs that the newest backup needs.
    let mut proposal = Yard::plan(&keeper);
    let mut all: Vec<(usize, String)> = contents(&yard.shelf().join("data"))
        .into_iter()
        .map(|(path, pack)| (pack.len(), path.file_name().unwrap().to_str().unwrap().to_owned()))
        .filter(|(_, name)| !proposal.plan.packs.contains(name))
        .collect();
    // The largest holds contents, and no folders.
    all.sort();
    let needed: Vec<String> = all.pop().into_iter().map(|(_, name)| name).collect();
    assert!(Id::parse(&needed[0]).is_some());
    proposal.plan.packs.extend(needed);
    proposal.plan.sort();
    keeper.propose(&proposal).unwrap();
    let thinning = yard.both_agree();
    // An honest client would refuse to go on; this one says that it saw everything.
    assert!(Yard::carry_out(&keeper).unwrap_err().to_string().contains("needs what"));
    let names = |kind: &str| -> Vec<String> {
        let all = contents(&yard.shelf().join(kind)).into_keys();
        all.map(|name| name.to_str().unwrap().to_owned()).collect()
    };
    let seen = serde_json::json!({ "snapshots": names("snapshots"), "index": names("index") });
    let liar = yard.credential(CredentialKind::Keeper);
    let path = format!("thinning/{}", thinning.id);
    assert_eq!(post(&yard, &liar, &path, seen.to_string().as_bytes()), "200");
    assert_eq!(yard.thinnings()[0].step, Step::Trashed);
    // Its own word that all is well does not empty the trash; an inspector's look says what is lost.
    yard.pass(31 * DAY);
    let found = check(&yard.access(CredentialKind::Inspector), false).unwrap();
    assert!(!found.is_whole() && !found.lost.is_empty(), "{found:?}");
    let told = yard.empty(&thinning.id).unwrap_err();
    assert!(told.contains("checked the repository"), "{told}");
    assert!(!yard.look_through(CredentialKind::Inspector));
    assert!(yard.empty(&thinning.id).unwrap_err().contains("missing or damaged"));
    assert!(yard.alarms().iter().any(|one| one.starts_with("vault_damaged")));
    // Nothing is lost.
    yard.undo(&thinning.id);
    yard.is_whole(&[0, 1, 2, 3]);
    assert!(yard.look_through(CredentialKind::Inspector));
}
