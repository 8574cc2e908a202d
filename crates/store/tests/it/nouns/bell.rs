//! On-call lists, calls, their messages and codes.

use beffroi_store::{
    Store, alarms,
    calls::{
        self,
        code::{self, AnswerCode},
        tries,
    },
    oncall, outbox,
};
use beffroi_town::{
    Actor, AlarmId, AlarmKind, AlarmState, CallId, ContactId, Instant, Lang,
    alarm::Urgency,
    oncall::{
        Call, CallKind, CallState, Contact, ESCALATE_MS, Holidays, Hours, Outcome, Span, Way,
        Weekly,
    },
};

use super::{absent, alarm, begin, refused};
use crate::world::{ACTOR, Place, code as tenant, codes, found, on_both, scope, verified};

on_both!(
    a_list_keeps_its_order_and_its_secrets,
    a_weekly_test_is_moved_or_switched_off_with_a_reason,
    an_alarm_asks_for_a_call_in_its_own_commit,
    of_two_who_answer_one_was_first,
    a_code_opens_its_own_call_alone,
    whoever_decides_answers,
    a_message_has_one_outcome,
    what_a_wrong_clock_put_off_is_due_at_the_next_start,
);

pub(crate) fn contact(id: &str, town: &str) -> Contact {
    Contact {
        id: ContactId::parse(id).unwrap(),
        tenant: tenant(town),
        rank: 0,
        name: format!("Jeanne {id}"),
        lang: Lang::Fr,
        for_operator: false,
        watch: Span::parse_all("lun-ven 18h-8h; sam-dim").unwrap(),
        holidays: Holidays::On,
        quiet: Some(Hours::parse("22:00-07:00").unwrap()),
        ways: vec![Way { channel: "sms".to_owned(), address: "+33612345678".to_owned() }],
        escalate_ms: ESCALATE_MS,
        paused: false,
    }
}

pub(crate) fn a_call(id: &str, town: &str, at: Instant) -> Call {
    Call {
        id: CallId::parse(id).unwrap(),
        tenant: tenant(town),
        kind: CallKind::Alarm,
        told: Some(AlarmKind::FilesVanishing),
        urgency: Urgency::Attack,
        since_at: at.plus_ms(-5_000),
        simulated: false,
        opened_at: at,
        state: CallState::Ringing,
        state_at: at,
        round: 1,
        acknowledged: None,
        ended_at: None,
    }
}

async fn names(store: &Store, town: &str) -> Vec<String> {
    let all = oncall::list(&mut store.read().await.unwrap(), &scope(town)).await.unwrap();
    all.into_iter().map(|one| one.id.to_string()).collect()
}

async fn a_list_keeps_its_order_and_its_secrets(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let town = tenant("59273");
    let mut tx = begin(&place, &store, &["59273"]).await;
    for id in ["a", "b", "c"] {
        oncall::add(&mut tx, &contact(id, "59273")).await.unwrap();
    }
    tx.commit().await.unwrap();
    let a = contact("a", "59273");
    let mut conn = store.read().await.unwrap();
    let kept = oncall::get(&mut conn, &scope("59273"), &a.id).await.unwrap().unwrap();
    assert_eq!(kept, Contact { rank: 1, ..a.clone() });
    assert_eq!(oncall::get(&mut conn, &scope("62473"), &a.id).await.unwrap(), None);
    drop(conn);

    let mut tx = begin(&place, &store, &["59273"]).await;
    oncall::move_to(&mut tx, &town, &contact("c", "59273").id, 1).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(names(&store, "59273").await, ["c", "a", "b"]);
    let mut tx = begin(&place, &store, &["59273"]).await;
    oncall::move_to(&mut tx, &town, &contact("c", "59273").id, 99).await.unwrap();
    oncall::pause(&mut tx, &town, &a.id, true).await.unwrap();
    let changed = Contact { for_operator: true, quiet: None, name: "Ali".into(), ..a.clone() };
    oncall::set(&mut tx, &changed).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(names(&store, "59273").await, ["a", "b", "c"]);
    let operator = beffroi_store::OperatorScope::for_operator();
    let all = oncall::operators(&mut store.read().await.unwrap(), &operator).await.unwrap();
    assert_eq!(all, [Contact { rank: 1, paused: true, ..changed }]);

    // Neither name nor number is anywhere in clear, and the removed are gone from the row too.
    for removed in [false, true] {
        if removed {
            let mut tx = begin(&place, &store, &["59273"]).await;
            oncall::remove(&mut tx, &town, &a.id).await.unwrap();
            absent(oncall::remove(&mut tx, &town, &a.id).await);
            tx.commit().await.unwrap();
        }
        let dump = format!("{:?}", place.dump().await);
        assert!(!dump.contains("Jeanne") && !dump.contains("Ali") && !dump.contains("12345678"));
    }
    assert_eq!(names(&store, "59273").await, ["b", "c"]);
    let mut tx = begin(&place, &store, &["59273"]).await;
    for wrong in [
        Contact { name: "  ".into(), ..contact("d", "59273") },
        Contact { ways: vec![], ..contact("d", "59273") },
        Contact { escalate_ms: 1, ..contact("d", "59273") },
        Contact { watch: Span::parse_all("8-9").unwrap().repeat(9), ..contact("d", "59273") },
    ] {
        refused(oncall::add(&mut tx, &wrong).await);
    }
    for number in 0..oncall::CONTACTS_MAX - 2 {
        oncall::add(&mut tx, &contact(&format!("x{number}"), "59273")).await.unwrap();
    }
    refused(oncall::add(&mut tx, &contact("one-too-many", "59273")).await);
    drop(tx);
    verified(&store, "59273").await;
}

