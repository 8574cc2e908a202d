//! This host cut and joined again, in network namespaces made for it alone: one is the file server,
//! the other holds the platform's address and a stranger's.

use beffroi_guard::{Options, cut, run};
use beffroi_town::watch::{AlarmOutcome, Mode, Order, OrderOutcome};
use serde_json::json;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::child::{Killed, command, edge};
use crate::platform::Platform;
use crate::playground::{Playground, need_root, wait_for};

/// A pair of namespaces and the cable between them; gone when the test ends.
pub(crate) struct Town {
    pub(crate) host: String,
    pub(crate) outside: String,
}

pub(crate) fn ip(line: &str) {
    let done = Command::new("ip").args(line.split(' ')).status();
    let done = done.expect("the tool 'ip' is missing; type: apt-get install iproute2");
    assert!(done.success(), "ip {line}");
}

impl Town {
    pub(crate) fn new() -> Self {
        need_root();
        let nft = Command::new("nft").arg("--version").stdout(Stdio::null()).status();
        nft.expect("the tool 'nft' is missing; type: apt-get install nftables");
        let number = std::process::id();
        let town =
            Self { host: format!("beffroi-h{number}"), outside: format!("beffroi-o{number}") };
        let (host, outside) = (&town.host, &town.outside);
        ip(&format!("netns add {host}"));
        ip(&format!("netns add {outside}"));
        ip(&format!("link add cable netns {host} type veth peer name cable netns {outside}"));
        for (space, last) in [(host, 1), (outside, 2)] {
            ip(&format!("-n {space} link set lo up"));
            ip(&format!("-n {space} addr add 10.66.0.{last}/24 dev cable"));
            ip(&format!("-n {space} addr add fd66::{last}/64 dev cable nodad"));
            ip(&format!("-n {space} link set cable up"));
        }
        town
    }

    /// This program in a namespace, in a role.
    pub(crate) fn play(space: &str, role: &[&str]) -> Killed {
        let role: Vec<String> = role.iter().map(|word| (*word).to_owned()).collect();
        let program = std::env::current_exe().unwrap();
        let inner = command(&program, &role);
        let mut outer = Command::new("ip");
        outer.args(["netns", "exec", space]).arg(program).args(inner.get_args());
        for (name, value) in inner.get_envs() {
            outer.env(name, value.unwrap());
        }
        Killed(outer.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap())
    }

    pub(crate) fn reaches(from: &str, address: &str) -> bool {
        let mut caller = Self::play(from, &["connect", address]);
        let mut said = String::new();
        caller.0.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(said.contains("reached") || said.contains("not there"), "{said}");
        said.contains("reached")
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        for space in [&self.host, &self.outside] {
            drop(Command::new("ip").args(["netns", "del", space]).status());
        }
    }
}

pub(crate) fn play_listener(address: &str) {
    let door = TcpListener::bind(address).unwrap();
    println!("listening");
    for stream in door.incoming().flatten() {
        std::thread::spawn(move || {
            let (mut from, mut to) = (stream.try_clone().unwrap(), stream);
            drop(std::io::copy(&mut from, &mut to));
        });
    }
}

pub(crate) fn play_caller(address: &str) {
    let address: SocketAddr = address.parse().unwrap();
    match TcpStream::connect_timeout(&address, Duration::from_millis(700)) {
        Ok(_) => println!("reached"),
        Err(_) => println!("not there"),
    }
}

/// In the file server's namespace: guard and platform over loopback; cuts on order, lifts on order.
pub(crate) fn play_host(folder: &Path) {
    let platform = Platform::at("127.0.0.1:0");
    let mut options = Options::new(vec![folder.join("share")], folder.join("state"));
    options.enrol = Some(platform.enrolment(folder));
    options.mode = Mode::Protect;
    options.at_most = beffroi_town::watch::Letter::C;
    let shutdown = Arc::new(AtomicBool::new(false));
    let guard = {
        let shutdown = Arc::clone(&shutdown);
        std::thread::spawn(move || run(&options, &edge(), &shutdown).unwrap())
    };
    platform.order(1, Order::CutSelf);
    assert_eq!(platform.ack(1), OrderOutcome::Done);
    wait_for("a beat that says so", || {
        platform.told.lock().unwrap().beats.last().filter(|beat| beat.cut).map(|_| ())
    });
    println!("cut");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    platform.order(2, Order::LiftSelf);
    assert_eq!(platform.ack(2), OrderOutcome::Done);
    println!("lifted");
    shutdown.store(true, Ordering::Relaxed);
    guard.join().unwrap();
}

