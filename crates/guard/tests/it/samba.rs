//! A real Samba server with real clients, in network namespaces made for them: the client that
//! attacks is cut off, the others go on, the server is never stopped.

use beffroi_town::watch::{AlarmOutcome, Suspicion};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::child::Killed;
use crate::cut::Town;
use crate::playground::{Playground, in_space, open_to_all, run, wait_for};
use serde_json::json;

/// In a namespace of its own every port is free.
const PORT: &str = "4455";

pub(crate) struct Samba {
    folder: PathBuf,
    _server: Killed,
}

impl Samba {
    pub(crate) fn start(ground: &Playground, town: &Town) -> Self {
        let folder = ground.path().join("samba");
        fs::create_dir(&folder).unwrap();
        open_to_all(&folder);
        for inner in ["p", "l", "s", "c"] {
            fs::create_dir(folder.join(inner)).unwrap();
        }
        let at = folder.display();
        let config = format!(
            "[global]\nserver role = standalone\nprivate dir = {at}/p\nlock directory = {at}/l\n\
             state directory = {at}/s\ncache directory = {at}/c\npid directory = {at}/l\n\
             ncalrpc dir = {at}/n\nlog file = {at}/log\nmap to guest = bad user\n\
             guest account = nobody\nload printers = no\ndisable spoolss = yes\n\
             smb ports = {PORT}\n[share]\npath = {}\nguest ok = yes\nread only = no\n\
             veto files = /.beffroi-reserve/\n",
            ground.share().display()
        );
        fs::write(folder.join("smb.conf"), config).unwrap();
        let mut smbd = Command::new("smbd");
        smbd.args(["-F", "--no-process-group", "-s"]).arg(folder.join("smb.conf"));
        let mut smbd = in_space(&town.host, &smbd);
        smbd.env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin").stderr(Stdio::null());
        let server = smbd.spawn().expect("Samba is missing; scripts/setup-tests");
        let samba = Self { folder, _server: Killed(server) };
        wait_for("Samba", || {
            samba.client(&town.host, "127.0.0.1", "ls").status.success().then_some(())
        });
        samba
    }

    /// A client that carries out what it is told and ends.
    pub(crate) fn command(&self, space: &str, server: &str, what: &str) -> Command {
        let mut client = self.typed(space, server, &["-c", what]);
        client.stdin(Stdio::null());
        client
    }

    /// A client that somebody types into.
    pub(crate) fn session(&self, space: &str, server: &str) -> Command {
        self.typed(space, server, &[])
    }

    fn typed(&self, space: &str, server: &str, more: &[&str]) -> Command {
        let mut client = Command::new("smbclient");
        client.args(["-N", "-p", PORT, &format!("//{server}/share"), "-t", "10", "-s"]);
        client.arg(self.folder.join("smb.conf")).args(more);
        let mut client = in_space(space, &client);
        client.stderr(Stdio::null());
        client
    }

    fn client(&self, space: &str, server: &str, what: &str) -> Output {
        self.command(space, server, what).output().expect("smbclient is missing")
    }
}

/// What one client types to replace each file by noise of its own.
pub(crate) fn attack(ground: &Playground, noise: &Path) -> String {
    lines(ground, noise, "put").join("; ")
}

/// What one client types to attack each file in one of its ways.
fn lines(ground: &Playground, noise: &Path, how: &str) -> Vec<String> {
    use ring::rand::SecureRandom;
    let mut bytes = vec![0; 9_000];
    ring::rand::SystemRandom::new().fill(&mut bytes).unwrap();
    fs::write(noise, bytes).unwrap();
    let line = |name: &std::ffi::OsString| {
        let (name, noise) = (name.to_str().unwrap(), noise.display());
        match how {
            "put" => format!("put \"{noise}\" \"{name}\""),
            "rename" => format!("rename \"{name}\" \"{name}.locked\""),
            "del" => format!("del \"{name}\""),
            _ => panic!("no such way: {how}"),
        }
    };
    ground.originals.keys().map(line).collect()
}

