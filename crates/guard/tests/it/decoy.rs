//! A decoy that is really served, by Debian's smbd, to real clients in a network made for them: who
//! touches bait is named, who looks is not.

use beffroi_guard::{Decoy, Options, run};
use beffroi_town::watch::{AlarmOutcome, AlarmReport, Letter, Suspicion, Touch};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant as Tick};

use crate::child::{Killed, command, edge};
use crate::cut::Town;
use crate::platform::Platform;
use crate::playground::{in_space, need_root, open_to_all, run as run_command, wait_for};
use serde_json::{Value, json};

/// A client that alters one bait file is named within this time.
const NAMED_WITHIN: Duration = Duration::from_secs(1);
/// Writes over bytes in the middle of a file, and leaves it open.
const ALTER: &str = "
import sys
from samba import credentials
from samba.samba3 import param, libsmb_samba_internal as smb
lp = param.get_context()
lp.load('/dev/null')
creds = credentials.Credentials()
creds.guess(lp)
creds.set_username('client')
creds.set_password('x')
creds.set_kerberos_state(credentials.DONT_USE_KERBEROS)
share = smb.Conn('10.66.0.1', 'Commun', lp, creds)
file = share.create(sys.argv[1], DesiredAccess=3, CreateDisposition=1)
share.write(file, b'noise', 100)
sys.stdin.read()
";

/// A decoy and its network.
struct Ground {
    town: Town,
    folder: tempfile::TempDir,
    decoy: Option<Killed>,
}

/// In the decoy's namespace, where every port is free. With a platform of its own, where asked for.
pub(crate) fn play(options: &str) {
    let options: Value = serde_json::from_str(options).unwrap();
    let path = |name: &str| PathBuf::from(options[name].as_str().unwrap());
    let listen = ["10.66.0.1", "[fd66::1]"].map(str::to_owned);
    let decoy = Decoy::new(path("dir"), &listen, "MAIRIE", "Commun").unwrap();
    let mut chosen = Options::of_decoy(&decoy, path("state"));
    if options["at_most"] == "B" {
        chosen.at_most = Letter::B;
    }
    if options["platform"] == true {
        let platform = Platform::at("127.0.0.1:0");
        chosen.enrol = Some(platform.enrolment(path("dir").parent().unwrap()));
        std::thread::spawn(move || {
            wait_for("an alarm at the platform", || {
                let told = platform.told.lock().unwrap();
                let touched = |alarm: &AlarmReport| alarm.kind == Suspicion::DecoyTouched;
                (told.alarms.iter().any(touched) && !told.beats.is_empty()).then_some(())
            });
            println!("delivered");
        });
    }
    if let Err(error) = run(&chosen, &edge(), &Arc::new(AtomicBool::new(false))) {
        println!("refused: {error}");
    }
}

impl Ground {
    fn new() -> Self {
        need_root();
        let folder =
            tempfile::Builder::new().prefix("beffroi-decoy-").tempdir_in("/var/tmp").unwrap();
        open_to_all(folder.path());
        Self { town: Town::new(), folder, decoy: None }
    }

    fn served(more: &Value) -> Self {
        let mut this = Self::new();
        this.start(more);
        this
    }

    fn start(&mut self, more: &Value) {
        self.decoy = Some(self.begin(more));
        wait_for("the share", || self.client("ls").status.success().then_some(()));
    }

    /// A decoy process, which may not serve yet.
    fn begin(&self, more: &Value) -> Killed {
        let mut options =
            json!({ "dir": self.folder.path().join("leurre"), "state": self.state() });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let role = ["decoy", &options.to_string()].map(str::to_owned);
        let inner = command(&std::env::current_exe().unwrap(), &role);
        Killed(in_space(&self.town.host, &inner).spawn().unwrap())
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn share(&self) -> PathBuf {
        self.folder.path().join("leurre/share")
    }

    /// The client's computer has this address from now on.
    fn client_is(&self, last: usize) -> String {
        let (space, address) = (&self.town.outside, format!("10.66.0.{last}"));
        run_command(Command::new("ip").args(["-n", space, "-4", "addr", "flush", "dev", "cable"]));
        let add = ["-n", space, "addr", "add", &format!("{address}/24"), "dev", "cable"];
        run_command(Command::new("ip").args(add));
        address
    }

    fn command(&self, what: &str) -> Command {
        let mut client = Command::new("smbclient");
        client.args(["-N", "//10.66.0.1/Commun", "-t", "10", "-s", "/dev/null", "-c", what]);
        self.outside(&client)
    }

    /// A client that writes over a part of a bait file and keeps it open.
    fn altering(&self, path: &str) -> Command {
        let mut client = Command::new("/usr/bin/python3");
        client.args(["-c", ALTER, path]);
        self.outside(&client)
    }

    fn outside(&self, client: &Command) -> Command {
        let mut client = in_space(&self.town.outside, client);
        client.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        client
    }

    fn client(&self, what: &str) -> Output {
        self.command(what).output().expect("smbclient is missing; scripts/setup-tests")
    }

    fn alarms(&self) -> Vec<AlarmReport> {
        let Ok(entries) = fs::read_dir(self.state().join("alarms")) else { return Vec::new() };
        let json = entries.flatten().filter_map(|entry| {
            let value: Value = serde_json::from_slice(&fs::read(entry.path()).ok()?).ok()?;
            serde_json::from_value(value["report"].clone()).ok()
        });
        json.collect()
    }

    /// Every file of the share, by its path, and its bytes.
    fn bait(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        let mut folders = vec![self.share()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(bytes) = fs::read(&path) {
                    all.insert(path.strip_prefix(self.share()).unwrap().to_owned(), bytes);
                }
            }
        }
        all
    }

