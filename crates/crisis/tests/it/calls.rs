//! Somebody wakes up: lists, rings, escalations, answers; with a played gateway and clock.

use std::collections::BTreeMap;

use beffroi_crisis::{
    alarms,
    calls::{self, Answer, Message, Turn},
    oncall,
};
use beffroi_store::{
    alarms as kept_alarms,
    calls::{ASKED, RING, TURN, code::AnswerCode, tries},
    outbox, tenants,
};
use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmKind, AlarmState, ContactId, Instant, Lang,
    oncall::{Call, CallKind, CallState, Contact, ESCALATE_MS, Holidays, Hours, Way, Weekly},
};
use serde_json::json;

use crate::world::{ELEVEN, World, after, asset, id};

/// What the played gateways do with a channel.
type Gateways = BTreeMap<&'static str, Result<(), &'static str>>;

struct Bell {
    world: World,
    gateways: Gateways,
    sent: Vec<Message>,
}

fn somebody(name: &str, channels: &[&str]) -> Contact {
    Contact {
        id: ContactId::parse("unread").unwrap(),
        tenant: id("59273"),
        rank: 0,
        name: name.to_owned(),
        lang: Lang::Fr,
        for_operator: false,
        watch: vec![],
        holidays: Holidays::AsDays,
        quiet: None,
        ways: channels
            .iter()
            .map(|channel| Way { channel: (*channel).to_owned(), address: name.to_owned() })
            .collect(),
        escalate_ms: ESCALATE_MS,
        paused: false,
    }
}

impl Bell {
    async fn new() -> Self {
        let gateways = BTreeMap::from([("sms", Ok(())), ("down", Err("timed_out"))]);
        Self { world: World::new().await, gateways, sent: Vec::new() }
    }

    async fn list(&self, people: &[Contact]) -> Vec<ContactId> {
        let mut ids = Vec::new();
        for one in people {
            let deed = self.world.deed(&self.world.town, 0);
            ids.push(oncall::add(&deed, one).await.unwrap());
        }
        ids
    }

