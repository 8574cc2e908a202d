//! Measures the bell: from an alarm raised to the first gateway that took a message; started by
//! `cargo xtask bench bell`.
//!
//! The real platform on a real store, a hundred towns with an alarm each within one burst, and a
//! gateway on loopback that notes when each message came. A time counts from the commit of the
//! alarm to the answer of the gateway. Three bursts on fresh platforms; the 99th percentile of all.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

use std::{
    collections::BTreeMap,
    error::Error,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant as Moment},
};

use beffroi_crisis::{Deed, oncall as lists};
use beffroi_platform::{
    Platform,
    config::RawConfig,
    edge::{SystemClock, SystemEntropy},
};
use beffroi_store::{Location, Store, TenantScope, alarms, assets, calls, tenants};
use beffroi_town::{
    Actor, Alarm, AlarmId, AlarmKind, AlarmState, AssetId, ContactId, Lang, Tenant, TenantId,
    catalogue,
    edge::Clock,
    oncall::{Contact, ESCALATE_MS, Holidays, Way},
};
use serde_json::{Value, json};

const TOWNS: u32 = 100;
const BURSTS: usize = 3;
const GOAL_MS: f64 = 2_000.0;
/// Nothing takes longer; else the benchmark fails instead of hanging.
const PATIENCE: Duration = Duration::from_mins(1);

type Done<T> = Result<T, Box<dyn Error>>;
/// When each address was answered.
type Heard = Arc<Mutex<BTreeMap<String, Vec<Moment>>>>;

fn main() -> Done<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("{}", runtime.block_on(measure())?);
    Ok(())
}

async fn measure() -> Done<Value> {
    let mut times = Vec::new();
    for _ in 0..BURSTS {
        times.extend(burst().await?);
    }
    times.sort_by(f64::total_cmp);
    let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
    let p99 = times.get(at).copied().unwrap_or(f64::NAN);
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
    let rings = storm().await?;
    Ok(json!([
        row(
            "alarm raised to the first gateway's receipt, p99 of 100 alarms in a burst",
            "ms",
            (p99, GOAL_MS)
        ),
        row("the same, median", "ms", (median, GOAL_MS)),
        row("messages for 100 alarms of one town", "messages", (rings, 1.0)),
    ]))
}

fn row(what: &str, unit: &str, (ours, goal): (f64, f64)) -> Value {
    let ours = (ours * 100.0).round() / 100.0;
    json!({ "what": what, "unit": unit, "ours": ours, "peer": null, "peer_name": null,
        "ratio": null, "goal": goal, "met": ours <= goal })
}

/// A hundred towns, an alarm each: milliseconds until each was taken.
async fn burst() -> Done<Vec<f64>> {
    let (gateway, heard) = gateway()?;
    let folder = tempfile::tempdir()?;
    let (store, towns) = found(folder.path(), TOWNS).await?;
    let platform = start(folder.path(), gateway).await?;
    let mut raised = BTreeMap::new();
    for town in &towns {
        raise(&store, town, ("file_server", AlarmKind::FilesVanishing)).await?;
        raised.insert(town.to_string(), Moment::now());
    }
    let all = until(|| {
        let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        (heard.len() == towns.len()).then(|| heard.clone())
    })
    .await?;
    platform.stop().await;
    let mut times = Vec::new();
    for (town, began) in raised {
        let first =
            all.get(&town).and_then(|moments| moments.first()).ok_or("a town was not rung")?;
        times.push(first.saturating_duration_since(began).as_secs_f64() * 1_000.0);
    }
    Ok(times)
}