    /// A bait file with this extension, as a client writes its path.
    fn one(&self, extension: &str) -> String {
        let all = self.bait();
        let found = all.keys().find(|path| path.extension().is_some_and(|e| e == extension));
        found.unwrap().to_str().unwrap().replace('/', "\\")
    }

    /// Has a client at `address` do this; the alarm, and how long after the client was started it
    /// stood on disk.
    fn named(&self, address: &str, mut client: Command) -> (AlarmReport, Duration) {
        let is_new = |alarm: &AlarmReport| {
            let actor = alarm.actor.as_ref().and_then(|actor| actor.client.as_deref());
            alarm.kind == Suspicion::DecoyTouched && actor == Some(address)
        };
        let began = Tick::now();
        let client = Killed(client.spawn().expect("smbclient is missing; scripts/setup-tests"));
        let alarm = loop {
            if let Some(alarm) = self.alarms().into_iter().find(is_new) {
                break alarm;
            }
            let waited = began.elapsed().as_secs();
            assert!(waited < 10, "nobody was named at {address}: {:?}", self.alarms());
            std::thread::park_timeout(Duration::from_millis(2));
        };
        let took = began.elapsed();
        drop(client);
        (alarm, took)
    }

    fn wait_until_laid(&self, wanted: &BTreeMap<PathBuf, Vec<u8>>) {
        wait_for("the bait to be laid again", || (self.bait() == *wanted).then_some(()));
    }
}

/// What clients do to one bait file each, and how the report calls it.
fn deeds(ground: &Ground) -> Vec<(&'static str, Command, Touch)> {
    let noise = ground.folder.path().join("noise");
    fs::write(&noise, b"\x01\xfe noise".repeat(700)).unwrap();
    let noise = noise.display();
    let (docx, pdf, xlsx, jpg) =
        (ground.one("docx"), ground.one("pdf"), ground.one("xlsx"), ground.one("jpg"));
    let put = format!("put {noise} \"{docx}\"");
    let rename = format!("rename \"{xlsx}\" \"{xlsx}.locked\"");
    let alike = format!("rename \"{jpg}\" \"x.jpg\"");
    let folder = "rename \"Conseil municipal\" \"Conseil.locked\"";
    vec![
        ("overwritten", ground.command(&put), Touch::Rewritten),
        ("altered in place", ground.altering(&ground.one("csv")), Touch::Rewritten),
        ("deleted", ground.command(&format!("del \"{pdf}\"")), Touch::Deleted),
        ("renamed", ground.command(&rename), Touch::RenamedAway),
        ("renamed alike", ground.command(&alike), Touch::RenamedAway),
        ("folder renamed", ground.command(folder), Touch::RenamedAway),
    ]
}

fn each_deed_is_named(level: &str) {
    let ground = Ground::served(&json!({ "at_most": level }));
    let bait = ground.bait();
    assert!(bait.len() >= 40, "{}", bait.len());
    for (number, (what, command, how)) in deeds(&ground).into_iter().enumerate() {
        // Another client each time, so that each is an alarm of its own.
        let address = ground.client_is(10 + number);
        let (alarm, took) = ground.named(&address, command);
        println!("measured: {what} (level {level}): named after {} ms", took.as_millis());
        assert!(took <= NAMED_WITHIN, "{what}: {took:?}");
        assert_eq!(alarm.outcome, AlarmOutcome::Observed, "{what}");
        assert!(alarm.touched.iter().any(|one| one.how == how), "{what}: {alarm:?}");
        ground.wait_until_laid(&bait);
    }
    let found = fs::read_dir(ground.folder.path().join("leurre/found")).unwrap().count();
    assert!(found >= 4, "what clients left is kept: {found}");
    assert_eq!(ground.alarms().len(), 6, "one each: {:?}", ground.alarms());
}

#[test]
fn whoever_touches_one_bait_file_is_named_within_a_second() {
    each_deed_is_named("A");
}

#[test]
fn also_on_an_older_kernel() {
    each_deed_is_named("B");
}

