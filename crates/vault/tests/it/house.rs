//! A vault of its own for each test, with a played clock, and a client that holds a credential.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use beffroi_store::{
    Location, Store, TenantScope, alarms, tenants,
    vault::{self, NewRepository, Repository},
};
use beffroi_town::{
    Actor, Alarm, Instant, Tenant, TenantId,
    edge::{Clock, Entropy},
    vault::verdict::CredentialKind,
};
use beffroi_vault::{Pace, Rules, Settings, Shelf, Vault, repositories};
use data_encoding::{BASE64, HEXLOWER};
use http_body_util::BodyExt as _;
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom as _, SystemRandom},
};
use tempfile::TempDir;

pub(crate) struct Chance(SystemRandom);

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).unwrap();
    }
}

pub(crate) struct Played(AtomicI64);

impl Clock for Played {
    fn now(&self) -> Instant {
        Instant::from_ms(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const GB: u64 = 1_000_000_000;

pub(crate) struct House {
    folder: TempDir,
    pub(crate) store: Store,
    pub(crate) clock: Arc<Played>,
    pub(crate) vault: Vault,
    settings: Settings,
}

pub(crate) fn town() -> TenantId {
    TenantId::parse("59273").unwrap()
}

pub(crate) fn scope() -> TenantScope {
    TenantScope::for_tenant(&town())
}

/// The name of an object with these bytes.
pub(crate) fn name_of(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings than usual.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = TempDir::new().unwrap();
        let location = Location::Folder(folder.path().join("data"));
        std::fs::create_dir(folder.path().join("data")).unwrap();
        let store = Store::open(&location, Arc::new(Chance(SystemRandom::new()))).await.unwrap();
        let clock = Arc::new(Played(AtomicI64::new(1_714_035_840_000)));
        let mut settings = Settings {
            folder: folder.path().join("vault"),
            server_quota_bytes: GB,
            tenant_quota_bytes: GB,
            keep_free_bytes: 0,
            pace: Pace::default(),
            rules: Rules::default(),
            scrub_every_ms: None,
        };
        change(&mut settings);
        let mut tx =
            store.begin_founding(&[town()], &Actor::CommandLine, clock.now()).await.unwrap();
        let tenant = Tenant {
            id: town(),
            name: "Gravelines".to_owned(),
            department: Some("59".to_owned()),
            region: None,
            population: None,
            siren: None,
            postcodes: vec![],
            epci: None,
            opened_at: clock.now(),
            closed_at: None,
        };
        tenants::add(&mut tx, &tenant).await.unwrap();
        tx.commit().await.unwrap();
        let opened = Vault::open(store.clone(), Arc::clone(&clock) as _, settings.clone());
        Self { folder, vault: opened.await.unwrap(), store, clock, settings }
    }

    /// The same data, as another process finds it.
    pub(crate) async fn opened_again(self) -> Self {
        let clock = Arc::clone(&self.clock) as _;
        let opened = Vault::open(self.store.clone(), clock, self.settings.clone());
        Self { vault: opened.await.unwrap(), ..self }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    pub(crate) fn pass(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// One more credential for a server; its repository if there is none yet.
    pub(crate) async fn client(&self, server: &str) -> Client {
        let new =
            NewRepository { server, asset: None, quota_bytes: None, silent_after_hours: None };
        self.client_of(&new).await
    }

    pub(crate) async fn client_of(&self, new: &NewRepository<'_>) -> Client {
        let by = (&Actor::CommandLine, self.clock.now());
        let handed =
            repositories::add(&self.store, by, &self.folder(), &town(), new).await.unwrap();
        let user = format!("59273.{}:{}", new.server, handed.issued.token);
        Client {
            vault: self.vault.clone(),
            base: format!("/vault/59273/{}/", new.server),
            basic: format!("Basic {}", BASE64.encode(user.as_bytes())),
            credential: handed.issued.id,
        }
    }

    /// An inspector of a server that has a repository.
    pub(crate) async fn inspector(&self, server: &str) -> Client {
        let by = (&Actor::CommandLine, self.clock.now());
        let whose = (server, CredentialKind::Inspector);
        let issued = repositories::add_holder(&self.store, by, &town(), whose).await.unwrap();
        let user = format!("59273.{server}:{}", issued.token);
        Client {
            vault: self.vault.clone(),
            base: format!("/vault/59273/{server}/"),
            basic: format!("Basic {}", BASE64.encode(user.as_bytes())),
            credential: issued.id,
        }
    }

    pub(crate) async fn repository(&self, server: &str) -> Repository {
        vault::get(&mut self.store.read().await.unwrap(), &scope(), server).await.unwrap().unwrap()
    }

    pub(crate) fn shelf(&self, server: &str) -> PathBuf {
        Shelf::of(&self.folder(), &town(), server).folder().to_owned()
    }

    /// The file of a pack.
    pub(crate) fn pack(&self, server: &str, name: &str) -> PathBuf {
        self.shelf(server).join("data").join(&name[..2]).join(name)
    }

    pub(crate) async fn alarms(&self) -> Vec<Alarm> {
        alarms::open(&mut self.store.read().await.unwrap(), &scope()).await.unwrap()
    }

    /// The kinds of open alarms, by code.
    pub(crate) async fn alarm_kinds(&self) -> Vec<&'static str> {
        self.alarms().await.iter().map(|alarm| alarm.kind.code()).collect()
    }
}

/// Somebody with a credential.
#[derive(Clone)]
pub(crate) struct Client {
    vault: Vault,
    pub(crate) base: String,
    pub(crate) basic: String,
    pub(crate) credential: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Said {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        (headers, body): (&[(&str, &str)], Body),
    ) -> Said {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, &self.basic);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.vault.answer(request.body(body).unwrap()).await;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Said { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Said {
        self.ask(Method::GET, path, (&[], Body::empty())).await
    }

    pub(crate) async fn post(&self, path: &str, bytes: &[u8]) -> StatusCode {
        self.ask(Method::POST, path, (&[], Body::from(bytes.to_vec()))).await.status
    }

    /// Sends an object under its right name; the name.
    pub(crate) async fn send(&self, kind: &str, bytes: &[u8]) -> (StatusCode, String) {
        let name = name_of(bytes);
        (self.post(&format!("{kind}/{name}"), bytes).await, name)
    }

    pub(crate) async fn delete(&self, path: &str) -> StatusCode {
        self.ask(Method::DELETE, path, (&[], Body::empty())).await.status
    }
}
