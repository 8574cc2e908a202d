//! Whoever is stopped in a control group of its own is frozen with it, forks and all; whoever sits in
//! another goes on.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use beffroi_guard::release;
use beffroi_town::watch::AlarmOutcome;
use serde_json::json;

use crate::child::Killed;
use crate::playground::{Playground, wait_for};

/// A control group that ends with the test, and everybody in it.
struct Group(PathBuf);

impl Group {
    fn new(name: &str) -> Self {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let mounted = mounts.lines().find_map(|line| {
            let (before, after) = line.split_once(" - ")?;
            after.starts_with("cgroup2 ").then(|| before.split(' ').nth(4).unwrap().to_owned())
        });
        let mounted = mounted.expect("control groups of version 2 are needed");
        let folder = Path::new(&mounted).join(format!("beffroi-{}-{name}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn take(&self, pid: u32) {
        fs::write(self.0.join("cgroup.procs"), pid.to_string()).unwrap();
    }

    fn processes(&self) -> Vec<String> {
        let text = fs::read_to_string(self.0.join("cgroup.procs")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn is_frozen(&self) -> bool {
        fs::read_to_string(self.0.join("cgroup.events")).unwrap().contains("frozen 1")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        fs::write(self.0.join("cgroup.kill"), "1").ok();
        let began = std::time::Instant::now();
        while fs::remove_dir(&self.0).is_err() && began.elapsed().as_secs() < 5 {
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
    }
}

#[test]
fn whoever_forks_for_ever_is_frozen_with_its_group() {
    let ground = Playground::on(Some("ext4"), 60);
    let guard = ground.guard(&json!({ "protect": true }));
    let (theirs, others) = (Group::new("attack"), Group::new("work"));
    // Somebody who works beside it, as another user.
    let out = ground.path().join("work");
    let line = format!("while :; do date +%N >> {}; sleep 0.02; done", out.display());
    let mut work = Command::new("sh");
    work.args(["-c", &line]).stdout(Stdio::null());
    let work = Killed(work.spawn().unwrap());
    others.take(work.0.id());
    let mut attacker = ground.attacker("python relay");
    theirs.take(attacker.child.0.id());
    attacker.strike();
    let alarm = ground.alarm("the stop", |alarm| alarm.outcome == AlarmOutcome::Stopped);
    wait_for("the group to be frozen", || theirs.is_frozen().then_some(()));
    assert!(60 - ground.intact() <= 5, "{} altered", 60 - ground.intact());
    let before = theirs.processes();
    assert!(!before.is_empty() && !others.is_frozen());
    // Nobody forks any more, and the one beside goes on.
    let length = || fs::metadata(&out).map_or(0, |meta| meta.len());
    let worked = length();
    wait_for("the work beside it", || (length() > worked + 300).then_some(()));
    assert_eq!(theirs.processes(), before);
    // Released with the release.
    release(&ground.state(), &alarm.id).unwrap();
    let began = std::time::Instant::now();
    while theirs.processes() == before {
        let states = before.iter().map(|pid| fs::read_to_string(format!("/proc/{pid}/status")));
        assert!(
            began.elapsed().as_secs() < 30,
            "nobody goes on: {:?}, {:?}",
            states.collect::<Vec<_>>(),
            ground.alarms()
        );
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
    drop(theirs);
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (60, 0), "{report:?}");
}

/// Root begins as many sessions as it likes, and nobody is its parent for long: it is the control
/// group that counts, and that is paused.
#[test]
fn root_with_a_session_for_each_file_is_one() {
    let ground = Playground::on(Some("ext4"), 200);
    let guard = ground.guard(&json!({ "protect": true }));
    let (theirs, others) = (Group::new("root"), Group::new("cron"));
    let script = "read go; for file in \"$1\"/*; do setsid sh -c 'rm \"$1\" &' sh \"$file\"; sleep 0.01; done";
    let start = |group: &Group, share: &Path| {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).arg(share).current_dir("/").stdin(Stdio::piped());
        let shell = Killed(shell.spawn().unwrap());
        group.take(shell.0.id());
        shell
    };
    let (mut attacker, elsewhere) = (start(&theirs, &ground.share()), ground.path().join("other"));
    let beside = start(&others, &elsewhere);
    attacker.0.stdin.take().unwrap().write_all(b"go\n").unwrap();
    let alarm = ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
    let seen = alarm.actor.unwrap();
    assert!(seen.session.as_ref().unwrap().contains("-root"), "{seen:?}");
    let mut before = 0;
    let gone = wait_for("all to stand still", || {
        // With the mark of the folder.
        let last = std::mem::replace(&mut before, ground.touches());
        std::thread::park_timeout(std::time::Duration::from_millis(200));
        (last == before && last > 0).then_some(last)
    });
    println!("measured: root took {gone} of 200 files, each in a session of its own");
    assert!((20..40).contains(&gone), "{gone}");
    let state = |pid: u32| {
        let line = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        line.rsplit_once(") ").unwrap().1.chars().next().unwrap()
    };
    assert_eq!((state(attacker.0.id()), state(beside.0.id())), ('T', 'S'));
    release(&ground.state(), &alarm.id).unwrap();
    wait_for("the rest", || (ground.intact() == 0).then_some(()));
    drop((theirs, others));
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (200, 0), "{report:?}");
}
