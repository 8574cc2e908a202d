//! A guard that hangs or dies while people work: they wait a moment at most, and it comes back.

use beffroi_guard::watchdog::{Lapse, watch_over};
use beffroi_town::watch::{AlarmOutcome, Suspicion};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant as Tick;

use crate::child::{Killed, Real, command};
use crate::playground::{Playground, wait_for};
use serde_json::json;

/// What a visitor may wait at worst, whatever happens to the guard.
const WAIT_MAX_MS: u64 = 2_000;

/// Plays the watchdog: the guard is this same program in another role.
pub(crate) fn play(options: &str) {
    let program = std::env::current_exe().unwrap();
    let guard = |lapse: Option<Lapse>| {
        let mut options: serde_json::Value = serde_json::from_str(options).unwrap();
        options["beat"] = true.into();
        options["lapse"] = lapse.map(|lapse| lapse.to_string()).into();
        command(&program, &["guard".to_owned(), options.to_string()])
    };
    watch_over(&guard, &Real, &AtomicBool::new(false)).unwrap();
}

/// Plays people who read and open for writing without end; says the longest time that one waited.
pub(crate) fn play_visitors(share: &Path) {
    let files: Vec<_> = fs::read_dir(share).unwrap().flatten().map(|entry| entry.path()).collect();
    let (going, worst, rounds) = (AtomicBool::new(true), AtomicU64::new(0), AtomicU64::new(0));
    println!("ready");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    std::thread::scope(|scope| {
        for visitor in 0..16 {
            let (files, going, worst, rounds) = (&files, &going, &worst, &rounds);
            scope.spawn(move || {
                for file in files.iter().cycle().skip(visitor) {
                    let began = Tick::now();
                    let opened = File::options().read(true).write(visitor % 4 == 0).open(file);
                    if let Ok(mut opened) = opened {
                        drop(opened.read(&mut [0; 512]));
                    }
                    let ms = u64::try_from(began.elapsed().as_millis()).unwrap();
                    worst.fetch_max(ms, Ordering::Relaxed);
                    rounds.fetch_add(1, Ordering::Relaxed);
                    if !going.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
        println!("working");
        std::io::stdin().read_exact(&mut [0]).unwrap();
        going.store(false, Ordering::Relaxed);
    });
    println!("worst {} rounds {}", worst.into_inner(), rounds.into_inner());
}

/// The guard that this watchdog started.
fn guard_of(watchdog: &Killed) -> Option<Pid> {
    let tasks = fs::read_dir(format!("/proc/{}/task", watchdog.0.id())).ok()?;
    let mut children = tasks.flatten().filter_map(|task| {
        fs::read_to_string(task.path().join("children"))
            .ok()?
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    });
    children.find_map(Pid::from_raw)
}

fn number_after(said: &str, what: &str) -> u64 {
    let mut words = said.split_whitespace().skip_while(|word| *word != what);
    words.nth(1).unwrap().parse().unwrap()
}

fn people_go_on_when_the_guard_gets(signal: Signal, name: &str) {
    let mut ground = Playground::new(60);
    let watchdog = ground.watched_guard(&json!({ "protect": true }));
    let first = wait_for("the guard", || guard_of(&watchdog));
    let mut visitors = ground.role(&["wait".to_owned(), ground.share().display().to_string()]);
    visitors.strike();
    visitors.wait_until_says("working");
    let struck = Tick::now();
    kill_process(first, signal).unwrap();
    wait_for("another guard", || guard_of(&watchdog).filter(|pid| *pid != first));
    let alarm = ground.alarm("that nobody watched", |a| a.kind == Suspicion::GuardRestarted);
    let again_ms = struck.elapsed().as_millis();
    visitors.strike();
    let said = visitors.wait_until_done();
    let (worst, rounds) = (number_after(&said, "worst"), number_after(&said, "rounds"));
    let gap = alarm.raised_at.ms_since(alarm.first_touch_at);
    println!(
        "measured: guard gets {name}: longest wait {worst} ms over {rounds} opens by 16 visitors, \
         {gap} ms from its last beat to watching again, alarm after {again_ms} ms"
    );
    assert!(rounds > 100, "{said}");
    assert!(worst <= WAIT_MAX_MS, "somebody waited {worst} ms");
    assert!((1..10_000).contains(&gap), "{gap}");
    // The new one guards as the first did.
    ground.add("encore.txt".into(), b"encore un".to_vec());
    wait_for("the scan", || ground.status().filter(|beat| beat.watched[0].scanned));
    let mut attacker = ground.attacker("read and delete");
    attacker.strike();
    attacker.wait_until_paused();
    let alarm = ground.alarm("the alarm", |alarm| alarm.counts.vanished_at_stop.is_some());
    assert_eq!((alarm.outcome, alarm.counts.vanished_at_stop), (AlarmOutcome::Held, Some(20)));
}

#[test]
fn people_go_on_when_the_guard_is_frozen() {
    people_go_on_when_the_guard_gets(Signal::STOP, "SIGSTOP");
}

#[test]
fn people_go_on_when_the_guard_is_killed() {
    people_go_on_when_the_guard_gets(Signal::KILL, "SIGKILL");
}

#[test]
fn people_go_on_when_the_guard_aborts() {
    people_go_on_when_the_guard_gets(Signal::ABORT, "SIGABRT");
}

#[test]
fn a_guard_without_its_watchdog_ends_by_itself() {
    let ground = Playground::new(3);
    let watchdog = ground.watched_guard(&json!({ "protect": true }));
    let guard = wait_for("the guard", || guard_of(&watchdog));
    drop(watchdog);
    wait_for("the guard's end", || {
        (!Path::new(&format!("/proc/{}", guard.as_raw_nonzero())).exists()).then_some(())
    });
    let role = json!({ "protect": true });
    drop(ground.guard(&role));
}

#[test]
fn a_guard_that_cannot_start_is_not_started_again_and_again() {
    let ground = Playground::new(1);
    let options =
        json!({ "watch": ground.share(), "state": ground.share().join("BEFFROI-PLAYGROUND") });
    let program = std::env::current_exe().unwrap();
    let mut watchdog =
        Killed(command(&program, &["watchdog".to_owned(), options.to_string()]).spawn().unwrap());
    let status = wait_for("the watchdog to give up", || watchdog.0.try_wait().unwrap());
    assert!(!status.success());
}
