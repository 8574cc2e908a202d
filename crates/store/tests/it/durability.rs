//! What is acknowledged is on the disk first.
//!
//! Killing the process cannot show it, since what was written stays in the page cache. So a child
//! of this test commits under `strace`, says so after each commit, and the recorded calls must
//! show every write to the database flushed before that word. The same check on a store that does
//! not flush must fail: else it would prove nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::BufRead as _,
    path::Path,
    process::{Command, Stdio},
};

use beffroi_store::{Error, Location, Store, TestOptions};
use serde_json::json;

use crate::world::{ACTOR, Place, chance, code, codes, run, tenant};

const CHILD: &str = "BEFFROI_DURABILITY_CHILD";
const MARK: &str = "BEFFROI COMMITTED";
const COMMITS: usize = 5;

#[test]
fn every_commit_is_flushed_before_it_is_acknowledged() {
    if let Ok(how) = std::env::var(CHILD) {
        return run(child(&how));
    }
    let flushed = recorded("full", "every_commit_is_flushed_before_it_is_acknowledged");
    assert_eq!(check(&flushed), Ok(COMMITS));
    // A new file is not durable before its name is: the folder was flushed too.
    let folder_flushed =
        flushed.lines().any(|line| line.contains("fsync(") && line.contains("/data>"));
    assert!(folder_flushed, "the folder of a new database was not flushed");
    let unflushed = recorded("off", "every_commit_is_flushed_before_it_is_acknowledged");
    let found = check(&unflushed).expect_err("the check finds nothing: it proves nothing");
    println!("without flushing: {found}");
}

/// What the child does: commits, and says so.
async fn child(how: &str) {
    let (how, folder) = how.rsplit_once(' ').unwrap();
    let location = Location::Folder(Path::new(folder).join("data"));
    let options = TestOptions { lite_without_sync: how == "off", ..TestOptions::default() };
    let store = Store::open_for_test(&location, chance(), options).await.unwrap();
    let at = beffroi_town::Instant::from_ms(1_714_000_000_000);
    let ids = codes(["59273"]);
    let mut tx = store.begin_founding(&ids, &ACTOR, at).await.unwrap();
    beffroi_store::tenants::add(&mut tx, &tenant("59273")).await.unwrap();
    tx.commit().await.unwrap();
    let commits = if how == "until killed" { usize::MAX } else { COMMITS };
    for number in 0..commits {
        let mut tx = store.begin(&ids, &ACTOR, at).await.unwrap();
        tx.record(&code("59273"), "login", json!({ "number": number })).await.unwrap();
        tx.commit().await.unwrap();
        eprintln!("{MARK} {number}");
    }
}

/// Runs this very test as a child under `strace`; the calls it made.
fn recorded(how: &str, test: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let done = Command::new("strace")
        .args(["-f", "-y", "-s", "80", "-e"])
        .arg("trace=write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,msync,sync_file_range")
        .arg("-o")
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("durability::{test}"), "--nocapture"])
        .env(CHILD, format!("{how} {}", folder.path().display()))
        .output()
        .expect("strace is missing: run with make test");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read_to_string(trace).unwrap()
}

/// Reads a trace: at each mark nothing written to the database may be unflushed. How many marks,
/// or the first fault.
fn check(trace: &str) -> Result<usize, String> {
    let (mut unflushed, mut marks) = (BTreeSet::new(), 0);
    let (mut written, mut under_way) = (0, BTreeMap::new());
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or(("", line));
        let call = call.trim_start();
        let name = call.split('(').next().unwrap_or_default();
        if let Some(rest) = call.strip_prefix("<... ") {
            // A call that another thread interrupted: it counts now that it has ended.
            if let Some(file) = under_way.remove(thread)
                && rest.contains("= 0")
            {
                unflushed.remove(&file);
            }
            continue;
        }
        let file = call
            .split_once('<')
            .and_then(|(_, rest)| rest.split_once('>'))
            .map_or("", |(file, _)| file)
            .to_owned();
        match name {
            _ if call.contains(MARK) => {
                if !unflushed.is_empty() {
                    return Err(format!("at mark {marks}, unflushed: {unflushed:?}"));
                }
                if written == 0 {
                    return Err(format!("at mark {marks}, nothing was written"));
                }
                marks += 1;
                written = 0;
            }
            "fsync" | "fdatasync" if call.ends_with("<unfinished ...>") => {
                under_way.insert(thread.to_owned(), file);
            }
            "fsync" | "fdatasync" if call.ends_with("= 0") => {
                unflushed.remove(&file);
            }
            "write" | "writev" | "pwrite64" | "pwritev" | "pwritev2"
                if file.ends_with("beffroi.db") || file.ends_with("beffroi.db-wal") =>
            {
                written += 1;
                unflushed.insert(file);
            }
            _ => {}
        }
    }
    Ok(marks)
}

