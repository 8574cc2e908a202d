//! Somebody wakes up: the assembled house rings real gateways on loopback.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use beffroi_crisis::{Deed, calls};
use beffroi_platform::{
    Platform,
    config::RawConfig,
    edge::{SystemClock, SystemEntropy},
};
use beffroi_store::{OperatorScope, calls as kept, rounds};
use beffroi_town::{Actor, AlarmKind, Instant, edge::Clock, oncall::CallState};
use serde_json::json;

use crate::{
    LISTEN,
    receiver::{Receiver, Reply, ok},
    start,
    town::{Town, next, silent, until, visit, webhook},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_rings_the_next_person_when_a_gateway_lies_and_the_link_answers() {
    let town = Town::new().await;
    let lies = Receiver::new(Reply::Says("200 OK", "{\"status\":\"error 42\"}".to_owned()));
    let hangs = Receiver::new(Reply::Hangs);
    let good = Arc::new(Receiver::new(ok()));
    let settings = [
        LISTEN.to_owned(),
        webhook("lies", &lies, "must_lack = [\"error\"]"),
        webhook("hangs", &hangs, ""),
        webhook("good", &good, "must_contain = [\"\\\"ok\\\"\"]"),
    ]
    .concat();
    town.person("Alix", &[("lies", "alix"), ("hangs", "alix")]).await;
    town.person("Dominique", &[("good", "dominique")]).await;
    let platform = start(town.path(), &settings).await.unwrap();
    let raised = std::time::Instant::now();
    town.raise("file_server", AlarmKind::FilesVanishing, SystemClock.now()).await;
    let asked = next(&good).await;
    assert!(raised.elapsed() > Duration::from_secs(2), "the hanging gateway ended at its time");
    assert!(asked.line.starts_with("POST /hook"));
    let sent = asked.json();
    assert_eq!(asked.header("Idempotency-Key"), sent["id"].as_str());
    assert_eq!((sent["to"].as_str(), sent["priority"].as_i64()), (Some("dominique"), Some(5)));
    let text = sent["text"].as_str().unwrap();
    assert!(text.contains("Gravelines") && text.contains("des fichiers disparaissent"), "{text}");
    let link = sent["link"].as_str().unwrap().to_owned();
    assert!(text.contains(&link) && link.starts_with(platform.url()));

    // Machines look at links before people do.
    for _ in 0..2 {
        let (status, page) = visit("GET", link.clone()).await;
        assert_eq!(status, 200);
        assert!(page.contains("Gravelines") && page.contains("Je m’en occupe"), "{page}");
    }
    assert_eq!(town.calls().await[0].state, CallState::Ringing);
    let (_, page) = visit("POST", link.clone()).await;
    assert!(page.contains("C’est noté"), "{page}");
    let (_, page) = visit("POST", link.clone()).await;
    assert!(page.contains("C’est déjà à vous"), "{page}");
    let call = town.calls().await.remove(0);
    assert_eq!(call.state, CallState::Acknowledged);
    let want = [("lies", "said_error"), ("hangs", "timed_out"), ("good", "receipt")];
    let want = want.map(|(channel, code)| (channel.to_owned(), code.to_owned()));
    assert_eq!(town.outcomes(&call.id).await, want);
    silent(&good).await;
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_of_a_gateway_has_its_name() {
    let town = Town::new().await;
    let elsewhere = Receiver::new(ok());
    let moved = format!("302 Found\r\nLocation: {}", elsewhere.url("/"));
    let redirects = Receiver::new(Reply::Says(moved.leak(), String::new()));
    let refuses = Receiver::new(Reply::Says("500 Oh", "x".to_owned()));
    let endless = Receiver::new(Reply::Says("200 OK", "x".repeat(3_000_000) + "ok"));
    let accepts = Arc::new(Receiver::new(Reply::Says("409 Known", String::new())));
    let settings = [
        LISTEN.to_owned(),
        webhook("redirects", &redirects, ""),
        webhook("refuses", &refuses, ""),
        webhook("endless", &endless, "must_contain = [\"ok\"]"),
        webhook("accepts", &accepts, "accept = [200, 409]"),
        "[channels.gone]\nkind = \"webhook\"\nurl = \"http://127.0.0.1:1/\"\n".to_owned(),
    ]
    .concat();
    let ways: Vec<(&str, &str)> =
        ["redirects", "refuses", "endless", "accepts", "gone", "unheard-of"]
            .map(|channel| (channel, "alix"))
            .to_vec();
    let alix = town.person("Alix", &ways).await;
    let platform = start(town.path(), &settings).await.unwrap();
    let call = town.test(&alix).await;
    let want = [
        ("redirects", "redirected"),
        ("refuses", "refused"),
        ("endless", "said_error"),
        ("accepts", "receipt"),
        ("gone", "unreachable"),
        ("unheard-of", "unknown_channel"),
    ];
    let want = want.map(|(channel, code)| (channel.to_owned(), code.to_owned()));
    assert_eq!(town.outcomes(&call).await, want);
    assert!(elsewhere.next(0).is_none(), "no redirect is followed");
    assert!(next(&accepts).await.json()["text"].as_str().unwrap().starts_with("TEST "));
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_hangs_holds_up_nobody_else() {
    let town = Town::new().await;
    let hangs = Receiver::new(Reply::Hangs);
    let good = Arc::new(Receiver::new(ok()));
    let slow = "timeout_seconds = 30";
    let hanging = webhook("hangs", &hangs, "").replace("timeout_seconds = 2", slow);
    let settings = [LISTEN.to_owned(), hanging, webhook("good", &good, "")].concat();
    let alix = town.person("Alix", &[("hangs", "alix")]).await;
    let dominique = town.person("Dominique", &[("good", "dominique")]).await;
    let platform = start(town.path(), &settings).await.unwrap();
    for _ in 0..60 {
        town.test(&alix).await;
    }
    assert!(hangs.next(10).is_some());
    town.test(&dominique).await;
    assert_eq!(next(&good).await.json()["to"], "dominique");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ntfy_and_templates_arrive_as_they_were_written() {
    let town = Town::new().await;
    let (ntfy, form) = (Arc::new(Receiver::new(ok())), Arc::new(Receiver::new(ok())));
    let secret = town.path().join("key");
    std::fs::write(&secret, "Bearer s3cret\n").unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&secret, open).unwrap();
    let settings = format!(
        "{LISTEN}[channels.ntfy]\nkind = \"ntfy\"\nurl = {:?}\n\
         [channels.form]\nkind = \"http\"\nurl = {:?}\nbody = \"to={{digits}}&m={{text}}\"\n\
         content_type = \"application/x-www-form-urlencoded\"\n\
         [channels.form.header_files]\nAuthorization = {secret:?}\n",
        ntfy.url("/base/"),
        form.url("/send?key={id}"),
    );
    let refused = start(town.path(), &settings).await.err().unwrap();
    assert!(refused.contains("chmod 600") && refused.contains("'form'"), "{refused}");
    let closed = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&secret, closed).unwrap();
    let alix = town.person("Alix", &[("ntfy", "gravelines-7"), ("form", "+33612345678")]).await;
    let platform = start(town.path(), &settings).await.unwrap();
    town.test(&alix).await;
    let asked = next(&ntfy).await;
    assert!(asked.line.starts_with("POST /base/gravelines-7 "), "{}", asked.line);
    assert!(asked.header("Title").unwrap().starts_with("=?UTF-8?B?"), "{asked:?}");
    assert_eq!((asked.header("Priority"), asked.header("Tags")), (Some("3"), Some("test_tube")));
    assert!(asked.body.starts_with("TEST Gravelines"));
    let asked = next(&form).await;
    assert_eq!(asked.header("Authorization"), Some("Bearer s3cret"));
    assert!(asked.body.starts_with("to=33612345678&m=TEST%20Gravelines"), "{}", asked.body);
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_one_town_is_one_ring() {
    let town = Town::new().await;
    let good = Arc::new(Receiver::new(ok()));
    let settings = [LISTEN.to_owned(), webhook("good", &good, "")].concat();
    town.person("Alix", &[("good", "alix")]).await;
    let platform = start(town.path(), &settings).await.unwrap();
    for place in ["file_server", "mail", "network", "hypervisor", "nas"] {
        for kind in [AlarmKind::FilesVanishing, AlarmKind::FilesRewritten, AlarmKind::GuardBlind] {
            for _ in 0..7 {
                town.raise(place, kind, SystemClock.now()).await;
            }
        }
    }
    next(&good).await;
    silent(&good).await;
    // Each alarm is part of the one call, once its row of the outbox was looked at.
    until(async || {
        let calls = town.calls().await;
        assert_eq!(calls.len(), 1);
        let mut conn = town.store.read().await.unwrap();
        let joined = kept::alarms(&mut conn, &town.scope, &calls[0].id).await.unwrap();
        (joined.len() == 15).then_some(())
    })
    .await;
    platform.stop().await;
}

struct Movable(AtomicI64);

impl Clock for Movable {
    fn now(&self) -> Instant {
        SystemClock.now().plus_ms(self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_an_hour_off_either_way_stops_nothing() {
    const HOUR_MS: i64 = 3_600_000;
    let town = Town::new().await;
    let good = Arc::new(Receiver::new(ok()));
    let settings = [LISTEN.to_owned(), webhook("good", &good, "")].concat();
    let alix = town.person("Alix", &[("good", "alix")]).await;
    let clock = Arc::new(Movable(AtomicI64::new(0)));
    let begin = async |clock: &Arc<Movable>| {
        let data = town.path().join("data");
        let text = format!("[data]\nfolder = \"{}\"\n{settings}", data.display());
        let config = toml::from_str::<RawConfig>(&text).unwrap().check().unwrap();
        let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
        Platform::start(config, clock, Arc::new(SystemEntropy::new())).await.unwrap()
    };
    let platform = begin(&clock).await;
    let test = async || {
        let (actor, at) = (Actor::CommandLine, clock.now());
        let deed = Deed { store: &town.store, actor: &actor, at, scope: &town.scope };
        let call = calls::test(&deed, Some(&alix)).await.unwrap();
        next(&good).await;
        // Stopped before that is written down, it would be sent once more.
        town.outcomes(&call).await;
    };
    test().await;
    for off in [-HOUR_MS, HOUR_MS, 0, -HOUR_MS] {
        clock.0.store(off, Ordering::SeqCst);
        test().await;
    }
    // The clock is put right while nobody runs: what was asked for before is not forgotten.
    platform.stop().await;
    let (actor, at) = (Actor::CommandLine, SystemClock.now().plus_ms(HOUR_MS));
    let deed = Deed { store: &town.store, actor: &actor, at, scope: &town.scope };
    calls::test(&deed, Some(&alix)).await.unwrap();
    clock.0.store(0, Ordering::SeqCst);
    let platform = begin(&clock).await;
    next(&good).await;
    silent(&good).await;
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_people_hear_that_the_platform_was_silent() {
    let town = Town::new().await;
    let good = Arc::new(Receiver::new(ok()));
    let settings = [LISTEN.to_owned(), webhook("good", &good, "")].concat();
    town.person("Alix", &[("good", "alix")]).await;
    town.person("Opérateur", &[("good", "operateur")]).await;
    let platform = start(town.path(), &settings).await.unwrap();
    silent(&good).await;
    platform.stop().await;
    let platform = start(town.path(), &settings).await.unwrap();
    silent(&good).await;
    platform.stop().await;
    let mut book = town.store.bookkeeping().await.unwrap();
    let before = SystemClock.now().plus_ms(-20 * 60_000);
    rounds::done(&mut book, "alive", before, &json!({})).await.unwrap();
    book.commit().await.unwrap();
    let platform = start(town.path(), &settings).await.unwrap();
    let sent = next(&good).await.json();
    assert_eq!(sent["to"], "operateur");
    assert!(sent["text"].as_str().unwrap().contains("plateforme muette"), "{sent}");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_beats_outward_and_says_what_fails() {
    let town = Town::new().await;
    let (well, ill) = (Arc::new(Receiver::new(ok())), Arc::new(Receiver::new(ok())));
    let beat = format!(
        "{LISTEN}[beat]\nurl = {:?}\nfailing_url = {:?}\nevery_seconds = 5\n",
        well.url("/ping"),
        ill.url("/ping/fail"),
    );
    let platform = start(town.path(), &beat).await.unwrap();
    assert_eq!(next(&well).await.json(), json!({ "state": "ok", "failing": [] }));
    let mut book = town.store.bookkeeping().await.unwrap();
    rounds::failed(&mut book, "mirror", SystemClock.now(), "no route").await.unwrap();
    book.commit().await.unwrap();
    let asked = next(&ill).await;
    assert!(asked.line.contains("/ping/fail"));
    assert_eq!(asked.json(), json!({ "state": "failing", "failing": ["mirror"] }));
    platform.stop().await;

    let dead = "[beat]\nurl = \"http://127.0.0.1:1/\"\nmethod = \"GET\"\n";
    let platform = start(town.path(), &format!("{LISTEN}{dead}")).await.unwrap();
    let row = until(async || {
        let mut conn = town.store.read().await.unwrap();
        let row = rounds::get(&mut conn, &OperatorScope::for_operator(), "beat").await.unwrap();
        row.filter(|row| row.failing_since.is_some())
    })
    .await;
    assert_eq!(row.failure.as_deref(), Some("unreachable"));
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessed_codes_are_slowed_down_and_all_answered_alike() {
    let town = Town::new().await;
    let platform = start(town.path(), LISTEN).await.unwrap();
    let code = |number: u8| {
        let mut values: Vec<u8> = (0..14).map(|place| (number + place) & 31).collect();
        values.push(beffroi_town::crockford::check_value(&values));
        beffroi_town::crockford::text(&values)
    };
    let (first, page) = visit("GET", format!("{}/a/{}", platform.url(), code(0))).await;
    let (second, other) = visit("POST", format!("{}/a/{}", platform.url(), code(1))).await;
    assert_eq!((first, second), (404, 404));
    assert_eq!(page.replace(&code(0), ""), other.replace(&code(1), ""));
    let mut statuses = Vec::new();
    for number in 2..25 {
        let url = format!("{}/a/{}", platform.url(), code(number));
        statuses.push(visit("GET", url).await.0);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    for (typed, status) in [("ABC", 422), ("%C3%89", 422), (&"9".repeat(3_000), 422), ("", 200)] {
        let url = format!("{}/a/{typed}", platform.url());
        assert_eq!(visit("GET", url).await.0, status, "{typed}");
    }
    platform.stop().await;
}
