//! Each fact judged, and a sentence for each judgement.

use std::{collections::BTreeSet, path::PathBuf};

use beffroi_store::rounds;
use beffroi_town::{
    Instant, Lang,
    finding::Severity,
    vault::verdict::Verdict,
    watch::{Letter, Mode},
};
use beffroi_words::{Words, Zone, speech};
use serde_json::json;

use super::{facts::*, *};

const NOW: i64 = 1_800_000_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn at(ms: i64) -> Instant {
    Instant::from_ms(NOW + ms)
}

/// How a round goes; neither done nor failing: it was never tried.
fn round(done: Option<i64>, failing: Option<i64>) -> Round {
    done.or(failing)?;
    Some(rounds::Round {
        name: "x".to_owned(),
        tried_at: at(0),
        done_at: done.map(at),
        failing_since: failing.map(at),
        failure: failing.map(|_| "no route".to_owned()),
        detail: json!({}),
    })
}

fn guard(name: &str) -> GuardFacts {
    GuardFacts {
        name: name.to_owned(),
        heard_at: Some(at(-1_000)),
        ahead_ms: Some(10),
        mode: Some(Mode::Protect),
        letter: Letter::B,
        leaves_a_gap: false,
        revoked: false,
    }
}

fn town(able: u32) -> Town {
    Town { name: format!("Ville {able}"), able }
}

fn disk(bytes: Option<(u64, u64)>, names: Option<(u64, u64)>, is_network: bool) -> Disk {
    Disk { folder: PathBuf::from("/d"), bytes, names, is_network, holds_data: true }
}

fn kept(name: &str) -> VaultServer {
    VaultServer {
        name: name.to_owned(),
        ever: true,
        silent: false,
        damaged: false,
        part: 40,
        trash: None,
        trust: TRUSTED,
    }
}

const TRUSTED: Trust = Trust { judged: true, doubt: None, proven: true };

/// One whose backups can be counted on as far as that.
fn trusted(trust: Trust) -> VaultServer {
    VaultServer { trust, ..kept("s") }
}

/// A vault with this one server.
fn vault_of(one: VaultServer) -> VaultFacts {
    VaultFacts { servers: Some(vec![one]), same_disk: Some(false) }
}

/// Everything as it should be.
fn well() -> Facts {
    Facts {
        now: at(0),
        clock_follows: Some(true),
        disks: vec![disk(Some((90_000_000_000, 100_000_000_000)), Some((9, 10)), false)],
        closed: None,
        complaints: Some(vec![]),
        journals: Journals {
            verified: 2,
            all: 2,
            newest_at: Some(at(-1_000)),
            ..Journals::default()
        },
        master_key: MasterKey { mode: Some(0o100_600), beside_backups: vec![] },
        certificates: vec![Certificate { file: "c".into(), ends_at: Some(at(60 * DAY)) }],
        door: Door {
            is_loopback: false,
            has_tls: true,
            public_url: Some("https://x.fr".to_owned()),
            leads_to: Some(vec!["198.51.100.7".parse().unwrap()]),
        },
        copies: Copies {
            folder: Some("b".into()),
            every_hours: Some(24),
            pushed_to: Some("u@h:/b".to_owned()),
            same_disk: Some(true),
            newest: Some(Newest { file: "b/x".into(), sealed: true }),
        },
        rounds: Rounds {
            backup: round(Some(-HOUR), None),
            backup_copy: round(Some(-HOUR), None),
            mirror: round(Some(-HOUR), None),
            beat: round(Some(-HOUR), None),
            rehearsal: round(Some(-DAY), None),
        },
        mirror_wanted: true,
        towns: Some(vec![town(2), town(3)]),
        nobody_on_call: Some(vec![]),
        unanswered_tests: vec![],
        envelopes: Some(Envelopes::default()),
        given_up: Some(0),
        guards: Some(vec![guard("srv")]),
        place: Place {
            joined: Some(vec![]),
            virtual_machine: Some(String::new()),
            hypervisors: vec!["Hyperviseur VMware".to_owned()],
            resolvers: Some(vec!["198.51.100.53".parse().unwrap()]),
        },
        vault: Some(VaultFacts { servers: Some(vec![kept("srv")]), same_disk: Some(false) }),
    }
}

fn changed(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = well();
    change(&mut facts);
    facts
}

