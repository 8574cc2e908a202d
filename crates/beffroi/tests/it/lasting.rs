//! The platform outlives its machine: backed up, lost, put back elsewhere.

mod killed;
mod refusals;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use beffroi_drills::person::Person;
use beffroi_platform::edge::{SystemClock, SystemEntropy};
use beffroi_store::{Location, Store, TenantScope, guards, incidents};
use beffroi_town::{
    Actor, Incident, IncidentId, Phase, TenantId, edge::Clock as _, incident::Nature,
};
use tempfile::tempdir;

use crate::{
    disk::{SmallDisk, fill_up},
    program::{BEFFROI, Said, run},
    server::{Running, get, serve, serve_at, within},
};

/// A key in `id` and a configuration that seals for it, in a folder.
fn with_key(here: &Path) {
    let said = run(here, &["backup", "key", "--out", "id"]).well();
    let recipient = said.lines().find(|line| line.contains("recipient")).unwrap().trim().to_owned();
    let text =
        format!("[backup]\nfolder = \"{}\"\nkeep = 2\n{recipient}\n", here.join("b").display());
    fs::write(here.join("beffroi.toml"), text).unwrap();
}

fn backup(here: &Path) -> Said {
    run(here, &["--config", "beffroi.toml", "backup", "--json"])
}

fn backed_up(here: &Path) -> PathBuf {
    let made: serde_json::Value = serde_json::from_str(&backup(here).well()).unwrap();
    PathBuf::from(made.get("path").and_then(|path| path.as_str()).unwrap())
}

fn restore(here: &Path, file: &Path, identity: &Path, more: &[&str]) -> Said {
    let (file, identity) = (file.display().to_string(), identity.display().to_string());
    let words = ["restore", &file, "--identity", &identity];
    run(here, &[&words, more].concat())
}

/// Does something with the data in a folder.
fn with_store<T>(here: &Path, work: impl AsyncFnOnce(Store) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let location = Location::Folder(here.join("data"));
        let store = Store::open(&location, Arc::new(SystemEntropy::new())).await.unwrap();
        work(store).await
    })
}

fn gravelines() -> TenantId {
    TenantId::parse("59273").unwrap()
}

fn declare(here: &Path) {
    with_store(here, async |store| {
        let (town, at) = (gravelines(), SystemClock.now());
        let incident = Incident {
            id: IncidentId::parse("incident-1").unwrap(),
            owner: town.clone(),
            tenants: vec![town.clone()],
            nature: Nature::Cyberattack,
            phase: Phase::Declared,
            noticed_at: at,
            declared_at: at,
            declared_by: Actor::CommandLine,
            phase_at: at,
        };
        let mut tx = store.begin(&[town], &Actor::CommandLine, at).await.unwrap();
        incidents::declare(&mut tx, &incident).await.unwrap();
        tx.commit().await.unwrap();
    });
}

/// When the only guard of Gravelines was last heard.
fn heard(here: &Path) -> Option<beffroi_town::Instant> {
    with_store(here, async |store| {
        let scope = TenantScope::for_tenant(&gravelines());
        let mut conn = store.read().await.unwrap();
        let all = guards::list(&mut conn, &scope).await.unwrap();
        let last = guards::last_beat(&mut conn, &scope, &all.first()?.id).await.unwrap();
        last.map(|last| last.received_at)
    })
}

/// A page without what it says of the time.
fn timeless(page: &str) -> String {
    let body = page.split_once("\r\n\r\n").unwrap().1;
    let mut pieces = body.split("<time");
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |text, piece| text + "<time>" + piece.split_once("</time>").unwrap().1)
}

fn found_in<'t>(text: &'t str, label: &str) -> &'t str {
    let line = text.lines().find(|line| line.trim_start().starts_with(label));
    line.unwrap_or_else(|| panic!("no '{label}' in {text}")).trim_start()[label.len()..].trim()
}