#[test]
fn the_check_reads_traces_rightly() {
    let db = "/x/beffroi.db-wal";
    let write = format!("7 pwrite64(5<{db}>, \"..\", 10, 0) = 10");
    let mark = format!("8 write(2</dev/pts/0>, \"{MARK} 0\\n\", 20) = 20");
    let flush = format!("7 fdatasync(5<{db}>) = 0");
    let failed = format!("7 fdatasync(5<{db}>) = -1 EIO (Input/output error)");
    let begun = format!("7 fdatasync(5<{db}> <unfinished ...>");
    let ended = "7 <... fdatasync resumed>) = 0".to_owned();
    let trace =
        |lines: &[&String]| lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n");
    assert_eq!(check(&trace(&[&write, &flush, &mark])), Ok(1));
    assert_eq!(check(&trace(&[&write, &begun, &ended, &mark])), Ok(1));
    assert!(check(&trace(&[&write, &mark])).is_err());
    assert!(check(&trace(&[&write, &failed, &mark])).is_err());
    assert!(check(&trace(&[&write, &begun, &mark, &ended])).is_err());
    assert!(check(&trace(&[&write, &flush, &write, &mark])).is_err());
    assert!(check(&trace(&[&mark])).is_err());
}

/// Killed in mid-write, the store opens again, and everything that was acknowledged is there.
#[test]
fn a_killed_process_loses_nothing_it_acknowledged() {
    if let Ok(how) = std::env::var(CHILD) {
        return run(child(&how));
    }
    for after in [1, 7, 20] {
        let place = Place::lite();
        let folder = place.folder();
        let mut killed = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "durability::a_killed_process_loses_nothing_it_acknowledged"])
            .arg("--nocapture")
            .env(CHILD, format!("until killed {}", folder.parent().unwrap().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = std::io::BufReader::new(killed.stderr.take().unwrap());
        let marks = said.lines().map_while(Result::ok).filter(|line| line.contains(MARK));
        assert_eq!(marks.take(after).count(), after);
        killed.kill().unwrap();
        killed.wait().unwrap();
        run(async {
            let store = place.open().await;
            let entries = crate::world::verified(&store, "59273").await;
            assert!(
                entries > u64::try_from(after).unwrap(),
                "{entries} entries after {after} marks"
            );
            let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
            tx.record(&code("59273"), "login", json!({})).await.unwrap();
            tx.commit().await.unwrap();
            crate::world::verified(&store, "59273").await;
        });
    }
}

/// A full disk refuses the write that does not fit, whole; what was there stays, and the store
/// goes on once there is room.
#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    run(async {
        let place = Place::lite();
        let options = TestOptions { lite_pages_max: Some(250), ..TestOptions::default() };
        let store = Store::open_for_test(&place.location, chance(), options).await.unwrap();
        crate::world::found(&place, &store, &["59273"]).await;
        let mut kept = 3;
        let refused = loop {
            let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
            let body = json!({ "padding": "x".repeat(20_000) });
            let written = tx.record(&code("59273"), "login", body).await.map(drop);
            let done = match written {
                Ok(()) => tx.commit().await.map(drop),
                Err(error) => Err(error),
            };
            match done {
                Ok(()) => kept += 1,
                Err(error) => break error,
            }
            assert!(kept < 1_000, "the disk never fills");
        };
        assert!(kept > 3);
        assert!(matches!(refused, Error::Database { .. }), "{refused:?}");
        assert!(refused.to_string().contains("has room"), "{refused}");
        assert_eq!(crate::world::verified(&store, "59273").await, kept);
        store.close().await;
        let store = place.open().await;
        let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
        tx.record(&code("59273"), "login", json!({})).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(crate::world::verified(&store, "59273").await, kept + 1);
    });
}

/// PostgreSQL flushes for us, unless it was told not to: then the store refuses it.
mod postgres {
    use super::*;
    use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

    #[test]
    fn a_server_that_does_not_flush_is_refused() {
        run(async {
            let place = Place::postgres();
            let mut conn = PgConnection::connect(&place.url().unwrap()).await.unwrap();
            let row = conn.fetch_one("SHOW fsync").await.unwrap();
            let flushes = row.get::<String, _>(0) == "on";
            let opened = Store::open(&place.location, chance()).await;
            match opened {
                Ok(store) => {
                    assert!(flushes, "a server with fsync = off was accepted");
                    store.close().await;
                }
                Err(Error::NotDurable { setting, .. }) => assert!(!flushes || setting != "fsync"),
                Err(error) => panic!("{error}"),
            }
            // A database set to acknowledge too early is refused on any server.
            let name: String =
                conn.fetch_one("SELECT current_database()::text").await.unwrap().get(0);
            let set = format!("ALTER DATABASE {name} SET synchronous_commit = off");
            conn.execute(sqlx::AssertSqlSafe(set)).await.unwrap();
            let refused = Store::open(&place.location, chance()).await;
            assert!(matches!(refused, Err(Error::NotDurable { .. })), "{refused:?}");
        });
    }
}

/// What a commit costs here, for people to read.
#[test]
fn commits_a_second() {
    run(async {
        let place = Place::lite();
        let store = place.open().await;
        crate::world::found(&place, &store, &["59273"]).await;
        let commits = 200;
        let started = std::time::Instant::now();
        for _ in 0..commits {
            let mut tx = store.begin(&codes(["59273"]), &ACTOR, place.now()).await.unwrap();
            tx.record(&code("59273"), "login", json!({})).await.unwrap();
            tx.changed(&code("59273"), "test").unwrap();
            tx.commit().await.unwrap();
        }
        let seconds = started.elapsed().as_secs_f64();
        println!("SQLite: {:.0} commits/s, each flushed", f64::from(commits) / seconds);
        assert_eq!(crate::world::verified(&store, "59273").await, 3 + 200);
    });
}
