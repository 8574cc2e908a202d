//! Roles that this same test program plays as another process: the guard, an attacker, somebody at
//! the other end of a network. Each is an ignored test, started by name with its role in the
//! environment.

use beffroi_guard::{Edge, Options, Unpacker, run};
use beffroi_town::Instant;
use beffroi_town::edge::{Clock, Entropy};
use beffroi_town::watch::Letter;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const ROLE: &str = "BEFFROI_TEST_ROLE";

/// A command that plays `role`.
pub(crate) fn command(program: &Path, role: &[String]) -> Command {
    let mut command = Command::new(program);
    command
        .args(["child::play", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(ROLE, role.join("\u{1f}"))
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

/// A process that is killed when the test ends, however it ends.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
#[ignore = "a role for other tests, not a test"]
fn play() {
    let role = std::env::var(ROLE).expect("started by another test");
    let words: Vec<&str> = role.split('\u{1f}').collect();
    match words.as_slice() {
        ["guard", options] => guard(options),
        ["unpack"] => {
            // What the test program itself writes has no end of line yet.
            println!();
            drop(beffroi_guard::unpack());
        }
        ["decoy", options] => crate::decoy::play(options),
        ["watchdog", options] => crate::watchdog::play(options),
        ["let in", client] => beffroi_guard::let_in(client.parse().unwrap()).unwrap(),
        ["wait", folder] => crate::watchdog::play_visitors(Path::new(folder)),
        ["attack", kind, folder] => crate::attack::play(kind, Path::new(folder)),
        ["make and remove", folder] => crate::vanishing::play_maker(Path::new(folder)),
        ["types", script, folder] => crate::elsewhere::types(script, Path::new(folder)),
        ["everyday", folder] => crate::everyday::play(Path::new(folder)),
        ["lift host", folder] => crate::lift::play_host(Path::new(folder)),
        ["cut host", folder] => crate::cut::play_host(Path::new(folder)),
        ["pinned"] => crate::cut::play_pinned(),
        ["listen", address] => crate::cut::play_listener(address),
        ["connect", address] => crate::cut::play_caller(address),
        _ => panic!("no such role: {role}"),
    }
}

/// Real time and chance.
pub(crate) struct Real;

impl Clock for Real {
    #[expect(clippy::disallowed_methods, reason = "the edge of this test program")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Instant::from_ms(i64::try_from(since.as_millis()).unwrap())
    }
}

impl Entropy for Real {
    fn fill(&self, bytes: &mut [u8]) {
        use ring::rand::SecureRandom;
        ring::rand::SystemRandom::new().fill(bytes).unwrap();
    }
}

pub(crate) fn edge() -> Edge {
    Edge { clock: Arc::new(Real), entropy: Arc::new(Real) }
}

/// This program, playing the one that looks into archives.
fn unpacker() -> Unpacker {
    let args = ["child::play", "--exact", "--ignored", "--nocapture", "--test-threads=1"];
    Unpacker {
        program: std::env::current_exe().unwrap(),
        args: args.map(ToOwned::to_owned).to_vec(),
        env: vec![(ROLE.to_owned(), "unpack".to_owned())],
    }
}

fn guard(options: &str) {
    let options: serde_json::Value = serde_json::from_str(options).unwrap();
    let path = |name: &str| options.get(name).and_then(|v| v.as_str()).map(PathBuf::from);
    let flag = |name: &str| options.get(name).and_then(serde_json::Value::as_bool).unwrap_or(false);
    let mut chosen = Options::new(vec![path("watch").unwrap()], path("state").unwrap());
    chosen.enrol = path("enrol");
    if let Some(sensors) = path("sensors") {
        chosen.sensors = sensors;
    }
    chosen.at_most = match options.get("at_most").and_then(|v| v.as_str()) {
        Some("C") => Letter::C,
        Some("B") => Letter::B,
        _ => Letter::A,
    };
    chosen.reserve_bytes_max = options.get("reserve_bytes_max").and_then(serde_json::Value::as_u64);
    if let Some(ms) = options.get("hold_ms").and_then(serde_json::Value::as_i64) {
        chosen.hold_ms = ms;
    }
    chosen.canaries = flag("canaries");
    chosen.cut_host = flag("cut_host");
    let administrator = options.get("administrator").and_then(|v| v.as_str());
    chosen.administrators = administrator.iter().map(|text| text.parse().unwrap()).collect();
    chosen.beat_for_watchdog = flag("beat");
    chosen.lapse = options.get("lapse").and_then(|v| v.as_str()).map(|text| text.parse().unwrap());
    chosen.unpacker = Some(unpacker());
    if flag("protect") {
        chosen.mode = beffroi_town::watch::Mode::Protect;
    }
    run(&chosen, &edge(), &Arc::new(AtomicBool::new(false))).unwrap();
}
