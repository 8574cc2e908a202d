//! The platform outlives its machine: backed up, lost, put back elsewhere.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
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
    serve::{get, serve, serve_at, within},
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
    PathBuf::from(made["path"].as_str().unwrap())
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

struct Killed(std::process::Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).expect("end it");
    }
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
    let _guard = Killed(guard);
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
    let beat = within(Duration::from_secs(60), || heard(there).filter(|at| *at > restored_at));
    assert!(beat.is_some(), "the guard's key is not accepted any more");
    let mut person = Person::new(&url);
    let door = person.open("/console/login").unwrap();
    let inside = person.send(&door, "/console/login/code", &[("one_time_code", &code)]).unwrap();
    assert_eq!(inside.status, 200, "{}", inside.body);
    assert!(inside.path.starts_with("/console/setup"), "{}", inside.path);
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
fn what_cannot_be_used_is_told_and_changes_nothing() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    assert!(run(here, &["backup"]).refused().contains("--to DIR"));
    assert!(run(here, &["backup", "--to", "b"]).refused().contains("beffroi backup key"));
    with_key(here);
    run(here, &["backup", "key", "--out", "other"]).well();
    let file = backed_up(here);
    let whole = fs::read(&file).unwrap();
    let (id, there) = (here.join("id"), here.join("there"));
    let try_it = |bytes: &[u8], identity: &str, word: &str| {
        fs::write(here.join("try"), bytes).unwrap();
        let words = ["restore", "try", "--identity", identity, "--data", "there"];
        let said = run(here, &words).refused();
        assert!(said.contains(word), "{word}: {said}");
        assert!(!there.exists(), "{said}");
        assert!(!listed(here).iter().any(|name| name.contains("restoring")), "{said}");
    };
    let mut flipped = whole.clone();
    for at in [whole.len() / 3, whole.len() - 10] {
        flipped[at] ^= 1;
        try_it(&flipped, "id", "damaged");
        flipped[at] ^= 1;
    }
    for length in [10, 100, whole.len() / 2, whole.len() - 1] {
        try_it(&whole[..length], "id", if length == 10 { "no backup" } else { "damaged" });
    }
    try_it(&[&whole[..], b"more"].concat(), "id", "damaged");
    try_it(&whole, "other", "another key");
    try_it(&whole, "beffroi.toml", "holds no key");
    try_it(b"PK\x03\x04 a zip file", "id", "no backup of Beffroi");
    try_it(b"", "id", "no backup of Beffroi");
    let said = run(here, &["restore", &file.display().to_string(), "--data", "there"]).refused();
    assert!(said.contains("--identity"), "{said}");

    // What is there is named, moved aside only when told so, and not for something older.
    let said = restore(here, &file, &id, &[]).refused();
    assert!(said.contains("1 tenants") && said.contains("--replace"), "{said}");
    run(here, &["asset", "set", "59273", "mail", "--state", "down"]).well();
    let said = restore(here, &file, &id, &["--replace"]).refused();
    assert!(said.contains("1 journal entries of 1 tenants"), "{said}");
    assert!(run(here, &["tenant", "show", "59273"]).well().contains("down"));
    let server = serve(here);
    let said = restore(here, &file, &id, &["--replace", "--accept-older"]).refused();
    assert!(said.contains("is using"), "{said}");
    drop(server);
    restore(here, &file, &id, &["--replace", "--accept-older"]).well();
    assert!(!run(here, &["tenant", "show", "59273"]).well().contains("down"));
    let aside = listed(here).into_iter().find(|name| name.starts_with("data.replaced_")).unwrap();
    let said = run(here, &["tenant", "show", "59273", "--data", &aside]).well();
    assert!(said.contains("down"), "what was there is still there: {said}");
    // A folder of somebody else's is no place either.
    fs::create_dir(here.join("there")).unwrap();
    fs::write(here.join("there/letter.txt"), "dear").unwrap();
    let words = ["restore", &file.display().to_string(), "--identity", "id", "--data", "there"];
    assert!(run(here, &words).refused().contains("letter.txt"));
}

