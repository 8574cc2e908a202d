//! What is on stage: the processes, the store, the played person.

use std::{future::Future, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use beffroi_store::{Store, TenantScope, alarms, facts, guards::Guard};
use beffroi_town::{
    Alarm, AlarmKind, Asset, Instant, ServiceId, ServiceStatus, TenantId, TownFacts, catalogue,
    edge::Clock,
};
use ureq::http::StatusCode;

use super::counter::Counter;
use crate::{
    gateway::Gateways,
    host::Host,
    person::{Page, Person},
    processes::Running,
    stage::Stage,
};

/// How long a step may take before the drill gives it up.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What is on stage. Fields are dropped in this order: processes before the network they run in.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) attacker: Option<Running>,
    pub(super) guard_process: Option<Running>,
    pub(super) greeter: Option<Running>,
    pub(super) platform: Running,
    pub(super) host: Option<Host>,
    /// The file server's share as its clients see it, in the played host's network.
    pub(super) share_door: Option<SocketAddr>,
    pub(super) stage: Stage,
    /// What stands for the gateways of text messages.
    pub(super) gateways: Gateways,
    pub(super) store: Store,
    pub(super) clock: DebugClock,
    pub(super) exe: PathBuf,
    pub(super) base: String,
    pub(super) town: TenantId,
    pub(super) neighbour: TenantId,
    pub(super) guard: Option<Guard>,
    pub(super) director: Person,
    /// The counter's keys, which the director's printed codes open.
    pub(super) counter: Counter,
    /// Printed one-time codes that nobody has used yet.
    pub(super) codes: Vec<String>,
    pub(super) first_touch_at: Option<Instant>,
    pub(super) last_touch_at: Option<Instant>,
    pub(super) alarm: Option<Alarm>,
}

/// The clock, in a form that can be shown.
#[derive(Clone)]
pub(super) struct DebugClock(pub(super) Arc<dyn Clock>);

impl std::fmt::Debug for DebugClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("clock")
    }
}

/// Asks again and again until there is an answer, or the patience is over.
pub(super) async fn until<T, F, Fut>(patience: Duration, mut ask: F) -> Result<Option<T>>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<Option<T>>>,
{
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        if let Some(answer) = ask().await? {
            return Ok(Some(answer));
        }
        if tokio::time::Instant::now() > deadline {
            return Ok(None);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

impl Scene {
    pub(super) fn now(&self) -> Instant {
        self.clock.0.now()
    }

    pub(super) fn scope(&self) -> TenantScope {
        TenantScope::for_tenant(&self.town)
    }

    /// Milliseconds since the first file was touched.
    pub(super) fn ms_since_touch(&self, at: Instant) -> Option<i64> {
        self.first_touch_at.map(|first| at.ms_since(first))
    }

    pub(super) async fn facts_of(&self, tenant: &TenantId) -> Result<TownFacts> {
        let scope = TenantScope::for_tenant(tenant);
        let found = facts::load(&mut self.store.read().await?, &scope, self.now()).await?;
        found.with_context(|| format!("{tenant} is not on the drill's platform"))
    }

    pub(super) async fn facts(&self) -> Result<TownFacts> {
        self.facts_of(&self.town).await
    }

    pub(super) async fn status(&self, service: &str) -> Result<ServiceStatus> {
        let (facts, id) = (self.facts().await?, ServiceId::parse(service)?);
        let views = facts.views();
        let view = views.iter().find(|view| view.service.id == id);
        Ok(view.with_context(|| format!("no service {service}"))?.status)
    }

    pub(super) async fn asset(&self, code: &str) -> Result<Asset> {
        let id = catalogue::asset_id(&self.town, code)?;
        let found = self.facts().await?.assets.into_iter().find(|asset| asset.id == id);
        found.with_context(|| format!("no asset {code}"))
    }

    /// The first open alarm of a kind.
    pub(super) async fn open_alarm(&self, kind: AlarmKind) -> Result<Option<Alarm>> {
        let all = alarms::open(&mut self.store.read().await?, &self.scope()).await?;
        Ok(all.into_iter().find(|alarm| alarm.kind == kind))
    }

    /// The town's public page, as anybody sees it.
    pub(super) fn public_page(&self, rest: &str) -> Result<String> {
        let anybody = Person::new(&self.base);
        let page = anybody.open(&format!("{}{rest}", self.town.path()))?;
        if page.status != StatusCode::OK.as_u16() {
            bail!("the public page answers {}", page.status);
        }
        Ok(page.body)
    }

    /// The director opens a page and sends one of its forms; a second factor is given if asked.
    pub(super) fn act(
        &mut self,
        path: &str,
        action: &str,
        filled: &[(&str, &str)],
    ) -> Result<Page> {
        let page = self.director.open(path)?;
        self.act_on(&page, action, filled)
    }

    /// The same on a page that is open already.
    pub(super) fn act_on(
        &mut self,
        page: &Page,
        action: &str,
        filled: &[(&str, &str)],
    ) -> Result<Page> {
        let offers_code = crate::person::forms(&page.body).iter().any(|form| {
            form.action.ends_with(action) && form.offered.iter().any(|name| name == "second_factor")
        });
        let code = if offers_code { self.codes.pop() } else { None };
        let mut all = filled.to_vec();
        if let Some(code) = &code {
            all.push(("second_factor", code));
        }
        let answer = self.director.send(page, action, &all)?;
        if answer.status >= 400 {
            let title = answer.body.split("<h1").nth(1).and_then(|rest| rest.split("</h1>").next());
            bail!("'{action}' was answered with {}: {title:?}", answer.status);
        }
        Ok(answer)
    }

    /// Ends every process and removes the folder.
    pub(super) async fn strike(self) -> Result<()> {
        drop(self.attacker);
        if let Some(guard) = self.guard_process {
            guard.end().await;
        }
        drop(self.greeter);
        self.platform.end().await;
        self.store.close().await;
        drop(self.host);
        self.stage.strike()
    }
}
