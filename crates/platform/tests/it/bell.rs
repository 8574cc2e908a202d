//! Somebody wakes up: the assembled house rings real gateways on loopback.

use std::{path::Path, sync::Arc, time::Duration};

use beffroi_crisis::{Deed, calls, oncall};
use beffroi_platform::edge::{SystemClock, SystemEntropy};
use beffroi_store::{OperatorScope, Store, TenantScope, alarms, calls as kept};
use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmKind, AlarmState, CallId, ContactId, Instant, Lang, catalogue,
    edge::Clock,
    oncall::{Call, CallState, Contact, ESCALATE_MS, Holidays, Outcome, Way},
};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    LISTEN, gravelines,
    receiver::{Receiver, Reply, ok},
    start,
};

pub(crate) struct Town {
    folder: TempDir,
    pub(crate) store: Store,
    pub(crate) scope: TenantScope,
}

impl Town {
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (store, scope) = gravelines(folder.path()).await;
        Self { folder, store, scope }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn deed<'a>(&'a self, actor: &'a Actor) -> Deed<'a> {
        Deed { store: &self.store, actor, at: SystemClock.now(), scope: &self.scope }
    }

    pub(crate) async fn person(&self, name: &str, ways: &[(&str, &str)]) -> ContactId {
        let way = |(channel, address): &(&str, &str)| Way {
            channel: (*channel).to_owned(),
            address: (*address).to_owned(),
        };
        let one = Contact {
            id: ContactId::parse("unread").unwrap(),
            tenant: self.scope.tenant().clone(),
            rank: 0,
            name: name.to_owned(),
            lang: Lang::Fr,
            for_operator: name == "Opérateur",
            watch: vec![],
            holidays: Holidays::AsDays,
            quiet: None,
            ways: ways.iter().map(way).collect(),
            escalate_ms: ESCALATE_MS,
            paused: false,
        };
        oncall::add(&self.deed(&Actor::CommandLine), &one).await.unwrap()
    }

    pub(crate) async fn raise(&self, place: &str, kind: AlarmKind, at: Instant) {
        let tenant = self.scope.tenant();
        let alarm = Alarm {
            id: AlarmId::new(at, &SystemEntropy::new()),
            tenant: tenant.clone(),
            kind,
            guard: None,
            asset: Some(catalogue::asset_id(tenant, place).unwrap()),
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
        let tenants = std::slice::from_ref(tenant);
        let mut tx = self.store.begin(tenants, &Actor::Platform, at).await.unwrap();
        alarms::raise(&mut tx, &alarm, 1).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(crate) async fn test(&self, contact: &ContactId) -> CallId {
        calls::test(&self.deed(&Actor::CommandLine), Some(contact)).await.unwrap()
    }

    pub(crate) async fn calls(&self) -> Vec<Call> {
        kept::list(&mut self.store.read().await.unwrap(), &self.scope, 500).await.unwrap()
    }

    /// The failures of a call's messages by channel, once none is on its way any more.
    pub(crate) async fn outcomes(&self, call: &CallId) -> Vec<(String, String)> {
        until(async || {
            let mut conn = self.store.read().await.unwrap();
            let all = kept::tries::list(&mut conn, &self.scope, call).await.unwrap();
            let done = !all.is_empty() && all.iter().all(|one| one.outcome != Outcome::Pending);
            done.then(|| {
                let code = |outcome: &Outcome| match outcome {
                    Outcome::Failed { code, .. } => code.clone(),
                    _ => "receipt".to_owned(),
                };
                all.iter().map(|one| (one.channel.clone(), code(&one.outcome))).collect()
            })
        })
        .await
    }
}

/// Asks until there is an answer; ten seconds at most.
pub(crate) async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = tokio::time::Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < end, "nothing happened");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn webhook(name: &str, receiver: &Receiver, more: &str) -> String {
    let url = receiver.url("/hook");
    format!("[channels.{name}]\nkind = \"webhook\"\nurl = {url:?}\ntimeout_seconds = 2\n{more}\n")
}

/// A request to the platform, on a thread of its own.
async fn visit(method: &'static str, url: String) -> (u16, String) {
    tokio::task::spawn_blocking(move || {
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build();
        let agent: ureq::Agent = config.into();
        let mut answer = match method {
            "GET" => agent.get(&url).call().unwrap(),
            _ => agent.post(&url).send_empty().unwrap(),
        };
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    })
    .await
    .unwrap()
}

pub(crate) async fn next(receiver: &Arc<Receiver>) -> crate::receiver::Asked {
    let receiver = Arc::clone(receiver);
    let asked = tokio::task::spawn_blocking(move || receiver.next(10)).await.unwrap();
    asked.expect("the gateway was not asked")
}

pub(crate) async fn silent(receiver: &Arc<Receiver>) {
    let receiver = Arc::clone(receiver);
    let asked = tokio::task::spawn_blocking(move || receiver.next(1)).await.unwrap();
    assert!(asked.is_none(), "{asked:?}");
}

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
    let closed = Receiver::new(ok());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = closed.url("/").replace(
        &closed.address.port().to_string(),
        &nobody.local_addr().unwrap().port().to_string(),
    );
    drop(nobody);
    let settings = [
        LISTEN.to_owned(),
        webhook("redirects", &redirects, ""),
        webhook("refuses", &refuses, ""),
        webhook("endless", &endless, "must_contain = [\"ok\"]"),
        webhook("accepts", &accepts, "accept = [200, 409]"),
        format!("[channels.gone]\nkind = \"webhook\"\nurl = {gone:?}\n"),
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
    until(async || {
        let operator = OperatorScope::for_operator();
        let mut conn = town.store.read().await.unwrap();
        let now = SystemClock.now();
        let left = beffroi_store::outbox::due(&mut conn, &operator, kept::ASKED, now).await;
        (left.unwrap() == 0).then_some(())
    })
    .await;
    let calls = town.calls().await;
    assert_eq!(calls.len(), 1);
    let mut conn = town.store.read().await.unwrap();
    let joined = kept::alarms(&mut conn, &town.scope, &calls[0].id).await.unwrap();
    assert_eq!(joined.len(), 15, "each alarm is part of it");
    drop(conn);
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