#[test]
fn the_machine_is_lost_and_the_platform_goes_on_elsewhere() {
    let (here, there) = (tempdir().unwrap(), tempdir().unwrap());
    let (here, there) = (here.path(), there.path());
    with_key(here);
    let added = run(here, &["tenant", "add", "59273"]).well();
    let fingerprint = added.rsplit(' ').next().unwrap().trim().to_owned();
    run(here, &["tenant", "add", "62473"]).well();
    let told = run(here, &["staff", "add", "59273", "Camille Martin", "--role", "director"]).well();
    let code = found_in(&told, "one-use code").to_owned();
    let server = serve(here);
    let address = server.address.clone();
    let url = format!("http://{address}");
    run(here, &["guard", "invite", "59273", "--platform", &url, "--out", "enrol.json"]).well();
    fs::create_dir(here.join("share")).unwrap();
    let guard = Command::new(BEFFROI)
        .args(["guard", "--watch", "share", "--enrol", "enrol.json", "--state", "guard"])
        .current_dir(here)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _guard = Running(guard);
    within(Duration::from_secs(30), || heard(here)).expect("the guard is heard");
    run(here, &["asset", "set", "59273", "mail", "--state", "down"]).well();
    declare(here);
    run(here, &["journal", "export", "59273", "--out", "before"]).well();
    let said = run(here, &["journal", "verify", "before", "--key", &fingerprint]).well();
    let head = found_in(&said, "head").to_owned();
    let shown = |page: &str| page.contains("attaque") && page.starts_with("HTTP/1.1 200");
    let page =
        within(Duration::from_secs(5), || Some(get(&server, "/c/59273/")).filter(|p| shown(p)));
    let page = page.expect("the page tells of the attack");

    let file = backed_up(here);
    drop(server);
    fs::remove_dir_all(here.join("data")).unwrap();

    let said = restore(there, &file, &here.join("id"), &[]).well();
    assert!(said.contains("2 verified"), "{said}");
    let restored_at = SystemClock.now();
    let server = serve_at(there, &address);
    let again = get(&server, "/c/59273/");
    assert_eq!(timeless(&again), timeless(&page), "the same page, but for its times");
    run(there, &["journal", "export", "59273", "--out", "after"]).well();
    run(there, &["journal", "verify", "after", "--key", &fingerprint, "--head", &head]).well();
    assert!(fs::read_to_string(there.join("after")).unwrap().contains("platform_restored"));
    let beat = within(Duration::from_mins(1), || heard(there).filter(|at| *at > restored_at));
    assert!(beat.is_some(), "the guard's key is not accepted any more");
    let mut person = Person::new(&url);
    let door = person.open("/console/login").unwrap();
    let inside = person.send(&door, "/console/login/code", &[("one_time_code", &code)]).unwrap();
    assert_eq!(inside.status, 200, "{}", inside.body);
    assert!(inside.path.starts_with("/console/"), "{}", inside.path);
    assert!(inside.body.contains("/console/logout"), "{}", inside.body);
}

#[test]
fn a_full_disk_leaves_the_earlier_backups_and_no_half_one() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    with_key(here);
    run(here, &["tenant", "add", "59273"]).well();
    let disk = SmallDisk::mount(&here.join("b"), "4m");
    let first = backed_up(here);
    let (names, bytes) = (listed(&disk.0), fs::read(&first).unwrap());
    let filler = disk.0.join("filler");
    fill_up(&filler);
    // A second must pass before there can be another backup at all.
    let said = within(Duration::from_secs(5), || {
        Some(backup(here).refused()).filter(|said| !said.contains("wait a second"))
    });
    assert!(said.as_ref().is_some_and(|said| said.contains("room")), "{said:?}");
    fs::remove_file(&filler).unwrap();
    assert_eq!((listed(&disk.0), fs::read(&first).unwrap()), (names, bytes));
    let second =
        within(Duration::from_secs(5), || Some(backup(here)).filter(|said| said.code == 0));
    assert!(second.is_some());
    let id = here.join("id").display().to_string();
    let first = first.display().to_string();
    run(here, &["backup", "check", &first, "--identity", &id]).well();
    assert_eq!(listed(&disk.0).len(), 2, "{:?}", listed(&disk.0));
}

fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn serve_backs_up_by_itself_and_copies_elsewhere() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    with_key(here);
    let configuration = here.join("beffroi.toml");
    let text = fs::read_to_string(&configuration).unwrap();
    let copies = here.join("copies");
    let more = format!("every_hours = 24\npush = \"{}\"\n", copies.display());
    fs::write(&configuration, text + &more).unwrap();
    run(here, &["tenant", "add", "59273"]).well();
    let server = serve(here);
    let made = within(Duration::from_secs(30), || {
        fs::read_dir(here.join("b")).ok()?;
        listed(&here.join("b")).into_iter().find(|name| name.ends_with(".backup"))
    });
    let made = made.expect("a backup is made");
    let failed = within(Duration::from_secs(30), || {
        let round = round(here, "backup_copy")?;
        round.failure.filter(|_| round.failing_since.is_some())
    });
    assert!(failed.unwrap().contains("is the disk mounted"));
    drop(server);
    fs::create_dir(&copies).unwrap();
    // By hand, at once: what is due again is minutes away.
    let said = within(Duration::from_secs(5), || Some(backup(here)).filter(|said| said.code == 0));
    let second: serde_json::Value = serde_json::from_str(&said.unwrap().out).unwrap();
    let second = Path::new(second["path"].as_str().unwrap()).file_name().unwrap().to_owned();
    assert_eq!(listed(&copies), [second.to_str().unwrap()]);
    assert_eq!(listed(&here.join("b")), [made.as_str(), second.to_str().unwrap()]);
    let round = round(here, "backup_copy").unwrap();
    assert_eq!((round.failing_since, round.failure), (None, None));
}

pub(crate) fn round(here: &Path, name: &str) -> Option<beffroi_store::rounds::Round> {
    with_store(here, async |store| {
        let operator = beffroi_store::OperatorScope::for_operator();
        let mut conn = store.read().await.unwrap();
        beffroi_store::rounds::get(&mut conn, &operator, name).await.unwrap()
    })
}

/// From SQLite into PostgreSQL and back, by the real program beside a server that flushes.
#[test]
fn a_backup_goes_into_postgresql_and_back() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    with_key(here);
    let added = run(here, &["tenant", "add", "59273"]).well();
    let fingerprint = added.rsplit(' ').next().unwrap().trim().to_owned();
    let file = backed_up(here);
    run(here, &["backup", "key", "--out", "other"]).well();
    let steps = r#"
        set -eux
        printf '[data]\nfolder = "pg"\npostgres = "%s"\n' "$BEFFROI_TEST_PG" >pg.toml
        pg() { "$PROGRAM" --config pg.toml "$@"; }
        pg restore "$FILE" --identity other && exit 9
        test ! -e pg
        pg restore "$FILE" --identity id
        pg tenant list
        pg asset set 59273 mail --state down
        pg restore "$FILE" --identity id 2>refused && exit 9
        pg restore "$FILE" --identity id --replace 2>newer && exit 9
        pg backup --to pgb --unsealed
        pg restore "$FILE" --identity id --replace --accept-older
        pg tenant show 59273 | grep -w mail | grep -w up
        "$PROGRAM" restore pgb/*.backup --data lite
        "$PROGRAM" --data lite tenant show 59273 | grep -w mail | grep -w down
        "$PROGRAM" --data lite journal export 59273 --out j
        "$PROGRAM" journal verify j --key "$FINGERPRINT"
    "#;
    let output = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/with-servers"))
        .args(["bash", "-c", steps])
        .current_dir(here)
        .env_remove("BEFFROI_DATA")
        .env_remove("BEFFROI_CONFIG")
        .env("BEFFROI_DURABLE_SERVERS", "1")
        .env("PROGRAM", BEFFROI)
        .env("FILE", &file)
        .env("FINGERPRINT", &fingerprint)
        .output()
        .unwrap();
    let said = Said::from(output);
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    let read = |name: &str| fs::read_to_string(here.join(name)).unwrap();
    assert!(read("refused").contains("--replace"), "{}", read("refused"));
    assert!(read("newer").contains("journal entries of 1 tenants"), "{}", read("newer"));
    assert!(said.out.contains("the schema replaced_"), "{}", said.out);
}