fn wait_line(out: &mut impl BufRead, word: &str) {
    let mut line = String::new();
    while !line.contains(word) {
        line.clear();
        assert!(out.read_line(&mut line).unwrap() > 0, "ended before it said '{word}'");
    }
}

pub(crate) fn listener(space: &str, address: &str) -> Killed {
    let mut listener = Town::play(space, &["listen", address]);
    wait_line(&mut BufReader::new(listener.0.stdout.take().unwrap()), "listening");
    listener
}

#[test]
fn an_order_cuts_this_host_and_another_joins_it_again() {
    let town = Town::new();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("share")).unwrap();
    let _smb = listener(&town.host, "0.0.0.0:445");
    let _smb6 = listener(&town.host, "[fd66::1]:1445");
    let _stranger = listener(&town.outside, "10.66.0.2:80");
    assert!(Town::reaches(&town.outside, "10.66.0.1:445"));
    assert!(Town::reaches(&town.outside, "[fd66::1]:1445"));
    assert!(Town::reaches(&town.host, "10.66.0.2:80"));

    let mut host = Town::play(&town.host, &["cut host", folder.path().to_str().unwrap()]);
    let mut out = BufReader::new(host.0.stdout.take().unwrap());
    wait_line(&mut out, "cut");
    assert!(!Town::reaches(&town.outside, "10.66.0.1:445"));
    assert!(!Town::reaches(&town.outside, "[fd66::1]:1445"), "IPv6 is cut too");
    assert!(!Town::reaches(&town.host, "10.66.0.2:80"));
    host.0.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    wait_line(&mut out, "lifted");
    assert!(Town::reaches(&town.outside, "10.66.0.1:445"));
    assert!(Town::reaches(&town.host, "10.66.0.2:80"));
}

#[test]
fn the_platforms_pinned_addresses_stay_open_and_live_connections_end() {
    let town = Town::new();
    let _v4 = listener(&town.outside, "10.66.0.2:8443");
    let _v6 = listener(&town.outside, "[fd66::2]:8443");
    let _other = listener(&town.outside, "10.66.0.2:8444");
    // A cable that was just plugged in takes a moment.
    wait_for("the cable", || Town::reaches(&town.host, "[fd66::2]:8443").then_some(()));
    let mut host = Town::play(&town.host, &["pinned"]);
    let mut out = BufReader::new(host.0.stdout.take().unwrap());
    wait_line(&mut out, "this host is cut");
    // A neighbour that is no longer known must be found again through the cut.
    ip(&format!("-n {} neigh flush dev cable", town.host));
    assert!(Town::reaches(&town.host, "10.66.0.2:8443"));
    assert!(Town::reaches(&town.host, "[fd66::2]:8443"));
    assert!(!Town::reaches(&town.host, "10.66.0.2:8444"));
    host.0.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    wait_line(&mut out, "lifted");
    assert!(Town::reaches(&town.host, "10.66.0.2:8444"));
}

/// An attack from a host that cuts itself; how long after the event that decides it was cut, and the
/// ground with its guard.
pub(crate) fn cut_by_an_attack(town: &Town) -> (i64, Playground, Killed) {
    let mut ground = Playground::on(Some("ext4"), 30);
    ground.space = Some(town.host.clone());
    let guard =
        ground.guard(&json!({ "protect": true, "cut_host": true, "administrator": "10.66.0.2" }));
    assert!(!ground.status().unwrap().cut);
    let mut attacker = ground.attacker("in place");
    attacker.strike();
    attacker.wait_until_paused();
    let alarm = ground.alarm("the stop", |alarm| alarm.outcome == AlarmOutcome::Stopped);
    let cut = wait_for("the cut", || ground.status().filter(|beat| beat.cut)?.cut_alone);
    assert_eq!(cut.times, 1);
    (cut.at.ms_since(alarm.raised_at), ground, guard)
}