/// A client attacks all files: how many are touched when it stands still, and how many stay lost.
pub(crate) fn attacked(mut ground: Playground, how: &str) -> (usize, usize) {
    let town = Town::new();
    ground.space = Some(town.host.clone());
    let guard = ground.guard(&json!({ "protect": true }));
    let samba = Samba::start(&ground, &town);
    let lines = lines(&ground, &ground.path().join("noise"), how);
    let mut client = Killed(samba.session(&town.outside, "10.66.0.1").spawn().unwrap());
    let mut types = client.0.stdin.take().unwrap();
    // Written by somebody else: the client reads no further once it is cut off.
    std::thread::spawn(move || types.write_all(lines.join("\n").as_bytes()));
    ground.alarm("the client to be held or cut off", |alarm| alarm.outcome.keeps_somebody());
    let touched = stands_still(&ground);
    drop(client);
    ground.restore_all(guard);
    let all = ground.originals.len();
    (touched, all - ground.intact())
}

/// Waits until no more files are touched; how many are.
fn stands_still(ground: &Playground) -> usize {
    let mut before = 0;
    wait_for("the client to stand still", || {
        let last = std::mem::replace(&mut before, ground.originals.len() - ground.intact());
        std::thread::park_timeout(std::time::Duration::from_millis(100));
        (last == before && last > 0).then_some(last)
    })
}

#[test]
fn the_client_that_attacks_is_cut_off_and_the_others_go_on() {
    let town = Town::new();
    let mut ground = Playground::on(Some("ext4"), 60);
    ground.space = Some(town.host.clone());
    // A host that would cut itself does not for a client: the others need it.
    let guard =
        ground.guard(&json!({ "protect": true, "cut_host": true, "administrator": "10.66.0.9" }));
    let samba = Samba::start(&ground, &town);
    let commands = attack(&ground, &ground.path().join("noise"));
    let attacker = samba.command(&town.outside, "10.66.0.1", &commands).spawn().unwrap();
    let attacker = Killed(attacker);
    let alarm = ground.alarm("the cut", |alarm| alarm.outcome == AlarmOutcome::ClientCut);
    assert_eq!(alarm.kind, Suspicion::MassRewriting);
    let client = alarm.actor.as_ref().and_then(|actor| actor.client.as_deref());
    assert_eq!(client, Some("10.66.0.2"));
    // Its worker is gone, and with it whatever it had begun.
    let worker = format!("/proc/{}", alarm.actor.as_ref().unwrap().pid);
    wait_for("the worker's end", || (!Path::new(&worker).exists()).then_some(()));
    drop(attacker);
    let altered = 60 - ground.intact();
    println!("measured: over SMB {altered} of 60 files were altered before the client was cut off");
    assert!((1..=3).contains(&altered), "{altered}");
    // It does not come back; somebody else works as before, on the very files.
    assert!(!samba.client(&town.outside, "10.66.0.1", "ls").status.success());
    let mine = ground.path().join("mine");
    fs::write(&mine, b"une note de service").unwrap();
    let work = format!("put {} note.txt; get note.txt {}.back; ls", mine.display(), mine.display());
    assert!(samba.client(&town.host, "127.0.0.1", &work).status.success());
    assert_eq!(fs::read(ground.path().join("mine.back")).unwrap(), b"une note de service");
    // A person lets it in again.
    let let_in = ["let in".to_owned(), "10.66.0.2".to_owned()];
    run(&mut in_space(&town.host, &ground.command(&let_in)));
    assert!(samba.client(&town.outside, "10.66.0.1", "ls").status.success());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (60, 0), "{report:?}");
}

/// The lines by which a client deletes some of the files.
fn deletions(ground: &Playground, which: std::ops::Range<usize>) -> String {
    let names = ground.originals.keys().skip(which.start).take(which.len());
    names.map(|name| format!("del \"{}\"", name.to_str().unwrap())).collect::<Vec<_>>().join("; ")
}

/// A share may give everybody the same account: what each does counts for its computer alone.
#[test]
fn computers_that_share_an_account_are_not_one() {
    let town = Town::new();
    let mut ground = Playground::on(Some("ext4"), 60);
    ground.space = Some(town.host.clone());
    let guard = ground.guard(&json!({ "protect": true }));
    let samba = Samba::start(&ground, &town);
    for (server, which) in [("10.66.0.1", 0..15), ("fd66::1", 15..30)] {
        assert!(samba.client(&town.outside, server, &deletions(&ground, which)).status.success());
    }
    wait_for("30 deletions", || (ground.touches() == 30).then_some(()));
    assert!(ground.alarms().is_empty(), "{:?}", ground.alarms());
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (60, 0), "{report:?}");
}

