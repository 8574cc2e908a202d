//! Before the curtain: the town, its people, its guard, its files.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};
use beffroi_registry::{
    accounts,
    guards::{self, Invitation},
    services, tenants,
};
use beffroi_store::{Location, Store, TenantScope, assets, guards as enrolled};
use beffroi_town::{
    Actor, AssetId, CutMeans, DataExposure, Need, Strength, TenantId, Whose, catalogue,
    watch::PlatformAddress,
};

use super::{
    Options, bell, counter,
    scene::{DebugClock, PATIENCE, Scene, until},
    vault,
};
use crate::{
    gateway::Gateways,
    host::{self, Host},
    person::Person,
    processes::{Ordinary, Running},
    report::{Heading, Report},
    stage::Stage,
};

/// Numbers set apart for works of fiction (ARCEP): nobody's telephone rings.
const SERVICES: &str = "\
service;lieu;horaires;telephone
reception;Hôtel de ville;Du lundi au vendredi, de 8 h 30 à 12 h et de 13 h 30 à 17 h;03 53 01 00 01
deaths;Hôtel de ville, état civil;Du lundi au vendredi, de 8 h 30 à 12 h;03 53 01 00 02
births;Hôtel de ville, état civil;Du lundi au vendredi, de 8 h 30 à 12 h;03 53 01 00 02
canteen;Service des écoles;Du lundi au vendredi, de 9 h à 12 h;03 53 01 00 03
identity_cards;Hôtel de ville, état civil;Sur rendez-vous;03 53 01 00 02
library;Médiathèque;Du mardi au samedi, de 10 h à 18 h;03 53 01 00 04
planning;Services techniques;Le mardi et le jeudi matin;03 53 01 00 05
";

/// Sets everything up; nothing has happened yet.
pub(super) async fn scene(options: &Options, report: &mut Report) -> Result<Scene> {
    report.root = Ordinary::for_attack().is_some();
    let stage = Stage::build(&options.parent, options.seed, options.files)?;
    report.files.total = options.files;
    if let Some(user) = Ordinary::for_attack() {
        stage.give_to(user.uid, user.gid)?;
    }
    let data = stage.root.join("data");
    fs::create_dir(&data).context("make the platform's folder")?;
    let store = Store::open(&Location::Folder(data.clone()), options.entropy.clone()).await?;
    let (town, neighbour) = (TenantId::parse("59273")?, TenantId::parse("epci:245900428")?);
    people_the_town(options, &store, &town, &neighbour).await?;
    let counter = counter::open(options, &store, &data, &town).await?;
    let gateways = Gateways::open().await?;
    let (platform, base) = start_platform(options, (&stage, &data), &gateways).await?;
    let director = Person::new(&base);
    let mut scene = Scene {
        attacker: None,
        guard_process: None,
        greeter: None,
        platform,
        host: None,
        share_door: None,
        stage,
        gateways,
        store,
        clock: DebugClock(options.clock.clone()),
        exe: options.exe.clone(),
        base,
        town,
        neighbour,
        guard: None,
        director,
        counter,
        codes: Vec::new(),
        first_touch_at: None,
        last_touch_at: None,
        alarm: None,
    };
    bell::people(&scene).await?;
    sign_up(&mut scene).await?;
    if options.with_guard {
        vault::back_up(&scene, report).await?;
        post_guard(&mut scene).await?;
    }
    let facts = scene.facts().await?;
    report.heading = Heading {
        town: facts.tenant.name,
        at: scene.now(),
        guarded: options.with_guard,
        fingerprint: String::new(),
    };
    Ok(scene)
}