/// Facts that differ in one thing, with what must be found.
type Case = (Facts, Severity, &'static str);

macro_rules! cases {
    ($($severity:ident $code:literal: |$f:ident| $change:expr;)+) => {
        vec![$((changed(|$f| { $change; }), Severity::$severity, $code)),+]
    };
}

fn cases() -> Vec<Case> {
    [machine_cases(), keeping_cases(), people_cases(), place_cases(), vault_cases()]
        .into_iter()
        .flatten()
        .collect()
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

fn machine_cases() -> Vec<Case> {
    cases! {
        Broken "clock-backwards": |f| f.journals.newest_at = Some(at(HOUR));
        Risky "clock-differs": |f| f.guards = Some(vec![GuardFacts { ahead_ms: Some(-HOUR), ..guard("g") }]);
        Risky "clock-alone": |f| f.clock_follows = Some(false);
        CannotTell "clock-unknown": |f| f.clock_follows = None;
        CannotTell "disk-unknown": |f| f.disks = vec![disk(None, None, false)];
        Broken "disk-full": |f| f.disks = vec![disk(Some((100_000_000, 4_000_000_000)), None, false)];
        Broken "disk-full": |f| f.disks = vec![disk(Some((10_000_000_000, 4_000_000_000_000)), None, false)];
        Risky "disk-short": |f| f.disks = vec![disk(Some((1_000_000_000, 4_000_000_000)), None, false)];
        Broken "disk-names": |f| f.disks = vec![disk(Some((9, 10)), Some((4, 100)), false)];
        Broken "disk-network": |f| f.disks = vec![disk(Some((9, 10)), Some((0, 0)), true)];
        Broken "database-closed": |f| f.closed = Some("locked".to_owned());
        CannotTell "database-unknown": |f| f.complaints = None;
        Broken "database-damaged": |f| f.complaints = Some(texts(&["page 3"]));
        CannotTell "journal-none": |f| f.journals = Journals::default();
        Broken "journal-broken": |f| f.journals.broken = texts(&["59273: line 3"]);
        Broken "journal-rolled-back": |f| f.journals.rolled_back = texts(&["59273"]);
        CannotTell "key-unknown": |f| f.master_key.mode = None;
        Broken "key-open": |f| f.master_key.mode = Some(0o100_640);
        Broken "key-beside": |f| f.master_key.beside_backups = vec!["b/master.key".into()];
    }
}

fn keeping_cases() -> Vec<Case> {
    cases! {
        Broken "certificate-unreadable": |f| f.certificates = vec![Certificate { file: "c".into(), ends_at: None }];
        Broken "certificate-past": |f| f.certificates = vec![Certificate { file: "c".into(), ends_at: Some(at(-1)) }];
        Risky "certificate-soon": |f| f.certificates = vec![Certificate { file: "c".into(), ends_at: Some(at(DAY)) }];
        Broken "door-clear": |f| f.door.has_tls = false;
        Broken "door-clear": |f| f.door.public_url = Some("http://x.fr".to_owned());
        Risky "door-loopback": |f| (f.door.has_tls, f.door.is_loopback) = (false, true);
        Broken "backup-failing": |f| f.rounds.backup = round(Some(-HOUR), Some(-HOUR));
        Risky "backup-none": |f| (f.copies.folder, f.rounds.backup) = (None, None);
        Broken "backup-never": |f| f.rounds.backup = round(None, Some(-HOUR));
        Broken "backup-old": |f| f.rounds.backup = round(Some(-3 * DAY), None);
        Broken "backup-old": |f| (f.copies.every_hours, f.rounds.backup) = (None, round(Some(-8 * DAY), None));
        Risky "backup-by-hand": |f| f.copies.every_hours = None;
        Broken "backup-unsealed": |f| f.copies.newest = Some(Newest { file: "x".into(), sealed: false });
        Broken "backup-copy-failing": |f| f.rounds.backup_copy = round(Some(-DAY), Some(-HOUR));
        Risky "backup-not-copied": |f| f.rounds.backup_copy = None;
        Risky "backup-same-disk": |f| f.copies.pushed_to = None;
        Risky "backup-other-disk": |f| (f.copies.pushed_to, f.copies.same_disk) = (None, Some(false));
        CannotTell "backup-disk-unknown": |f| (f.copies.pushed_to, f.copies.same_disk) = (None, None);
        Risky "rehearsal-never": |f| f.rounds.rehearsal = None;
        Risky "rehearsal-old": |f| f.rounds.rehearsal = round(Some(-181 * DAY), None);
        Risky "mirror-none": |f| f.mirror_wanted = false;
        Broken "mirror-failing": |f| f.rounds.mirror = round(Some(-HOUR), Some(-HOUR));
        Broken "mirror-never": |f| f.rounds.mirror = None;
        Broken "mirror-old": |f| f.rounds.mirror = round(Some(-3 * HOUR), None);
    }
}

fn people_cases() -> Vec<Case> {
    cases! {
        CannotTell "accounts-unknown": |f| f.towns = None;
        Risky "towns-none": |f| f.towns = Some(vec![]);
        Broken "accounts-nobody": |f| f.towns = Some(vec![town(0), town(2)]);
        Risky "accounts-alone": |f| f.towns = Some(vec![town(1), town(2)]);
        CannotTell "oncall-unknown": |f| f.nobody_on_call = None;
        Risky "oncall-test": |f| f.unanswered_tests = texts(&["a"]);
        Risky "beat-none": |f| f.rounds.beat = None;
        Broken "beat-failing": |f| f.rounds.beat = round(Some(-DAY), Some(-HOUR));
        Broken "oncall-nobody": |f| f.nobody_on_call = Some(texts(&["a", "b", "c", "d", "e"]));
        CannotTell "envelope-unknown": |f| f.envelopes = None;
        Risky "envelope-missing": |f| f.envelopes = Some(Envelopes { missing: texts(&["a"]), stale: vec![] });
        Risky "envelope-stale": |f| f.envelopes = Some(Envelopes { missing: vec![], stale: texts(&["a"]) });
        CannotTell "outbox-unknown": |f| f.given_up = None;
        Risky "outbox-given-up": |f| f.given_up = Some(3);
        CannotTell "guards-unknown": |f| f.guards = None;
        Broken "guards-silent": |f| f.guards = Some(vec![GuardFacts { heard_at: None, ..guard("g") }]);
        Broken "guards-silent": |f| f.guards = Some(vec![GuardFacts { heard_at: Some(at(-61_000)), ..guard("g") }]);
        Risky "guards-observe": |f| f.guards = Some(vec![GuardFacts { mode: Some(Mode::Observe), ..guard("g") }]);
        Risky "guards-level": |f| f.guards = Some(vec![GuardFacts { letter: Letter::C, ..guard("g") }]);
        Risky "guards-gap": |f| f.guards = Some(vec![guard("a"), GuardFacts { revoked: true, leaves_a_gap: true, ..guard("g") }]);
        Risky "guards-none": |f| f.guards = Some(vec![]);
        Ok "guards-ok": |f| f.given_up = Some(0);
    }
}

fn place_cases() -> Vec<Case> {
    cases! {
        CannotTell "joined-unknown": |f| f.place.joined = None;
        Broken "joined": |f| f.place.joined = Some(texts(&["/etc/krb5.keytab"]));
        CannotTell "hypervisor-unknown": |f| f.place.virtual_machine = None;
        Broken "hypervisor-same": |f| f.place.virtual_machine = Some("VMware, Inc. VMware Virtual Platform".to_owned());
        CannotTell "hypervisor-some": |f| f.place.virtual_machine = Some("QEMU Standard PC".to_owned());
        Risky "name-none": |f| f.door.public_url = None;
        Broken "name-nowhere": |f| f.door.leads_to = None;
        Risky "name-private": |f| f.door.leads_to = Some(vec!["192.168.1.2".parse().unwrap()]);
        CannotTell "resolver-unknown": |f| f.place.resolvers = None;
        Risky "resolver-private": |f| f.place.resolvers = Some(vec!["10.0.0.1".parse().unwrap()]);
        CannotTell "resolver-here": |f| f.place.resolvers = Some(vec!["127.0.0.53".parse().unwrap()]);
    }
}

fn vault_cases() -> Vec<Case> {
    cases! {
        Risky "vault-none": |f| f.vault = None;
        CannotTell "vault-unknown": |f| f.vault = Some(VaultFacts::default());
        Risky "vault-empty": |f| f.vault = Some(VaultFacts { servers: Some(vec![]), same_disk: None });
        Risky "vault-never": |f| f.vault = Some(vault_of(VaultServer { ever: false, ..kept("s") }));
        Broken "vault-never": |f| f.vault = Some(vault_of(VaultServer { ever: false, silent: true, ..kept("s") }));
        Broken "vault-silent": |f| f.vault = Some(vault_of(VaultServer { silent: true, ..kept("s") }));
        Broken "vault-damaged": |f| f.vault = Some(vault_of(VaultServer { damaged: true, ..kept("s") }));
        Broken "vault-bad": |f| f.vault = Some(vault_of(trusted(Trust { doubt: Some(Verdict::Bad), ..TRUSTED })));
        Risky "vault-suspect": |f| f.vault = Some(vault_of(trusted(Trust { doubt: Some(Verdict::Suspect), ..TRUSTED })));
        Risky "vault-unjudged": |f| f.vault = Some(vault_of(trusted(Trust { judged: false, ..TRUSTED })));
        Risky "vault-unproven": |f| f.vault = Some(vault_of(trusted(Trust { proven: false, ..TRUSTED })));
        Broken "vault-trash-lost": |f| f.vault = Some(vault_of(VaultServer { trash: Some(TrashWaits::Lost), ..kept("s") }));
        Broken "vault-trash-failed": |f| f.vault = Some(vault_of(VaultServer { trash: Some(TrashWaits::Failed), ..kept("s") }));
        Risky "vault-trash-unchecked": |f| f.vault = Some(vault_of(VaultServer { trash: Some(TrashWaits::Unchecked), ..kept("s") }));
        Risky "vault-filling": |f| f.vault = Some(vault_of(VaultServer { part: 80, ..kept("s") }));
        Broken "vault-filling": |f| f.vault = Some(vault_of(VaultServer { part: 95, ..kept("s") }));
        Risky "vault-same-disk": |f| f.vault = Some(VaultFacts { servers: Some(vec![kept("s")]), same_disk: Some(true) });
        Ok "vault-ok": |f| f.given_up = Some(0);
    }
}

#[test]
fn where_all_is_well_nothing_is_broken_and_every_check_speaks() {
    let found = examine(&well());
    let bad: Vec<&str> = found
        .findings
        .iter()
        .filter(|finding| finding.severity != Severity::Ok)
        .map(|finding| finding.code.as_str())
        .collect();
    assert_eq!(bad, Vec::<&str>::new());
    assert!(found.is_well() && found.findings.len() > 15, "{}", found.findings.len());
}

#[test]
fn each_fault_is_found_as_what_it_is() {
    for (facts, severity, code) in cases() {
        let found = examine(&facts);
        let mine = found.findings.iter().find(|finding| finding.code == code);
        let told = mine.unwrap_or_else(|| panic!("{code} is not found"));
        assert_eq!(told.severity, severity, "{code}");
        assert_eq!(found.is_well(), !found.findings.iter().any(|f| f.severity == Severity::Broken));
    }
}

#[test]
fn nothing_known_is_nothing_fine() {
    let found = examine(&Facts::default());
    for finding in &found.findings {
        assert_ne!(finding.severity, Severity::Ok, "{}", finding.code);
    }
}

#[test]
fn each_finding_has_its_sentence_and_each_sentence_its_finding() {
    let mut emitted = BTreeSet::new();
    let all = cases().into_iter().map(|(facts, ..)| facts).chain([well()]);
    for facts in all {
        for finding in examine(&facts).findings {
            for lang in Lang::ALL {
                let said = Words::of(lang).finding(&finding, &Zone::paris());
                assert!(!said.contains(['⟦', '{', '}']), "{said}");
            }
            emitted.insert(finding.code);
        }
    }
    let (_, text) = speech::sources(Lang::Fr).iter().find(|(area, _)| *area == "doctor").unwrap();
    let page = ["title", "text", "age", "not-yet", "page-stale"];
    for line in text.lines() {
        let key = line.strip_prefix("doctor-").and_then(|rest| rest.split_once(" ="));
        if let Some((code, _)) = key.filter(|(code, _)| !page.contains(code)) {
            assert!(emitted.contains(code), "nothing finds '{code}'");
        }
    }
}

#[test]
fn long_lists_are_cut_short() {
    let all: Vec<String> = (1..=6).map(|number| number.to_string()).collect();
    assert_eq!(names(&all), "1, 2, 3, 4… (+2)");
    assert_eq!(names(&all[..2]), "1, 2");
}
