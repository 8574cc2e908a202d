//! The counter: keys, grants, requests, drafts.

use beffroi_store::{
    OperatorScope, Store,
    accounts::{self, NewAccount},
    desk::{
        self, GroupKey, NewDesk, drafts,
        requests::{self, Decision, NewRequest, Request, Tracking},
    },
    own_keys::{self, Way},
    sessions,
};
use beffroi_town::{
    AccountId, Instant, Lang, ProcedureId, RequestId, Role,
    procedure::{KeptFrom, KeyGroup},
    request::{RequestState, RequestWay},
};

use super::{absent, begin, refused};
use crate::world::{Place, code, found, on_both, scope};

on_both!(
    an_own_key_is_wrapped_for_each_way_in,
    the_counter_opens_once_its_sheet_is_shown,
    the_same_form_sent_twice_is_one_request,
    the_queue_puts_urgent_first_then_what_the_law_counts,
    a_request_is_taken_transferred_and_answered,
    what_is_over_is_erased_with_the_archivists_visa,
    a_draft_lasts_a_day,
);

pub(crate) async fn clerk(tx: &mut beffroi_store::Tx, town: &str, name: &str) -> AccountId {
    let tenant = code(town);
    let new = NewAccount { tenant: &tenant, name, role: Role::Clerk, incident: None };
    accounts::create(tx, &new).await.unwrap()
}

pub(crate) fn new_desk(keys: &[GroupKey]) -> NewDesk<'_> {
    NewDesk { recovery: "age1sheet", check_code: "CODE", keys }
}

pub(crate) fn group_key() -> GroupKey {
    GroupKey {
        group: KeyGroup::School,
        recipient: "age1school".into(),
        sealed: "for the sheet".into(),
    }
}

pub(crate) fn a_request(id: &str, town: &str, at: Instant) -> Request {
    Request {
        id: RequestId::parse(id).unwrap(),
        tenant: code(town),
        reference: format!("CA-{id}"),
        procedure: ProcedureId::parse("canteen").unwrap(),
        version: 1,
        group: KeyGroup::School,
        urgent: false,
        way: RequestWay::Online,
        lang: Lang::Fr,
        copy_code: Some("CA1-000".into()),
        track_recipient: Some("age1track".into()),
        asked_at: at,
        received_at: at,
        state: RequestState::New,
        taken_by: None,
        answer_for: None,
        due_at: None,
        silence: None,
        decided_at: None,
        kept_months: 12,
        kept_from: KeptFrom::Answer,
        visa: false,
        erase_at: None,
        visa_at: None,
        files: 1,
    }
}

pub(crate) fn new_request<'a>(
    request: &'a Request,
    sent: &'a str,
    files: &'a [(u64, String)],
) -> NewRequest<'a> {
    let tracking = Tracking { code: "track", recipient: "age1track", wrapped: "wrapped" };
    NewRequest { request, sent: Some(sent), tracking: Some(tracking), body: "sealed", files }
}

fn one_file() -> Vec<(u64, String)> {
    vec![(3, "sealed file".into())]
}

async fn took_in(place: &Place, store: &Store, request: &Request) -> bool {
    let mut tx = begin(place, store, &["59273"]).await;
    let files = one_file();
    let new = new_request(request, request.id.as_str(), &files);
    let new = requests::add(&mut tx, &new).await.unwrap();
    if new {
        tx.commit().await.unwrap();
    }
    new
}

async fn an_own_key_is_wrapped_for_each_way_in(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (town, scope) = (code("59273"), scope("59273"));
    let mut tx = begin(&place, &store, &["59273"]).await;
    let zoe = clerk(&mut tx, "59273", "Zoé").await;
    own_keys::make(&mut tx, &town, &zoe, ("age1zoe", "by phrase")).await.unwrap();
    let codes = |n: &str| vec![(format!("code {n}"), format!("by code {n}"))];
    own_keys::set_codes(&mut tx, &town, &zoe, &codes("1")).await.unwrap();
    own_keys::set_codes(&mut tx, &town, &zoe, &codes("2")).await.unwrap();
    desk::give(&mut tx, &town, &zoe, &[(KeyGroup::School, "sealed".into())]).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let key = own_keys::get(&mut conn, &scope, &zoe).await.unwrap().unwrap();
    assert_eq!(key.recipient, "age1zoe");
    for (way, expected) in [
        (Way::Phrase, Some("by phrase")),
        (Way::Code("code 1"), None),
        (Way::Code("code 2"), Some("by code 2")),
    ] {
        let found = own_keys::wrapped(&mut conn, &scope, &zoe, way).await.unwrap();
        assert_eq!(found.as_deref(), expected);
    }
    drop(conn);
    // No code stands in the database as it is printed.
    assert!(!format!("{:?}", place.dump().await).contains("code 2\""));
    let mut tx = begin(&place, &store, &["59273"]).await;
    own_keys::forget(&mut tx, &town, &zoe).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(own_keys::get(&mut conn, &scope, &zoe).await.unwrap(), None);
    assert_eq!(desk::grants(&mut conn, &scope).await.unwrap(), []);
    drop(conn);
    holds_for_a_session(&place, &store, &zoe).await;
}

