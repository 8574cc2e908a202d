//! The assembled house behind its real door: TLS, proxies, hooks, slow visitors.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "helpers of tests fail by panicking"
)]

mod bell;
mod mail;
mod receiver;
mod town;

mod doors;

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use beffroi_crisis::{Deed, cuts};
use beffroi_platform::{
    Platform,
    config::RawConfig,
    edge::{SystemClock, SystemEntropy},
};
use beffroi_registry::tenants;
use beffroi_store::{Store, TenantScope, assets};
use beffroi_town::{Actor, AssetState, CutMeans, TenantId, catalogue, edge::Clock};
use tempfile::TempDir;

pub(crate) async fn start(folder: &Path, settings: &str) -> Result<Platform, String> {
    let text = format!("[data]\nfolder = \"{}\"\n{settings}", folder.join("data").display());
    let config = toml::from_str::<RawConfig>(&text).unwrap().check().unwrap();
    Platform::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy::new()))
        .await
        .map_err(|error| error.to_string())
}

async fn store(folder: &Path) -> Store {
    let location = beffroi_store::Location::Folder(folder.join("data"));
    Store::open(&location, Arc::new(SystemEntropy::new())).await.unwrap()
}

pub(crate) async fn gravelines(folder: &Path) -> (Store, TenantScope) {
    fs::create_dir_all(folder.join("data")).unwrap();
    let store = store(folder).await;
    let entry = tenants::resolve("59273").unwrap();
    tenants::add(&store, &Actor::CommandLine, SystemClock.now(), vec![entry]).await.unwrap();
    (store, TenantScope::for_tenant(&TenantId::parse("59273").unwrap()))
}

pub(crate) const LISTEN: &str = "[doors]\nlisten = \"127.0.0.1:0\"\n";

/// A certificate for 127.0.0.1 that only this test believes.
fn certificate(folder: &Path) -> Vec<u8> {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    fs::write(folder.join("c.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("k.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_ends_tls_itself() {
    let folder = TempDir::new().unwrap();
    gravelines(folder.path()).await;
    let der = certificate(folder.path());
    let settings = format!(
        "{LISTEN}certificate = {:?}\nkey = {:?}\n",
        folder.path().join("c.pem"),
        folder.path().join("k.pem")
    );
    let platform = start(folder.path(), &settings).await.unwrap();
    assert!(platform.url().starts_with("https://"));
    let url = format!("{}/c/59273/", platform.url());
    let page = tokio::task::spawn_blocking(move || doors::fetch(&url, &der).unwrap());
    assert!(page.await.unwrap().1.contains("Gravelines"));
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_cannot_be_used_is_named() {
    let folder = TempDir::new().unwrap();
    certificate(folder.path());
    fs::write(folder.path().join("bad.pem"), "nothing").unwrap();
    let with = |certificate: &str, key: &str| {
        let path = |name: &str| folder.path().join(name);
        format!("{LISTEN}certificate = {:?}\nkey = {:?}\n", path(certificate), path(key))
    };
    for (certificate, key, named) in [
        ("bad.pem", "k.pem", "bad.pem"),
        ("c.pem", "bad.pem", "bad.pem"),
        ("no.pem", "k.pem", "no.pem"),
    ] {
        let said = start(folder.path(), &with(certificate, key)).await.err().unwrap();
        assert!(said.contains(named), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_is_told_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = format!("[doors]\nlisten = \"{}\"\n", taken.local_addr().unwrap());
    let said = start(folder.path(), &settings).await.err().unwrap();
    assert!(said.contains("--listen"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_is_run_and_only_then_is_the_asset_cut() {
    let folder = TempDir::new().unwrap();
    let (store, scope) = gravelines(folder.path()).await;
    let note = folder.path().join("port-7");
    let settings = format!("{LISTEN}[hooks.switch]\ncut = [\"touch\", {note:?}]\n");
    let platform = start(folder.path(), &settings).await.unwrap();
    let network = catalogue::asset_id(scope.tenant(), "network").unwrap();
    let actor = Actor::CommandLine;
    let deed = Deed { store: &store, actor: &actor, at: SystemClock.now(), scope: &scope };
    let ids = std::slice::from_ref(&network);
    let mut tx = assets::begin(&store, &scope, ids, &actor, deed.at).await.unwrap();
    let means = CutMeans::Hook { hook: "switch".to_owned() };
    assets::set_cut_means(&mut tx, &network, Some(&means)).await.unwrap();
    tx.commit().await.unwrap();
    cuts::order(&deed, &network).await.unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let now = assets::get(&mut store.read().await.unwrap(), &scope, &network).await.unwrap();
        if now.unwrap().state == AssetState::Cut {
            break;
        }
        assert!(Instant::now() < end, "the hook was not run");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(note.exists());
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn visitors_who_say_nothing_keep_nobody_out() {
    let folder = TempDir::new().unwrap();
    gravelines(folder.path()).await;
    let platform = start(folder.path(), LISTEN).await.unwrap();
    let address = platform.address();
    let silent: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(address).unwrap()).collect();
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        stream
            .write_all(b"GET /c/59273/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    })
    .await
    .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"));
    drop(silent);
    platform.stop().await;
}