/// One that comes by a connection for each handful is one client all the same.
#[test]
fn a_computer_with_many_connections_is_one() {
    let town = Town::new();
    let mut ground = Playground::on(Some("ext4"), 60);
    ground.space = Some(town.host.clone());
    let guard = ground.guard(&json!({ "protect": true }));
    let samba = Samba::start(&ground, &town);
    for from in [0, 8] {
        let words = deletions(&ground, from..from + 8);
        assert!(samba.client(&town.outside, "10.66.0.1", &words).status.success());
    }
    assert!(ground.alarms().is_empty(), "{:?}", ground.alarms());
    let last = samba.command(&town.outside, "10.66.0.1", &deletions(&ground, 16..30));
    let _last = Killed({ last }.spawn().unwrap());
    let alarm = ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
    let actor = alarm.actor.unwrap();
    assert_eq!(actor.client.as_deref(), Some("10.66.0.2"));
    assert!(actor.session.unwrap().starts_with("client 10.66.0.2"));
    let gone = stands_still(&ground);
    assert!((20..30).contains(&gone), "{gone}");
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (60, 0), "{report:?}");
}

/// A client copies all files, or packs them, and then deletes them: nobody is asked. What stands
/// nowhere else is looked for in vain, and the client is held.
#[test]
fn a_client_that_deletes_what_it_copied_is_asked_about_nothing() {
    let town = Town::new();
    let mut ground = Playground::on(Some("ext4"), 60);
    ground.space = Some(town.host.clone());
    let guard = ground.guard(&json!({ "protect": true }));
    let samba = Samba::start(&ground, &town);
    let names: Vec<&str> = ground.originals.keys().map(|name| name.to_str().unwrap()).collect();
    let commands: Vec<String> =
        names.iter().map(|name| format!("scopy \"{name}\" \"classe\\{name}\"")).collect();
    let work = format!("mkdir classe; {}; del dossier*", commands.join("; "));
    assert!(samba.client(&town.outside, "10.66.0.1", &work).status.success());
    assert_eq!((ground.intact(), ground.alarms().len()), (0, 0), "{}", ground.weighed());
    let copied = std::fs::read_dir(ground.share().join("classe")).unwrap().count();
    assert_eq!(copied, names.len());
    assert!(samba.client(&town.outside, "10.66.0.1", "ls").status.success(), "it is let in");
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (60, 0), "{report:?}");
}

/// Most files that a client takes away from the moment the twentieth is counted until it is held: the
/// requests that its worker has read already, and those served until its address is shut out.
const LATE: usize = 20;

#[test]
fn a_client_that_renames_is_held_at_the_twentieth() {
    let (touched, lost) = attacked(Playground::on(Some("ext4"), 200), "rename");
    println!("measured: over SMB {touched} of 200 files were renamed before the client was held");
    assert!((20..=20 + LATE).contains(&touched), "{touched}");
    assert_eq!(lost, 0);
}

#[test]
fn a_client_that_deletes_is_held_and_goes_on_when_let_go() {
    let town = Town::new();
    let mut ground = Playground::on(Some("ext4"), 500);
    ground.space = Some(town.host.clone());
    let guard = ground.guard(&json!({ "protect": true }));
    let samba = Samba::start(&ground, &town);
    let mut client = samba.command(&town.outside, "10.66.0.1", "del dossier*");
    let mut client = Killed(client.spawn().unwrap());
    let alarm = ground.alarm("the hold", |alarm| alarm.outcome == AlarmOutcome::Held);
    assert_eq!(alarm.actor.as_ref().and_then(|a| a.client.as_deref()), Some("10.66.0.2"));
    let gone = stands_still(&ground);
    println!("measured: over SMB {gone} of 500 files were deleted before the client was held");
    assert!((20..=20 + LATE).contains(&gone), "{gone}");
    // Its connection is still there: let go, it goes on with the rest, as a clerk's would.
    assert!(client.0.try_wait().unwrap().is_none());
    beffroi_guard::release(&ground.state(), &alarm.id).unwrap();
    wait_for("the rest to be deleted", || (ground.intact() == 0).then_some(()));
    drop(client);
    let report = ground.restore_all(guard);
    assert_eq!((ground.intact(), report.lost), (500, 0), "{report:?}");
}