    async fn raise(&self, name: &str, kind: AlarmKind, at: Instant) {
        let alarm = Alarm {
            id: AlarmId::parse(name).unwrap(),
            tenant: id("59273"),
            kind,
            guard: None,
            // Each on a place of its own, so that none repeats another.
            asset: [("m", "mail"), ("n", "network"), ("h", "hypervisor")]
                .iter()
                .find(|(start, _)| name.starts_with(start))
                .map(|(_, code)| asset(code)),
            first_at: at,
            raised_at: at,
            received_at: at,
            repeats: 0,
            touched: 0,
            stopped_at: None,
            simulated: false,
            detail: json!({}),
            state: AlarmState::Open,
        };
        let tenants = [id("59273")];
        let mut tx = self.world.store.begin(&tenants, &Actor::Platform, at).await.unwrap();
        kept_alarms::raise(&mut tx, &alarm, 1).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What the platform's round does until nothing more is due; the names that were rung.
    async fn run(&mut self, at: Instant) -> Vec<String> {
        let before = self.sent.len();
        loop {
            let turn = Turn { store: &self.world.store, at, steady: at };
            let mut worked = false;
            for kind in [ASKED, TURN, RING] {
                let mut book = self.world.store.bookkeeping().await.unwrap();
                let work = outbox::claim(&mut book, kind, at, 50, 60_000).await.unwrap();
                book.commit().await.unwrap();
                for one in work {
                    worked = true;
                    match kind {
                        ASKED => calls::asked(&turn, &one).await.unwrap(),
                        TURN => calls::turned(&turn, &one).await.unwrap(),
                        _ => {
                            let url = "https://beffroi.example.fr";
                            if let Some(message) = calls::to_send(&turn, &one, url).await.unwrap() {
                                let outcome = self.gateways[message.channel.as_str()];
                                self.sent.push(message);
                                calls::sent(&turn, &one, ("http", outcome)).await.unwrap();
                            }
                        }
                    }
                }
            }
            if !worked {
                break;
            }
        }
        self.sent[before..].iter().map(|one| one.to.clone()).collect()
    }

    async fn calls(&self) -> Vec<Call> {
        let mut conn = self.world.store.read().await.unwrap();
        beffroi_store::calls::list(&mut conn, &self.world.town, 50).await.unwrap()
    }

    async fn written(&self, kind: &str) -> usize {
        self.world.written(&self.world.town, kind).await
    }

    fn last_code(&self) -> AnswerCode {
        AnswerCode::read(&self.sent.last().unwrap().code).unwrap()
    }

    async fn answer(&self, code: &AnswerCode, at: Instant) -> Answer {
        calls::answer(&self.world.store, at, code).await.unwrap().unwrap().1
    }
}

#[tokio::test]
async fn a_dead_gateway_escalates_at_once_and_the_second_answers() {
    let mut bell = Bell::new().await;
    let ids = bell.list(&[somebody("Alix", &["down"]), somebody("Dominique", &["sms"])]).await;
    bell.raise("m1", AlarmKind::FilesVanishing, after(0)).await;
    assert_eq!(bell.run(after(0)).await, ["Alix", "Dominique"]);
    let message = bell.sent.last().unwrap().clone();
    assert!(message.urgent && !message.test && message.text.contains("Gravelines"));
    assert!(message.link.ends_with(&message.code.replace('-', "")), "{}", message.link);
    let code = bell.last_code();
    assert_eq!(bell.answer(&code, after(1)).await, Answer::Taken);
    assert_eq!(bell.answer(&code, after(2)).await, Answer::AlreadyYours);
    let call = bell.calls().await.remove(0);
    assert_eq!(call.state, CallState::Acknowledged);
    assert_eq!(call.acknowledged.unwrap().by, Actor::Contact(ids[1].clone()));
    // Whoever had the message that failed may still hold its code: somebody was first.
    let first = AnswerCode::read(&bell.sent[0].code).unwrap();
    let said = bell.answer(&first, after(3)).await;
    assert_eq!(said, Answer::Somebody { by: Actor::Contact(ids[1].clone()), at: after(1) });
    assert_eq!(bell.run(after(60)).await, Vec::<String>::new(), "nobody is rung any more");
    for (kind, times) in [
        ("call_opened", 1),
        ("call_rung", 2),
        ("call_failed", 1),
        ("call_receipt", 1),
        ("call_escalated", 1),
        ("call_acknowledged", 1),
        ("call_nobody_reached", 0),
    ] {
        assert_eq!(bell.written(kind).await, times, "{kind}");
    }
}

#[tokio::test]
async fn nobody_answers_and_it_says_so_until_somebody_does() {
    let mut bell = Bell::new().await;
    bell.list(&[somebody("Alix", &["down", "sms"]), somebody("Dominique", &["sms"])]).await;
    bell.raise("m1", AlarmKind::FilesRewritten, after(0)).await;
    assert_eq!(bell.run(after(0)).await, ["Alix", "Alix"], "another way at once");
    assert_eq!(bell.run(after(4)).await, Vec::<String>::new());
    assert_eq!(bell.run(after(5)).await, ["Dominique"]);
    assert_eq!(bell.calls().await[0].state, CallState::Ringing);
    assert_eq!(bell.run(after(10)).await, Vec::<String>::new());
    assert_eq!(bell.calls().await[0].state, CallState::NobodyReached);
    assert_eq!(bell.run(after(24)).await, Vec::<String>::new());
    assert_eq!(bell.run(after(25)).await, ["Alix", "Alix"], "it starts over");
    assert_eq!(bell.calls().await[0].state, CallState::NobodyReached, "still nobody");
    assert_eq!(bell.run(after(30)).await, ["Dominique"]);
    let code = bell.last_code();
    assert_eq!(bell.answer(&code, after(31)).await, Answer::Taken);
    assert_eq!(bell.run(after(600)).await, Vec::<String>::new());
    assert_eq!(bell.written("call_started_over").await, 1);
}

#[tokio::test]
async fn with_nobody_on_the_list_it_waits_for_somebody_and_fills_no_journal() {
    let mut bell = Bell::new().await;
    bell.raise("m1", AlarmKind::GuardSilent, after(0)).await;
    for minutes in 0..60 {
        assert_eq!(bell.run(after(minutes)).await, Vec::<String>::new());
    }
    assert_eq!(bell.calls().await[0].state, CallState::NobodyReached);
    assert_eq!(bell.written("call_nobody_reached").await, 1);
    bell.list(&[somebody("Alix", &["sms"])]).await;
    assert_eq!(bell.run(after(75)).await, ["Alix"]);
}

#[tokio::test]
async fn one_attack_is_one_call_and_what_is_graver_rings_again() {
    let mut bell = Bell::new().await;
    bell.list(&[somebody("Alix", &["sms"])]).await;
    bell.raise("m1", AlarmKind::VitalSigns, after(0)).await;
    assert_eq!(bell.run(after(0)).await, ["Alix"]);
    for name in ["n1", "h1"] {
        bell.raise(name, AlarmKind::VitalSigns, after(1)).await;
    }
    assert_eq!(bell.run(after(1)).await, Vec::<String>::new());
    let first = bell.last_code();
    assert_eq!(bell.answer(&first, after(2)).await, Answer::Taken);
    bell.raise("m2", AlarmKind::FilesVanishing, after(3)).await;
    assert_eq!(bell.run(after(3)).await, ["Alix"], "acknowledged heat is no acknowledged attack");
    for number in 0..40 {
        let kinds = [AlarmKind::FilesVanishing, AlarmKind::FilesRewritten];
        bell.raise(&format!("{}-{number}", ["n", "h"][number % 2]), kinds[number % 2], after(4))
            .await;
    }
    assert_eq!(bell.run(after(4)).await, Vec::<String>::new());
    let calls = bell.calls().await;
    assert_eq!((calls.len(), calls[0].told), (1, Some(AlarmKind::FilesVanishing)));
    let code = bell.last_code();
    assert!(code != first, "a new round, a new code");
    assert_eq!(bell.answer(&code, after(5)).await, Answer::Taken);
    // Hours later it comes back, still undecided: somebody is rung again.
    bell.raise("m9", AlarmKind::FilesVanishing, after(3 * 60)).await;
    assert_eq!(bell.run(after(3 * 60)).await, Vec::<String>::new());
    bell.raise("m10", AlarmKind::FilesVanishing, after(5 * 60)).await;
    assert_eq!(bell.run(after(5 * 60)).await, ["Alix"]);
    assert_eq!(bell.calls().await.len(), 2);
}

#[tokio::test]
async fn deciding_answers_and_a_false_alarm_ends_it() {
    let mut bell = Bell::new().await;
    bell.list(&[somebody("Alix", &["sms"])]).await;
    bell.raise("m1", AlarmKind::FilesVanishing, after(0)).await;
    bell.run(after(0)).await;
    let deed = bell.world.deed(&bell.world.town, 1);
    let alarm = AlarmId::parse("m1").unwrap();
    alarms::dismiss(&deed, &alarm, "un déménagement de fichiers").await.unwrap();
    let call = bell.calls().await.remove(0);
    assert_eq!(call.acknowledged.unwrap().by, Actor::CommandLine);
    assert!(call.ended_at.is_some());
    let code = bell.last_code();
    assert_eq!(bell.answer(&code, after(2)).await, Answer::Over);
    bell.raise("m2", AlarmKind::FilesVanishing, after(3)).await;
    assert_eq!(bell.run(after(3)).await, ["Alix"], "what comes next rings anew");
    // Decided before the round even saw it: nobody is woken.
    bell.raise("n1", AlarmKind::OrderRefused, after(9)).await;
    let deed = bell.world.deed(&bell.world.town, 9);
    alarms::dismiss(&deed, &AlarmId::parse("n1").unwrap(), "essai").await.unwrap();
    assert_eq!(bell.run(after(9)).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_lesser_alarm_waits_for_the_morning() {
    let mut bell = Bell::new().await;
    // Eleven in the morning in Gravelines; quiet until noon.
    let quiet = Some(Hours::parse("09:00-12:00").unwrap());
    bell.list(&[Contact { quiet, ..somebody("Alix", &["sms"]) }]).await;
    bell.raise("m1", AlarmKind::NewDevice, after(0)).await;
    for minutes in [0, 15, 30, 45, 59] {
        assert_eq!(bell.run(after(minutes)).await, Vec::<String>::new(), "{minutes}");
    }
    let call = bell.calls().await.remove(0);
    assert_eq!((call.state, bell.written("call_opened").await), (CallState::Ringing, 1));
    assert_eq!(bell.run(after(60)).await, ["Alix"]);
    // An attack does not wait.
    let mut bell = Bell::new().await;
    bell.list(&[Contact { quiet, ..somebody("Alix", &["sms"]) }]).await;
    bell.raise("m1", AlarmKind::NewDevice, after(0)).await;
    bell.run(after(0)).await;
    bell.raise("m2", AlarmKind::FilesVanishing, after(1)).await;
    assert_eq!(bell.run(after(1)).await, ["Alix"]);
    assert_eq!(bell.run(after(61)).await, Vec::<String>::new(), "the old look has no say");
}

#[tokio::test]
async fn the_operators_people_come_after_the_towns_own_and_first_for_the_platform() {
    let mut bell = Bell::new().await;
    bell.list(&[somebody("Alix", &["sms"])]).await;
    let operator = Contact { for_operator: true, ..somebody("Opérateur", &["sms"]) };
    let deed = bell.world.deed(&bell.world.neighbour, 0);
    oncall::add(&deed, &operator).await.unwrap();
    bell.raise("m1", AlarmKind::GuardBlind, after(0)).await;
    assert_eq!(bell.run(after(0)).await, ["Alix"]);
    assert_eq!(bell.run(after(5)).await, ["Opérateur"]);
    let code = bell.last_code();
    assert_eq!(bell.answer(&code, after(6)).await, Answer::Taken);
    assert!(alarms::notice_gap(&bell.world.store, after(7), after(40)).await.unwrap());
    assert!(alarms::notice_gap(&bell.world.store, after(7), after(41)).await.unwrap());
    assert_eq!(bell.run(after(41)).await, ["Opérateur"], "once, and nobody of Gravelines");
    assert!(bell.sent.last().unwrap().text.contains("11 h 07 à 11 h 4"));
    let bell = Bell::new().await;
    assert!(!alarms::notice_gap(&bell.world.store, after(7), after(40)).await.unwrap());
}

#[tokio::test]
async fn a_way_or_a_person_removed_meanwhile_is_passed_over() {
    let mut bell = Bell::new().await;
    let ids = bell.list(&[somebody("Alix", &["sms"]), somebody("Dominique", &["sms"])]).await;
    bell.raise("m1", AlarmKind::FilesVanishing, after(0)).await;
    let turn = Turn { store: &bell.world.store, at: after(0), steady: after(0) };
    let mut book = bell.world.store.bookkeeping().await.unwrap();
    let work = outbox::claim(&mut book, ASKED, after(0), 1, 60_000).await.unwrap();
    book.commit().await.unwrap();
    calls::asked(&turn, &work[0]).await.unwrap();
    let deed = bell.world.deed(&bell.world.town, 0);
    oncall::remove(&deed, &ids[0]).await.unwrap();
    assert_eq!(bell.run(after(0)).await, ["Dominique"]);
    let call = bell.calls().await.remove(0);
    let mut conn = bell.world.store.read().await.unwrap();
    let all = tries::list(&mut conn, &bell.world.town, &call.id).await.unwrap();
    assert!(format!("{:?}", all[0].outcome).contains("way_removed"));
}

#[tokio::test]
async fn what_a_gateway_says_twice_counts_once() {
    let mut bell = Bell::new().await;
    bell.list(&[somebody("Alix", &["sms"])]).await;
    bell.raise("m1", AlarmKind::FilesVanishing, after(0)).await;
    let url = "https://beffroi.example.fr";
    let claim = async |kind, at: Instant| {
        let mut book = bell.world.store.bookkeeping().await.unwrap();
        let work = outbox::claim(&mut book, kind, at, 1, 60_000).await.unwrap();
        book.commit().await.unwrap();
        work
    };
    let turn = Turn { store: &bell.world.store, at: after(0), steady: after(0) };
    calls::asked(&turn, &claim(ASKED, after(0)).await[0]).await.unwrap();
    // Sent, and killed before that was written down: sent once more, with the same identifier.
    let work = claim(RING, after(0)).await.remove(0);
    let first = calls::to_send(&turn, &work, url).await.unwrap().unwrap();
    let again = claim(RING, after(2)).await.remove(0);
    let second = calls::to_send(&turn, &again, url).await.unwrap().unwrap();
    assert_eq!(first, second);
    calls::sent(&turn, &again, ("http", Ok(()))).await.unwrap();
    calls::sent(&turn, &work, ("http", Err("timed_out"))).await.unwrap();
    assert!(claim(RING, after(60)).await.is_empty());
    assert_eq!(bell.written("call_receipt").await, 1);
    assert_eq!(bell.written("call_failed").await, 0);
    bell.sent.clear();
}

#[tokio::test]
async fn a_list_is_tested_once_a_week_and_one_contact_when_asked() {
    let mut bell = Bell::new().await;
    let ids =
        bell.list(&[somebody("Alix", &["down", "sms"]), somebody("Dominique", &["sms"])]).await;
    // Eleven on a Thursday: the test is set to a quarter past.
    let deed = bell.world.deed(&bell.world.town, 0);
    let weekly = Weekly { weekday: 3, minute: 11 * 60 + 15, off: false };
    oncall::set_weekly_test(&deed, weekly, None).await.unwrap();
    let tested = async |minutes: i64| {
        let at = after(minutes).plus_ms(17_000);
        calls::weekly(&Turn { store: &bell.world.store, at, steady: at }).await.unwrap()
    };
    assert_eq!([tested(14).await, tested(15).await, tested(16).await], [0, 1, 0]);
    assert_eq!(tested(15 - 60).await, 0, "a clock put back an hour tests nobody twice");
    assert_eq!(tested(7 * 24 * 60 + 14).await, 0);
    assert_eq!(tested(7 * 24 * 60 + 15 + 6 * 60).await, 0, "six hours late it is left out");
    assert_eq!(bell.run(after(16)).await, ["Alix", "Alix"]);
    assert!(bell.sent.iter().all(|one| one.test && one.text.starts_with("TEST ")));
    assert_eq!(bell.run(after(21)).await, ["Dominique"]);
    assert_eq!(bell.run(after(26)).await, Vec::<String>::new());
    assert_eq!(bell.run(after(60)).await, Vec::<String>::new(), "a test does not start over");
    let facts = bell.world.facts(&bell.world.town).await;
    assert_eq!(facts.mood(), beffroi_town::facts::Mood::Calm, "residents read nothing of a test");
    let call = bell.calls().await.remove(0);
    assert_eq!((call.kind, call.state), (CallKind::Weekly, CallState::NobodyReached));

    let deed = bell.world.deed(&bell.world.town, 61);
    let call = calls::test(&deed, Some(&ids[0])).await.unwrap();
    assert_eq!(bell.run(after(61)).await, ["Alix", "Alix"], "by every way, and nobody else");
    let code = bell.last_code();
    assert_eq!(bell.answer(&code, after(62)).await, Answer::Taken);
    assert_eq!(bell.calls().await[0].id, call);
    // A real alarm is no part of a test.
    bell.raise("m1", AlarmKind::FilesVanishing, after(63)).await;
    assert_eq!(bell.run(after(63)).await.len(), 2);
    let stranger = bell.world.deed(&bell.world.stranger, 63);
    assert!(calls::test(&stranger, Some(&ids[0])).await.is_err());
    let deed = bell.world.deed(&bell.world.town, 64);
    assert!(oncall::set_weekly_test(&deed, Weekly { off: true, ..weekly }, None).await.is_err());
}

#[tokio::test]
async fn another_town_answers_nothing_here() {
    let mut bell = Bell::new().await;
    bell.list(&[somebody("Alix", &["sms"])]).await;
    bell.raise("m1", AlarmKind::FilesVanishing, after(0)).await;
    bell.run(after(0)).await;
    let call = bell.calls().await.remove(0);
    let stranger = bell.world.deed(&bell.world.stranger, 1);
    assert!(calls::acknowledge(&stranger, &call.id).await.is_err());
    let deed = bell.world.deed(&bell.world.town, 2);
    assert_eq!(calls::acknowledge(&deed, &call.id).await.unwrap(), Answer::Taken);
    let mut conn = bell.world.store.read().await.unwrap();
    assert!(tenants::get(&mut conn, &bell.world.town).await.unwrap().is_some());
    assert_eq!(bell.calls().await[0].acknowledged.as_ref().unwrap().at, ELEVEN.plus_ms(120_000));
}