/// A hundred alarms of one town, each of its own: how many messages went out.
async fn storm() -> Done<f64> {
    let (gateway, heard) = gateway()?;
    let folder = tempfile::tempdir()?;
    let (store, towns) = found(folder.path(), 1).await?;
    let town = towns.first().ok_or("no town")?;
    let platform = start(folder.path(), gateway).await?;
    let (_, its_assets) = catalogue::start(town, SystemClock.now())?;
    let kinds = [AlarmKind::FilesVanishing, AlarmKind::FilesRewritten];
    let own = format!("{}-", town.dashed());
    let places: Vec<String> = its_assets
        .iter()
        .filter_map(|asset| asset.id.as_str().strip_prefix(&own).map(str::to_owned))
        .collect();
    let mut count = 0;
    for kind in kinds.into_iter().chain([
        AlarmKind::GuardBlind,
        AlarmKind::VitalSigns,
        AlarmKind::OrderRefused,
        AlarmKind::GuardSilent,
        AlarmKind::NewDevice,
    ]) {
        for place in &places {
            if count < 100 {
                raise(&store, town, (place, kind)).await?;
                count += 1;
            }
        }
    }
    // Until each alarm is part of a call, and a moment for a message too many.
    let (scope, end) = (TenantScope::for_tenant(town), Moment::now() + PATIENCE);
    loop {
        let mut conn = store.read().await?;
        let mut joined = 0;
        for call in calls::list(&mut conn, &scope, 1_000).await? {
            joined += calls::alarms(&mut conn, &scope, &call.id).await?.len();
        }
        drop(conn);
        if joined >= 100 {
            break;
        }
        if Moment::now() > end {
            return Err("the storm does not end".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    platform.stop().await;
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    let rings: usize = heard.values().map(Vec::len).sum();
    if count < 100 {
        return Err(format!("only {count} alarms").into());
    }
    Ok(u32::try_from(rings)?.into())
}

async fn until<T>(mut ask: impl FnMut() -> Option<T>) -> Done<T> {
    let end = Moment::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        if Moment::now() > end {
            return Err("not everybody was rung".into());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn start(folder: &Path, gateway: SocketAddr) -> Done<Platform> {
    let text = format!(
        "[data]\nfolder = \"{}\"\n[doors]\nlisten = \"127.0.0.1:0\"\n\
         [channels.bench]\nkind = \"webhook\"\nurl = \"http://{gateway}/\"\n",
        folder.display()
    );
    let config = toml::from_str::<RawConfig>(&text)?.check()?;
    Ok(Platform::start(config, Arc::new(SystemClock), Arc::new(SystemEntropy::new())).await?)
}

/// Towns with one person on call each, addressed by the town's code.
async fn found(folder: &Path, count: u32) -> Done<(Store, Vec<TenantId>)> {
    let location = Location::Folder(folder.to_owned());
    let store = Store::open(&location, Arc::new(SystemEntropy::new())).await?;
    let (by, at) = (Actor::CommandLine, SystemClock.now());
    let mut towns = Vec::new();
    for number in 1..=count {
        let id = TenantId::parse(&format!("59{number:03}"))?;
        let tenant = Tenant {
            id: id.clone(),
            name: format!("Ville {number}"),
            department: Some("59".to_owned()),
            region: None,
            population: None,
            siren: None,
            postcodes: Vec::new(),
            epci: None,
            opened_at: at,
            closed_at: None,
        };
        let (_, its_assets) = catalogue::start(&id, at)?;
        let mut tx = store.begin_founding(std::slice::from_ref(&id), &by, at).await?;
        tenants::add(&mut tx, &tenant).await?;
        assets::add(&mut tx, &its_assets).await?;
        tx.commit().await?;
        let scope = TenantScope::for_tenant(&id);
        let one = Contact {
            id: ContactId::new(at, store.entropy()),
            tenant: id.clone(),
            rank: 0,
            name: "Astreinte".to_owned(),
            lang: Lang::Fr,
            for_operator: false,
            watch: Vec::new(),
            holidays: Holidays::AsDays,
            quiet: None,
            ways: vec![Way { channel: "bench".to_owned(), address: id.to_string() }],
            escalate_ms: ESCALATE_MS,
            paused: false,
        };
        lists::add(&Deed { store: &store, actor: &by, at, scope: &scope }, &one).await?;
        towns.push(id);
    }
    Ok((store, towns))
}

async fn raise(store: &Store, town: &TenantId, (place, kind): (&str, AlarmKind)) -> Done<()> {
    let at = SystemClock.now();
    let alarm = Alarm {
        id: AlarmId::new(at, store.entropy()),
        tenant: town.clone(),
        kind,
        guard: None,
        asset: Some(AssetId::parse(&format!("{}-{place}", town.dashed()))?),
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
    let mut tx = store.begin(std::slice::from_ref(town), &Actor::Platform, at).await?;
    alarms::raise(&mut tx, &alarm, 1).await?;
    tx.commit().await?;
    Ok(())
}

/// A gateway that takes everything and notes when.
fn gateway() -> Done<(SocketAddr, Heard)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let heard = Heard::default();
    let kept = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let kept = Arc::clone(&kept);
            std::thread::spawn(move || take(stream, &kept));
        }
    });
    Ok((address, heard))
}

fn take(mut stream: TcpStream, heard: &Heard) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        .ok()?;
    let message: Value = serde_json::from_slice(&body).ok()?;
    let to = message.get("to")?.as_str()?.to_owned();
    heard.lock().unwrap_or_else(PoisonError::into_inner).entry(to).or_default().push(Moment::now());
    Some(())
}