async fn holds_for_a_session(place: &Place, store: &Store, zoe: &AccountId) {
    let at = place.now();
    let mut book = store.bookkeeping().await.unwrap();
    let new = sessions::NewSession {
        token: "token",
        account: zoe,
        at,
        expires_at: at.plus_ms(60_000),
        second_factor_at: None,
        device: None,
    };
    sessions::create(&mut book, &new).await.unwrap();
    sessions::hold(&mut book, "token", "wrapped").await.unwrap();
    book.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let held = sessions::held(&mut conn, "token", at).await.unwrap();
    assert_eq!(held.as_deref(), Some("wrapped"));
    assert_eq!(sessions::held(&mut conn, "other", at).await.unwrap(), None);
    assert_eq!(sessions::held(&mut conn, "token", at.plus_ms(60_001)).await.unwrap(), None);
}

async fn the_counter_opens_once_its_sheet_is_shown(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (town, scope, keys) = (code("59273"), scope("59273"), [group_key()]);
    let mut tx = begin(&place, &store, &["59273"]).await;
    desk::make(&mut tx, &town, &new_desk(&keys)).await.unwrap();
    refused(desk::make(&mut tx, &town, &new_desk(&keys)).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(desk::get(&mut conn, &scope).await.unwrap().unwrap().proven_at, None);
    assert_eq!(desk::recipient(&mut conn, &scope, KeyGroup::School).await.unwrap(), None);
    assert_eq!(desk::keys(&mut conn, &scope).await.unwrap(), keys);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    assert!(!desk::prove(&mut tx, &town, "OTHER").await.unwrap());
    assert!(desk::prove(&mut tx, &town, "CODE").await.unwrap());
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let found = desk::recipient(&mut conn, &scope, KeyGroup::School).await.unwrap();
    assert_eq!(found.as_deref(), Some("age1school"));
    assert_eq!(desk::recipient(&mut conn, &scope, KeyGroup::Social).await.unwrap(), None);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    let zoe = clerk(&mut tx, "59273", "Zoé").await;
    absent(desk::take(&mut tx, &town, &zoe, KeyGroup::School).await);
    desk::give(&mut tx, &town, &zoe, &[(KeyGroup::School, "one".into())]).await.unwrap();
    desk::give(&mut tx, &town, &zoe, &[(KeyGroup::School, "two".into())]).await.unwrap();
    let held = desk::grants_of(tx.conn(), &scope, &zoe).await.unwrap();
    assert_eq!((held.len(), held[0].sealed.as_str()), (1, "two"));
    desk::take(&mut tx, &town, &zoe, KeyGroup::School).await.unwrap();
    tx.commit().await.unwrap();
}

async fn the_same_form_sent_twice_is_one_request(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (scope, one) = (scope("59273"), a_request("r1", "59273", place.now()));
    assert!(took_in(&place, &store, &one).await);
    assert!(!took_in(&place, &store, &one).await);
    let other = Request { id: RequestId::parse("r2").unwrap(), ..one.clone() };
    let mut tx = begin(&place, &store, &["59273"]).await;
    let files = one_file();
    assert!(!requests::add(&mut tx, &new_request(&other, "r1", &files)).await.unwrap());
    drop(tx);
    let mut conn = store.read().await.unwrap();
    assert_eq!(requests::by_sent(&mut conn, &scope, "r1").await.unwrap(), Some(one.clone()));
    assert_eq!(requests::by_sent(&mut conn, &scope, "r2").await.unwrap(), None);
    assert_eq!(requests::by_copy(&mut conn, &scope, "CA1-000").await.unwrap().len(), 1);
    let by = |reference: &'static str, code: &'static str| (reference, code);
    let tracked = requests::tracked(&mut conn, &scope, by("CA-r1", "track")).await.unwrap();
    assert_eq!(tracked, Some((one, "wrapped".into())));
    for wrong in [by("CA-r1", "trace"), by("CA-r2", "track")] {
        assert_eq!(requests::tracked(&mut conn, &scope, wrong).await.unwrap(), None);
    }
}

async fn the_queue_puts_urgent_first_then_what_the_law_counts(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let at = place.now();
    let later = |ms: i64| at.plus_ms(ms);
    for (id, urgent, due_at, asked_at) in [
        ("old", false, None, later(-9)),
        ("due_late", false, Some(later(90)), at),
        ("urgent", true, None, at),
        ("due_soon", false, Some(later(9)), at),
        ("new", false, None, later(-1)),
    ] {
        let one = Request { urgent, due_at, asked_at, ..a_request(id, "59273", at) };
        assert!(took_in(&place, &store, &one).await);
    }
    let mut conn = store.read().await.unwrap();
    let all = requests::open(&mut conn, &scope("59273"), 10).await.unwrap();
    let order: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(order, ["urgent", "due_soon", "due_late", "old", "new"]);
    assert_eq!(requests::open(&mut conn, &scope("59273"), 2).await.unwrap().len(), 2);
}

async fn a_request_is_taken_transferred_and_answered(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (town, scope, at) = (code("59273"), scope("59273"), place.now());
    let one = a_request("r1", "59273", at);
    took_in(&place, &store, &one).await;
    let mut tx = begin(&place, &store, &["59273"]).await;
    let zoe = clerk(&mut tx, "59273", "Zoé").await;
    requests::take(&mut tx, &town, &one.id, &zoe).await.unwrap();
    let to = (&one.id, KeyGroup::Social);
    requests::transfer(&mut tx, &town, to, ("again", &["file again".into()])).await.unwrap();
    let moved = requests::get(tx.conn(), &scope, &one.id).await.unwrap().unwrap();
    assert_eq!((moved.group, moved.state, moved.taken_by), (to.1, RequestState::New, None));
    let file = requests::file(tx.conn(), &scope, (&one.id, 1)).await.unwrap();
    assert_eq!(file.as_deref(), Some("file again"));
    let mut decision = Decision {
        state: RequestState::Taken,
        answer: Some("answer"),
        answer_for: Some("for them"),
        erase_at: at,
    };
    refused(requests::decide(&mut tx, &town, &one.id, &decision).await);
    decision.state = RequestState::Answered;
    requests::decide(&mut tx, &town, &one.id, &decision).await.unwrap();
    absent(requests::decide(&mut tx, &town, &one.id, &decision).await);
    absent(requests::take(&mut tx, &town, &one.id, &zoe).await);
    tx.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let body = requests::body(&mut conn, &scope, &one.id).await.unwrap();
    assert_eq!(body, Some(("again".into(), Some("answer".into()))));
    assert_eq!(requests::open(&mut conn, &scope, 9).await.unwrap(), []);
    let over = requests::over(&mut conn, &scope, 9).await.unwrap();
    assert_eq!(over[0].answer_for.as_deref(), Some("for them"));
}

async fn what_is_over_is_erased_with_the_archivists_visa(place: Place) {
    let store = place.open().await;
    found(&place, &store, &["59273"]).await;
    let (town, at) = (code("59273"), place.now());
    for (id, visa) in [("plain", false), ("visa", true), ("waiting", false)] {
        took_in(&place, &store, &Request { visa, ..a_request(id, "59273", at) }).await;
    }
    let id = |text: &str| RequestId::parse(text).unwrap();
    let mut tx = begin(&place, &store, &["59273"]).await;
    for one in ["plain", "visa"] {
        let state = RequestState::Closed;
        let decision = Decision { state, answer: None, answer_for: None, erase_at: at };
        requests::decide(&mut tx, &town, &id(one), &decision).await.unwrap();
    }
    tx.commit().await.unwrap();
    let operator = OperatorScope::for_operator();
    let mut conn = store.read().await.unwrap();
    let expired = requests::expired(&mut conn, &operator, at).await.unwrap();
    assert_eq!(expired, [(town.clone(), id("plain"))]);
    assert_eq!(requests::expired(&mut conn, &operator, at.plus_ms(-1)).await.unwrap(), []);
    let waiting = requests::awaiting_visa(&mut conn, &scope("59273"), at).await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["visa"]);
    drop(conn);
    let mut tx = begin(&place, &store, &["59273"]).await;
    requests::erase(&mut tx, &town, &id("plain")).await.unwrap();
    requests::grant_visa(&mut tx, &town, &id("visa")).await.unwrap();
    absent(requests::grant_visa(&mut tx, &town, &id("visa")).await);
    requests::erase(&mut tx, &town, &id("visa")).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(&place, &store, &["59273"]).await;
    absent(requests::erase(&mut tx, &town, &id("waiting")).await);
    drop(tx);
    let dump = place.dump().await;
    assert_eq!((dump["desk_request"].len(), dump["desk_file"].len()), (1, 1));
}

async fn a_draft_lasts_a_day(place: Place) {
    let store = place.open().await;
    let at = place.now();
    let mut book = store.bookkeeping().await.unwrap();
    for (id, part) in [("d1", "answers"), ("d1", "file.a"), ("d2", "answers")] {
        drafts::put(&mut book, id, (part, "wrapped"), at.plus_ms(10)).await.unwrap();
    }
    drafts::put(&mut book, "d1", ("answers", "anew"), at.plus_ms(20)).await.unwrap();
    drafts::drop_part(&mut book, "d1", "file.a").await.unwrap();
    book.commit().await.unwrap();
    let mut conn = store.read().await.unwrap();
    let parts = drafts::parts(&mut conn, "d1", at).await.unwrap();
    assert_eq!(parts, [("answers".into(), "anew".into())]);
    assert_eq!(drafts::parts(&mut conn, "d1", at.plus_ms(20)).await.unwrap(), []);
    drop(conn);
    let mut book = store.bookkeeping().await.unwrap();
    assert_eq!(drafts::sweep(&mut book, at.plus_ms(10)).await.unwrap(), 1);
    drafts::remove(&mut book, "d1").await.unwrap();
    book.commit().await.unwrap();
    assert!(place.dump().await["desk_draft"].is_empty());
}
