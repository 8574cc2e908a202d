//! A town with people on call, and what its gateways are told.

use std::{path::Path, sync::Arc, time::Duration};

use beffroi_crisis::{Deed, calls, oncall};
use beffroi_platform::edge::{SystemClock, SystemEntropy};
use beffroi_store::{Store, TenantScope, alarms, calls as kept};
use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmKind, AlarmState, CallId, ContactId, Instant, Lang, catalogue,
    edge::Clock,
    oncall::{Call, Contact, ESCALATE_MS, Holidays, Outcome, Way},
};
use serde_json::json;
use tempfile::TempDir;

use crate::{
    gravelines,
    receiver::{Asked, Receiver},
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
pub(crate) async fn visit(method: &'static str, url: String) -> (u16, String) {
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

pub(crate) async fn next(receiver: &Arc<Receiver>) -> Asked {
    let receiver = Arc::clone(receiver);
    let asked = tokio::task::spawn_blocking(move || receiver.next(10)).await.unwrap();
    asked.expect("the gateway was not asked")
}

pub(crate) async fn silent(receiver: &Arc<Receiver>) {
    let receiver = Arc::clone(receiver);
    let asked = tokio::task::spawn_blocking(move || receiver.next(1)).await.unwrap();
    assert!(asked.is_none(), "{asked:?}");
}