async fn a_weekly_test_is_moved_or_switched_off_with_a_reason(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let town = tenant("59273");
    let operator = beffroi_store::OperatorScope::for_operator();
    let mut conn = store.read().await.unwrap();
    let test = oncall::weekly_test(&mut conn, &scope("59273")).await.unwrap();
    assert_eq!(test, oncall::WeeklyTest::default());
    assert_eq!(
        oncall::tested(&mut conn, &operator).await.unwrap(),
        [],
        "an empty list is not tested"
    );
    drop(conn);
    let monday = Weekly { weekday: 0, minute: 8 * 60, off: false };
    let mut tx = begin(&place, &store, &["59273"]).await;
    let since_at = tx.at();
    oncall::add(&mut tx, &contact("a", "59273")).await.unwrap();
    oncall::set_weekly_test(&mut tx, &town, monday, None).await.unwrap();
    let off = Weekly { off: true, ..monday };
    refused(oncall::set_weekly_test(&mut tx, &town, off, Some("  ")).await);
    refused(oncall::set_weekly_test(&mut tx, &town, Weekly { weekday: 7, ..monday }, None).await);
    let mut weekly = a_call("w1", "59273", since_at);
    weekly.kind = CallKind::Weekly;
    calls::open(&mut tx, &weekly).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let lists = oncall::tested(&mut conn, &operator).await.unwrap();
    assert_eq!(lists.len(), 1);
    assert_eq!((lists[0].weekly, lists[0].since_at), (monday, since_at));
    assert_eq!((lists[0].last_at, lists[0].department.as_deref()), (Some(since_at), Some("59")));
    let last = calls::last_test(&mut conn, &scope("59273")).await.unwrap().unwrap();
    assert_eq!(last.id.as_str(), "w1");
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    oncall::set_weekly_test(&mut tx, &town, off, Some("travaux")).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let test = oncall::weekly_test(&mut conn, &scope("59273")).await.unwrap();
    assert_eq!((test.weekly, test.off_reason.as_deref()), (off, Some("travaux")));
}

/// What is waiting in the outbox for one kind of work.
async fn waiting(place: &Place, store: &Store, kind: &str) -> u32 {
    let operator = beffroi_store::OperatorScope::for_operator();
    outbox::due(&mut store.read().await.unwrap(), &operator, kind, place.now()).await.unwrap()
}