/// The two authorities, what they share, where residents go.
async fn people_the_town(
    options: &Options,
    store: &Store,
    town: &TenantId,
    neighbour: &TenantId,
) -> Result<()> {
    let (actor, at) = (Actor::CommandLine, options.clock.now());
    let entries = [town, neighbour].map(|id| tenants::resolve(id.as_str()));
    let entries = entries.into_iter().collect::<Result<Vec<_>, _>>()?;
    tenants::add(store, &actor, at, entries).await?;
    let scope = TenantScope::for_tenant(town);
    services::import(store, &actor, at, &scope, SERVICES.as_bytes()).await?;

    let shared = catalogue::asset_id(neighbour, "planning_app")?;
    let of_town = |code: &str| catalogue::asset_id(town, code);
    let owner = TenantScope::for_tenant(neighbour);
    beffroi_registry::assets::share(store, (&actor, at), &owner, &shared, town).await?;
    let mut tx = store.begin(std::slice::from_ref(town), &actor, at).await?;
    // The town's planners work on the joint authority's application, by the town's own network.
    let need =
        Need { asset: shared, strength: Strength::Essential, via: Some(of_town("network")?) };
    let planning = beffroi_town::ServiceId::parse("planning")?;
    beffroi_store::services::set_needs(&mut tx, town, &planning, &[need]).await?;
    assets::set_exposure(
        &mut tx,
        &of_town("identity_system")?,
        DataExposure::Safe,
        Whose::Residents,
        None,
    )
    .await?;
    let hand = |room: &str, label: &str| CutMeans::Hand {
        room: room.to_owned(),
        rack: "baie A".to_owned(),
        label: label.to_owned(),
    };
    for (asset, means) in [
        ("network", CutMeans::Hook { hook: "firewall".to_owned() }),
        ("hypervisor", hand("Local technique, rez-de-chaussée", "câble rouge n° 1")),
        ("backup_server", hand("Local technique, rez-de-chaussée", "câble rouge n° 2")),
        ("nas", hand("Services techniques, bureau 4", "prise murale 12")),
    ] {
        assets::set_cut_means(&mut tx, &of_town(asset)?, Some(&means)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Starts the real server on a free port, with a hook that notes what it is told.
async fn start_platform(
    options: &Options,
    (stage, data): (&Stage, &Path),
    gateways: &Gateways,
) -> Result<(Running, String)> {
    let root = &stage.root;
    let switch = |state: &str| {
        let words = [
            options.exe.display().to_string(),
            "beffroi-play".to_owned(),
            "switch".to_owned(),
            root.display().to_string(),
            state.to_owned(),
        ];
        format!("{words:?}")
    };
    let config = root.join("beffroi.toml");
    let hook = format!("[hooks.firewall]\ncut = {}\nlift = {}\n", switch("cut"), switch("open"));
    let text = hook + &bell::channels(gateways) + &vault::settings(root);
    fs::write(&config, text).context("write the drill's configuration")?;
    let address = root.join("address");
    let mut command = Command::new(&options.exe);
    command.arg("serve").args(["--listen", "127.0.0.1:0", "--config"]).arg(&config);
    command.arg("--data").arg(data).arg("--address-file").arg(&address);
    let mut running = Running::start(command, "platform", root)?;
    let found = until(PATIENCE, || async { Ok(fs::read_to_string(&address).ok()) }).await?;
    let Some(base) = found else {
        running.check(root)?;
        bail!("the platform does not answer");
    };
    Ok((running, base))
}

/// The director's first log-in, well before the attack: the first code is used up, and ten
/// printed codes lie in an envelope.
async fn sign_up(scene: &mut Scene) -> Result<()> {
    let scope = scene.scope();
    let first = scene.counter.first_code.clone();
    let door = scene.director.open("/console/login")?;
    scene.director.send(&door, "/login/code", &[("one_time_code", &first)])?;
    let all = accounts::list(&scene.store, &scope).await?;
    let account = all.first().context("the director's account is not there")?;
    scene.codes =
        accounts::print_codes(&scene.store, scene.now(), account, Some(&scene.counter.own)).await?;
    scene.codes.reverse();
    // On the day this browser is gone: somebody else's telephone, one printed code.
    scene.director = Person::new(&scene.base);
    Ok(())
}

/// Invites a guard, starts it on the played file server, waits until it protects every file.
async fn post_guard(scene: &mut Scene) -> Result<()> {
    let root = scene.stage.root.clone();
    let asset: AssetId = catalogue::asset_id(&scene.town, "file_server")?;
    let platform: std::net::SocketAddr =
        scene.base.trim_start_matches("http://").parse().context("read the platform's address")?;
    // Without root there is no network of its own to cut: the guard then says that it cannot.
    scene.host = if Ordinary::for_attack().is_some() { Some(Host::build()?) } else { None };
    let url = match &scene.host {
        Some(host) => format!("http://{}", host::relay(host.here, platform)?),
        None => scene.base.clone(),
    };
    let invitation = Invitation {
        asset: &asset,
        platforms: vec![PlatformAddress::plain(url)],
        certificate_sha256: None,
        lift: None,
    };
    let (scope, actor) = (scene.scope(), Actor::CommandLine);
    let enrolment = guards::invite(&scene.store, &actor, scene.now(), &scope, invitation).await?;
    let file = root.join("enrolment.json");
    write_secret(&file, &serde_json::to_vec(&enrolment)?)?;
    let sensors = root.join("sensors");
    heat(&sensors, 42_000)?;

    let mut command = match &scene.host {
        Some(host) => host.command(&scene.exe),
        None => Command::new(&scene.exe),
    };
    command.arg("guard").arg("--watch").arg(&scene.stage.share).arg("--enrol").arg(&file);
    command.arg("--state").arg(root.join("guard")).arg("--sensors").arg(&sensors);
    command.args(["--mode", "protect"]);
    scene.guard_process = Some(Running::start(command, "guard", &root)?);
    wait_for_guard(scene).await?;
    open_share(scene)?;
    let guard = scene.guard.as_ref().context("the guard did not enrol")?;
    let means = CutMeans::Guard { guard: guard.id.clone() };
    let ids = std::slice::from_ref(&asset);
    let mut tx = assets::begin(&scene.store, &scope, ids, &actor, scene.now()).await?;
    assets::set_cut_means(&mut tx, &asset, Some(&means)).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("make {}", path.display()))?;
    file.write_all(bytes).with_context(|| format!("write {}", path.display()))
}

async fn wait_for_guard(scene: &mut Scene) -> Result<()> {
    let (store, scope) = (scene.store.clone(), scene.scope());
    let ready = until(PATIENCE, || async {
        let mut conn = store.read().await?;
        let Some(guard) = enrolled::list(&mut conn, &scope).await?.pop() else { return Ok(None) };
        let beat = enrolled::last_beat(&mut conn, &scope, &guard.id).await?;
        let scanned = beat.is_some_and(|last| last.beat.watched.iter().all(|one| one.scanned));
        Ok(scanned.then_some(guard))
    });
    scene.guard = ready.await?;
    if scene.guard.is_none() {
        if let Some(running) = scene.guard_process.as_mut() {
            running.check(&scene.stage.root)?;
        }
        bail!("the guard did not get ready within {} s", PATIENCE.as_secs());
    }
    Ok(())
}

/// Opens the door of the file share in the played host's network.
fn open_share(scene: &mut Scene) -> Result<()> {
    let Some(host) = &scene.host else { return Ok(()) };
    let door = std::net::SocketAddr::from((host.there, 445));
    let mut command = host.command(&scene.exe);
    command.args(["beffroi-play", "greet", &door.to_string()]);
    scene.greeter = Some(Running::start(command, "share", &scene.stage.root)?);
    scene.share_door = Some(door);
    Ok(())
}

/// Plays the temperature of the server, in thousandths of a degree.
pub(super) fn heat(sensors: &Path, millicelsius: u32) -> Result<()> {
    let chip = sensors.join("sys/class/hwmon/hwmon0");
    fs::create_dir_all(&chip).context("make the played sensor")?;
    fs::write(chip.join("temp1_input"), format!("{millicelsius}\n")).context("play the sensor")
}