#[test]
fn who_only_looks_is_not_named() {
    let ground = Ground::served(&json!({}));
    let files: Vec<String> = ["docx", "pdf", "jpg", "csv"].map(|one| ground.one(one)).to_vec();
    let look = |number: usize| {
        let file = &files[number % files.len()];
        format!("ls; allinfo \"{file}\"; get \"{file}\" /dev/null")
    };
    let looks: Vec<String> = (0..100).map(look).collect();
    let looks = format!("recurse on; ls; recurse off; {}", looks.join("; "));
    assert!(ground.client(&looks).status.success());
    for _ in 0..5 {
        assert!(ground.client("ls").status.success());
    }
    // Whatever the kernel tells comes in order: once this one is named, all before was weighed.
    let address = ground.client_is(77);
    let (alarm, _) = ground.named(&address, ground.command(&format!("del \"{}\"", files[0])));
    assert_eq!(alarm.touched_total, 1, "{alarm:?}");
    assert_eq!(ground.alarms().len(), 1, "{:?}", ground.alarms());
}

#[test]
fn a_note_left_there_is_no_alarm_and_stands_in_the_report_of_one() {
    let mut ground = Ground::new();
    let mut decoy = ground.begin(&json!({ "platform": true }));
    let mut out = BufReader::new(decoy.0.stdout.take().unwrap());
    ground.decoy = Some(decoy);
    wait_for("the share", || ground.client("ls").status.success().then_some(()));
    let bait = ground.bait();
    let note = ground.folder.path().join("note");
    fs::write(&note, "All your files\n").unwrap();
    let put =
        format!("put {} README.txt; mkdir x; put {} x\\README.txt", note.display(), note.display());
    assert!(ground.client(&put).status.success());
    std::thread::park_timeout(Duration::from_millis(700));
    assert!(ground.alarms().is_empty(), "{:?}", ground.alarms());
    let del = ground.command(&format!("del \"{}\"", ground.one("pdf")));
    ground.named("10.66.0.2", del);
    wait_for("the note in the report", || {
        let dropped = |alarm: &AlarmReport| {
            alarm.touched.iter().filter(|one| one.how == Touch::Dropped).count()
        };
        (ground.alarms().iter().map(dropped).sum::<usize>() == 2).then_some(())
    });
    // The platform has it, and nothing of the client's is left to the next one.
    let mut line = String::new();
    while !line.contains("delivered") {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0, "it was never delivered");
    }
    ground.wait_until_laid(&bait);
    assert!(!ground.share().join("x").exists());
}

/// The processes that serve this decoy.
fn servers(ground: &Ground) -> Vec<i32> {
    let config = ground.state().join("samba/smb.conf").display().to_string();
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let serves = |pid: &i32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).into_owned();
        line.contains(&config) && line.starts_with("/usr/sbin/smbd")
    };
    pids.filter(serves).collect()
}

#[test]
fn a_share_that_ends_is_said_and_started_again_and_goes_with_its_guard() {
    let mut ground = Ground::served(&json!({}));
    for pid in servers(&ground) {
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).ok();
    }
    wait_for("the alarm", || {
        ground.alarms().into_iter().find(|alarm| alarm.kind == Suspicion::DecoyDown)
    });
    wait_for("the share again", || ground.client("ls").status.success().then_some(()));
    let address = ground.client_is(9);
    let del = ground.command(&format!("del \"{}\"", ground.one("pdf")));
    ground.named(&address, del);
    // A guard that is killed takes the share with it: bait that nobody watches is worth nothing.
    ground.decoy = None;
    wait_for("the end of the share", || servers(&ground).is_empty().then_some(()));
    // What was altered meanwhile is as it was once it is served again.
    fs::write(ground.share().join("00 LISEZ-MOI.txt"), "x").unwrap();
    ground.start(&json!({}));
    assert_ne!(fs::read(ground.share().join("00 LISEZ-MOI.txt")).unwrap(), b"x");
}

#[test]
fn what_it_cannot_serve_it_says() {
    let ground = Ground::new();
    let says = |more: &Value| {
        let mut decoy = ground.begin(more);
        let mut said = String::new();
        decoy.0.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        said
    };
    let mut taken = Town::play(&ground.town.host, &["listen", "10.66.0.1:445"]);
    let mut line = String::new();
    let mut out = BufReader::new(taken.0.stdout.take().unwrap());
    while !line.contains("listening") {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0);
    }
    let said = says(&json!({}));
    assert!(said.contains("refused: cannot listen at 10.66.0.1:445: another program"), "{said}");
    drop(taken);
    // A folder with somebody's files, and a decoy that stands elsewhere, are left alone.
    let mine = ground.folder.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("a"), "a").unwrap();
    let said = says(&json!({ "dir": mine, "state": ground.folder.path().join("other") }));
    assert!(said.contains("holds files already"), "{said}");
    let said = says(&json!({ "dir": ground.folder.path().join("moved") }));
    assert!(said.contains("this state folder is that of the decoy in"), "{said}");
    assert_eq!(fs::read_dir(&mine).unwrap().count(), 1);
}