async fn an_alarm_asks_for_a_call_in_its_own_commit(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    let first = alarm("a1", "59273", tx.at());
    alarms::raise(&mut tx, &first, 1).await.unwrap();
    drop(tx);
    assert_eq!(waiting(&place, &store, calls::ASKED).await, 0, "undone with the alarm");
    let mut tx = begin(&place, &store, &["59273"]).await;
    alarms::raise(&mut tx, &first, 1).await.unwrap();
    // The same report again asks for nothing, its correction neither; a further one does.
    alarms::raise(&mut tx, &first, 1).await.unwrap();
    alarms::raise(&mut tx, &first, 2).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(waiting(&place, &store, calls::ASKED).await, 1);
    let mut tx = begin(&place, &store, &["59273"]).await;
    alarms::raise(&mut tx, &alarm("a2", "59273", place.now()), 1).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    let work = outbox::claim(&mut book, calls::ASKED, place.now(), 10, 1_000).await.unwrap();
    assert!(work.iter().all(|one| one.body["alarm"] == "a1"), "it came back: {work:?}");
    assert_eq!(work.len(), 2);
    drop(book);
    // The work is done by the very commit that does it, or not at all.
    for kept in [false, true] {
        let mut tx = begin(&place, &store, &["59273"]).await;
        calls::open(&mut tx, &a_call(&format!("c{kept}"), "59273", place.now())).await.unwrap();
        outbox::settle(&mut tx, &work[0].id).await.unwrap();
        if kept {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        assert_eq!(waiting(&place, &store, calls::ASKED).await, if kept { 1 } else { 2 });
    }
}

/// A call with one message to one contact; the code it bears.
async fn rung(place: &Place, store: &Store, town: &str, call: &str) -> (Call, AnswerCode, String) {
    let mut tx = begin(place, store, &[town]).await;
    let one = contact(&format!("of-{call}"), town);
    oncall::add(&mut tx, &one).await.unwrap();
    let call = a_call(call, town, tx.at());
    calls::open(&mut tx, &call).await.unwrap();
    let new = tries::NewTry { contact: &one.id, way: 0, channel: "sms" };
    let id = tries::ring(&mut tx, &call, &new).await.unwrap();
    let code = tries::code(tx.conn(), &call, &one.id, 1).unwrap();
    tx.commit().await.unwrap();
    (call, code, id)
}

async fn of_two_who_answer_one_was_first(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (call, ..) = rung(&place, &store, "59273", "c1").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (store, at, call) = (store.clone(), place.now(), call.clone());
        tasks.spawn(async move {
            let by = Actor::Contact(ContactId::parse(&format!("p{number}")).unwrap());
            let mut tx = store.begin(&codes(["59273"]), &by, at).await.unwrap();
            let first = calls::acknowledge(&mut tx, &call.tenant, &call.id).await.unwrap();
            if first {
                tx.commit().await.unwrap();
            }
            first.then_some(by)
        });
    }
    let winners: Vec<Actor> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let kept = calls::get(&mut store.read().await.unwrap(), &scope("59273"), &call.id).await;
    let kept = kept.unwrap().unwrap();
    assert_eq!(kept.acknowledged.unwrap().by, winners[0]);
    assert_eq!(kept.state, CallState::Acknowledged);
    let entries = verified(&store, "59273").await;
    let mut conn = store.read().await.unwrap();
    let all = beffroi_store::journal::newest(&mut conn, &scope("59273"), None, 100).await.unwrap();
    assert_eq!(all.iter().filter(|one| one.kind == "call_acknowledged").count(), 1, "{entries}");
}

async fn a_code_opens_its_own_call_alone(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273", "62473"]).await;
    let (call, code, _) = rung(&place, &store, "59273", "c1").await;
    let (other, other_code, _) = rung(&place, &store, "62473", "c2").await;
    const { assert!(code::BITS >= 60) };
    assert!(code != other_code);
    let typed = code.spoken().to_lowercase().replace('-', " ");
    assert!(AnswerCode::read(&typed).unwrap() == code);
    let mut conn = store.read().await.unwrap();
    let owner = code::owner(&mut conn, &code).await.unwrap().unwrap();
    assert_eq!((owner.call.id, owner.contact.as_str()), (call.id.clone(), "of-c1"));
    let owner = code::owner(&mut conn, &other_code).await.unwrap().unwrap();
    assert_eq!((owner.call.id, owner.listed_by), (other.id, tenant("62473")));
    // One letter away, with the check put right, it is nobody's.
    let mut values = beffroi_town::crockford::read(code.letters(), 15).unwrap();
    values[0] ^= 1;
    values[14] = beffroi_town::crockford::check_value(&values[..14]);
    let guess = AnswerCode::read(&beffroi_town::crockford::text(&values)).unwrap();
    assert_eq!(code::owner(&mut conn, &guess).await.unwrap(), None);
    drop(conn);
    let dump = format!("{:?}", place.dump().await);
    assert!(!dump.contains(code.letters()), "the code itself stands nowhere");
    // Another round, another code; the same round, the same.
    let conn = store.read().await.unwrap();
    let of = |round| tries::code(&conn, &call, &contact("of-c1", "59273").id, round).unwrap();
    assert!(of(1) == code && of(2) != code);
    for nonsense in ["", "ABC", "U", &"A".repeat(16), &"9".repeat(100_000)] {
        assert!(AnswerCode::read(nonsense).is_err());
    }
}