#[test]
fn a_newer_program_s_backup_is_told_from_a_damaged_one() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let made = run(here, &["backup", "--to", "b", "--unsealed", "--json"]);
    let made: serde_json::Value = serde_json::from_str(&made.well()).unwrap();
    let file = &here.join(made["path"].as_str().unwrap()).display().to_string();
    assert_eq!(made["sealed"], false);
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let unzipped = Command::new("gunzip").arg("-c").stdin(fs::File::open(file).unwrap()).output();
    let text = String::from_utf8(unzipped.unwrap().stdout).unwrap();
    let try_it = |text: &str, word: &str| {
        fs::write(here.join("try"), text).unwrap();
        let zipped = Command::new("gzip").args(["-kf", "try"]).current_dir(here).status().unwrap();
        assert!(zipped.success());
        let said = run(here, &["restore", "try.gz", "--data", "there"]);
        assert!(said.code != 0 && said.err.contains(word), "{word}: {}", said.err);
        assert!(!here.join("there").exists());
    };
    try_it(&text.replacen("beffroi backup 1", "beffroi backup 2", 1), "newer program");
    let schema = text.split("\"schema\":").nth(1).unwrap().split(',').next().unwrap();
    let newer = text.replacen(&format!("\"schema\":{schema}"), "\"schema\":9999", 1);
    try_it(&newer, "9999");
    try_it(&text.replacen("\"master.key\"", "\"../master.key\"", 2), "damaged");
    try_it(&"a".repeat(70 << 20), "is cut short");
    let forged = text.replacen("{\"end\":true}\n", "", 1);
    try_it(&forged, "damaged");
    let said = run(here, &["restore", file, "--data", "there"]).well();
    assert!(said.contains("1 verified"), "{said}");
}

/// Kills a command after each of many short times, and looks at what is left.
fn kill_at_each_moment(words: &[String], here: &Path, look: &mut dyn FnMut()) {
    let mut ended = 0;
    for step in 0_u64.. {
        let child = Command::new(BEFFROI)
            .args(words)
            .env("BEFFROI_DATA", here.join("data"))
            .current_dir(here)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.unwrap();
        let end = Instant::now() + Duration::from_millis(step * 4);
        let done =
            within(end.saturating_duration_since(Instant::now()), || child.try_wait().unwrap());
        child.kill().unwrap();
        child.wait().unwrap();
        look();
        ended += u32::from(done.is_some());
        if ended >= 2 {
            assert!(step > 3, "it ended before it could be killed");
            return;
        }
    }
}

#[test]
fn killed_at_any_moment_a_restore_leaves_nothing_or_everything() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    with_key(here);
    run(here, &["tenant", "add", "59273"]).well();
    run(here, &["tenant", "add", "62473"]).well();
    let file = backed_up(here).display().to_string();
    let words = |more: &[&str]| -> Vec<String> {
        let words = ["restore", &file, "--identity", "id", "--data", "there"];
        [&words, more].concat().into_iter().map(str::to_owned).collect()
    };
    let there = here.join("there");
    let (mut nothing, mut everything) = (0, 0);
    kill_at_each_moment(&words(&[]), here, &mut || {
        if there.exists() {
            everything += 1;
            let list = run(here, &["tenant", "list", "--data", "there"]).well();
            assert_eq!(list.lines().count(), 2, "{list}");
            fs::remove_dir_all(&there).unwrap();
        } else {
            nothing += 1;
        }
    });
    assert!(nothing > 2 && everything > 0, "{nothing} times nothing, {everything} everything");
    // With something in the place: either that or the other, and never less.
    restore(here, Path::new(&file), &here.join("id"), &["--data", "there"]).well();
    let replace = words(&["--replace", "--accept-older"]);
    kill_at_each_moment(&replace, here, &mut || {
        let list = run(here, &["tenant", "list", "--data", "there"]).well();
        assert_eq!(list.lines().count(), 2, "{list}");
        run(here, &["journal", "export", "59273", "--out", "j", "--data", "there"]).well();
        assert_eq!(run(here, &["journal", "verify", "j"]).code, 3);
    });
}

#[test]
fn killed_at_any_moment_a_backup_leaves_whole_ones_alone() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    with_key(here);
    run(here, &["tenant", "add", "59273"]).well();
    let words = ["--config", "beffroi.toml", "backup"].map(str::to_owned);
    kill_at_each_moment(&words, here, &mut || {});
    within(Duration::from_secs(5), || Some(backup(here)).filter(|said| said.code == 0)).unwrap();
    let names = listed(&here.join("b"));
    assert!(names.iter().all(|name| !name.ends_with(".half")), "{names:?}");
    assert!(names.len() <= 2, "two are kept: {names:?}");
    for name in names {
        let file = here.join("b").join(name).display().to_string();
        run(here, &["backup", "check", &file, "--identity", "id"]).well();
    }
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