#[test]
fn an_attack_from_this_host_cuts_it_by_itself_and_an_administrator_still_comes_in() {
    let town = Town::new();
    ip(&format!("-n {} addr add 10.66.0.3/24 dev cable", town.outside));
    let _smb = listener(&town.host, "0.0.0.0:445");
    let _smb6 = listener(&town.host, "[fd66::1]:1445");
    let _stranger = listener(&town.outside, "10.66.0.3:80");
    wait_for("the cable", || Town::reaches(&town.outside, "[fd66::1]:1445").then_some(()));
    assert!(Town::reaches(&town.host, "10.66.0.3:80"));
    let (after_ms, ground, guard) = cut_by_an_attack(&town);
    println!("measured: the host is cut {after_ms} ms after the event that decides");
    assert!(!Town::reaches(&town.host, "10.66.0.3:80"));
    assert!(!Town::reaches(&town.outside, "[fd66::1]:1445"), "IPv6 is cut too");
    assert!(Town::reaches(&town.outside, "10.66.0.1:445"), "the administrator's address");
    // It says so also after it was started again, and cuts nothing a second time.
    drop(guard);
    let guard = ground.guard(&json!({ "protect": true, "cut_host": true }));
    let told = |times| {
        let beat = ground.status().unwrap();
        assert_eq!((beat.cut, beat.cut_alone.map(|cut| cut.times)), (true, Some(times)));
    };
    told(1);
    // One that was killed once it had cut the host, and before it had written that down.
    drop(guard);
    let begun = ground.state().join("cut-begun.json");
    assert!(!begun.exists());
    fs::write(&begun, json!({ "at": 1, "times": 2 }).to_string()).unwrap();
    let _guard = ground.guard(&json!({ "protect": true, "cut_host": true }));
    told(2);
    assert!(!begun.exists());
}

/// Nobody works off jobs there, and nobody is paused: the host's cut is all that is left.
#[test]
fn without_the_kernels_senses_an_attack_cuts_this_host_too() {
    let town = Town::new();
    let mut ground = Playground::new(30);
    ground.space = Some(town.host.clone());
    let options = json!({
        "protect": true, "at_most": "C", "cut_host": true, "administrator": "10.66.0.2",
    });
    let _guard = ground.guard(&options);
    let mut attacker = ground.attacker("in place");
    attacker.strike();
    attacker.wait_until_done();
    ground.alarm("the alarm", |alarm| alarm.outcome == AlarmOutcome::NotStopped);
    let cut = wait_for("the cut", || ground.status().filter(|beat| beat.cut)?.cut_alone);
    assert_eq!(cut.times, 1);
}

/// In the file server's namespace: cuts directly, with a connection open that must die.
pub(crate) fn play_pinned() {
    let echo = |stream: &mut TcpStream| {
        stream.write_all(b"?").is_ok() && stream.read_exact(&mut [0]).is_ok()
    };
    let open = |address: &str| {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(700))).unwrap();
        stream
    };
    let (mut other, mut platform) = (open("10.66.0.2:8444"), open("10.66.0.2:8443"));
    assert!(echo(&mut other) && echo(&mut platform));
    let pinned = ["10.66.0.2:8443".parse().unwrap(), "[fd66::2]:8443".parse().unwrap()];
    let began = std::time::Instant::now();
    cut::cut_self(&pinned, &[]).unwrap();
    println!("measured: cut in {} ms", began.elapsed().as_millis());
    cut::cut_self(&pinned, &[]).unwrap();
    assert_eq!(cut::is_cut(), Some(true));
    assert!(!echo(&mut other), "a live connection survived the cut");
    assert!(echo(&mut platform), "the platform's connection did not");
    println!("this host is cut");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    cut::lift_self().unwrap();
    cut::lift_self().unwrap();
    assert_eq!(cut::is_cut(), Some(false));
    println!("lifted");
}