async fn whoever_decides_answers(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (call, ..) = rung(&place, &store, "59273", "c1").await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    for (id, server) in [("a1", "mail"), ("a2", "network")] {
        let mut one = alarm(id, "59273", tx.at());
        one.asset = Some(crate::world::asset_id("59273", server));
        alarms::raise(&mut tx, &one, 1).await.unwrap();
        assert!(calls::join(&mut tx, &call, &one).await.unwrap());
        assert!(!calls::join(&mut tx, &call, &one).await.unwrap(), "once");
    }
    tx.commit().await.unwrap();
    let look = async || {
        let mut conn = store.read().await.unwrap();
        calls::get(&mut conn, &scope("59273"), &call.id).await.unwrap().unwrap()
    };
    let town = tenant("59273");
    for (id, over) in [("a1", false), ("a2", true)] {
        let id = AlarmId::parse(id).unwrap();
        let mut conn = store.read().await.unwrap();
        let of = calls::of_alarm(&mut conn, &scope("59273"), &id).await.unwrap();
        assert_eq!(of.len(), 1);
        drop(conn);
        let mut tx = begin(&place, &store, &["59273"]).await;
        alarms::decide(&mut tx, &town, &id, &AlarmState::Dismissed).await.unwrap();
        tx.commit().await.unwrap();
        let now = look().await;
        assert_eq!(now.acknowledged.as_ref().unwrap().by, ACTOR);
        assert_eq!(now.ended_at.is_some(), over, "over once everything was dismissed");
    }
    let mut conn = store.read().await.unwrap();
    assert_eq!(calls::newest(&mut conn, &scope("59273")).await.unwrap(), None);
    assert_eq!(calls::unanswered(&mut conn, &scope("59273")).await.unwrap(), []);
    assert_eq!(calls::alarms(&mut conn, &scope("59273"), &call.id).await.unwrap().len(), 2);
}

async fn a_message_has_one_outcome(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (call, _, id) = rung(&place, &store, "59273", "c1").await;
    assert_eq!(waiting(&place, &store, calls::RING).await, 1);
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert!(tries::answered(&mut tx, &call, &id, ("http", Err("timed_out"))).await.unwrap());
    assert!(!tries::answered(&mut tx, &call, &id, ("http", Ok(()))).await.unwrap());
    calls::nobody_reached(&mut tx, &call).await.unwrap();
    tx.commit().await.unwrap();
    let operator = beffroi_store::OperatorScope::for_operator();
    let mut conn = store.read().await.unwrap();
    let all = tries::list(&mut conn, &scope("59273"), &call.id).await.unwrap();
    assert!(matches!(&all[0].outcome, Outcome::Failed { code, .. } if code == "timed_out"));
    let open = calls::unanswered_everywhere(&mut conn, &operator, 10).await.unwrap();
    assert_eq!(open[0].state, CallState::NobodyReached);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    calls::start_over(&mut tx, &call).await.unwrap();
    assert!(calls::acknowledge(&mut tx, &call.tenant, &call.id).await.unwrap());
    refused(calls::start_over(&mut tx, &call).await);
    let graver = alarm("a9", "59273", tx.at());
    calls::ring_graver(&mut tx, &call, &graver).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let now = calls::get(&mut conn, &scope("59273"), &call.id).await.unwrap().unwrap();
    assert_eq!((now.state, now.round, now.acknowledged), (CallState::Ringing, 3, None));
}

async fn what_a_wrong_clock_put_off_is_due_at_the_next_start(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let now = place.now();
    // An hour ahead, something was put off by five minutes and claimed; then the process died.
    let ahead = now.plus_ms(3_600_000);
    let mut tx = store.begin(&codes(["59273"]), &ACTOR, ahead).await.unwrap();
    tx.post(&tenant("59273"), calls::TURN, serde_json::json!({}), ahead.plus_ms(300_000))
        .await
        .unwrap();
    tx.post(&tenant("59273"), calls::TURN, serde_json::json!({}), ahead).await.unwrap();
    tx.record(&tenant("59273"), "login", serde_json::json!({})).await.unwrap();
    tx.commit().await.unwrap();
    let mut book = store.bookkeeping().await.unwrap();
    assert_eq!(outbox::claim(&mut book, calls::TURN, ahead, 10, 60_000).await.unwrap().len(), 1);
    book.commit().await.unwrap();
    assert_eq!(waiting(&place, &store, calls::TURN).await, 0, "the clock is right again");
    let mut book = store.bookkeeping().await.unwrap();
    outbox::take_over(&mut book, calls::TURN, now).await.unwrap();
    let mut work = outbox::claim(&mut book, calls::TURN, now, 10, 60_000).await.unwrap();
    assert_eq!(work.len(), 2);
    // Put off on purpose, it is not due.
    let first = work.remove(0);
    outbox::later(&mut book, &first.id, now.plus_ms(900_000)).await.unwrap();
    book.commit().await.unwrap();
    assert_eq!(waiting(&place, &store, calls::TURN).await, 0);
}
