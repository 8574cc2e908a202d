//! Seven colleagues at work on a Samba share while an eighth client attacks it: how long each of
//! their requests takes, beside the same with nobody attacking, and with no guard.
//!
//! Rules: each client has an address of its own; what is timed is one request of a session that
//! stays open, from the line typed to the client's word that it is done.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant as Tick};

use beffroi_town::watch::AlarmOutcome;

use crate::child::Killed;
use crate::cut::{Town, ip};
use crate::playground::Playground;
use crate::samba::{Samba, attack};

const COLLEAGUES: u8 = 7;
/// Of each colleague; a round saves a document and reads it again.
const ROUNDS: usize = 60;
const RUNS: usize = 15;
/// Longest wait for one request.
const PATIENCE: Duration = Duration::from_secs(15);

/// One colleague's open session.
struct Session {
    _client: Killed,
    types: ChildStdin,
    /// What the client says of each file, which it does on its standard error.
    reads: Receiver<String>,
}

impl Session {
    /// Each colleague by an address of their own, which follows from the server's that they call.
    fn open(samba: &Samba, town: &Town, number: u8) -> Self {
        let (mine, server) = (number + 10, number + 100);
        ip(&format!("-n {} addr add 10.66.0.{mine}/24 dev cable", town.outside));
        ip(&format!("-n {} addr add 10.66.0.{server}/24 dev cable", town.host));
        let way = format!("10.66.0.{server}/32 dev cable src 10.66.0.{mine}");
        ip(&format!("-n {} route add {way}", town.outside));
        let mut client = samba.session(&town.outside, &format!("10.66.0.{server}"));
        let mut client = Killed(client.stderr(Stdio::piped()).spawn().unwrap());
        let types = client.0.stdin.take().unwrap();
        let lines = BufReader::new(client.0.stderr.take().unwrap()).lines();
        let (said, reads) = channel();
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| drop(said.send(line)));
        });
        Self { _client: client, types, reads }
    }

    /// Until the client says that it is done.
    fn ask(&mut self, line: &str) -> Duration {
        let began = Tick::now();
        writeln!(self.types, "{line}").unwrap();
        loop {
            let said = self.reads.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no: {line}"));
            if said.starts_with("putting file") || said.starts_with("getting file") {
                return began.elapsed();
            }
        }
    }
}

/// What everybody waits for while they all work at once, sorted.
fn work(ground: &Playground, sessions: &mut [Session]) -> Vec<Duration> {
    let mut all: Vec<Duration> = std::thread::scope(|scope| {
        let colleagues: Vec<_> = sessions
            .iter_mut()
            .enumerate()
            .map(|(number, session)| {
                let (mine, back) = (
                    ground.path().join(format!("note-{number}")),
                    ground.path().join(format!("back-{number}")),
                );
                scope.spawn(move || {
                    let mut waited = Vec::new();
                    for round in 0..ROUNDS {
                        let text = format!("Note {number} du jour {round}. ").repeat(300);
                        fs::write(&mine, &text).unwrap();
                        let name = format!("note-{number}-{}.txt", round % 8);
                        waited.push(session.ask(&format!("put {} {name}", mine.display())));
                        waited.push(session.ask(&format!("get {name} {}", back.display())));
                        assert_eq!(fs::read(&back).unwrap(), text.as_bytes(), "{name}");
                    }
                    waited
                })
            })
            .collect();
        colleagues.into_iter().flat_map(|colleague| colleague.join().unwrap()).collect()
    });
    all.sort_unstable();
    all
}

/// The 99th percentile of what they wait for in peace, and while one attacks where a guard is there.
fn day(guarded: bool) -> (f64, f64, Option<f64>) {
    let town = Town::new();
    let mut ground = Playground::on(Some("ext4"), 60);
    ground.space = Some(town.host.clone());
    let guard = guarded.then(|| ground.guard(&json!({ "protect": true })));
    let samba = Samba::start(&ground, &town);
    let mut sessions: Vec<Session> =
        (0..COLLEAGUES).map(|number| Session::open(&samba, &town, number)).collect();
    // The first round makes the files and warms everything up.
    work(&ground, &mut sessions);
    let peace = work(&ground, &mut sessions);
    let attacked = guard.map(|_guard| {
        let commands = attack(&ground, &ground.path().join("noise"));
        let attacker = samba.command(&town.outside, "10.66.0.1", &commands).spawn().unwrap();
        let _attacker = Killed(attacker);
        let waited = work(&ground, &mut sessions);
        ground.alarm("the cut", |alarm| alarm.outcome == AlarmOutcome::ClientCut);
        let altered = 60 - ground.intact();
        assert!((1..=3).contains(&altered), "{altered}");
        let alone = ground.alarms().iter().filter(|alarm| alarm.outcome.keeps_somebody()).count();
        assert_eq!(alone, 1, "somebody else was held or cut off: {:?}", ground.alarms());
        p99(&waited)
    });
    let total: f64 = peace.iter().map(Duration::as_secs_f64).sum();
    (total * 1000.0 / f64::from(COLLEAGUES), p99(&peace), attacked)
}

fn p99(sorted: &[Duration]) -> f64 {
    sorted[sorted.len() * 99 / 100].as_secs_f64() * 1000.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2] * 100.0).round() / 100.0
}

/// Rows of the benchmark.
pub(crate) fn measured(rows: &mut Vec<Value>) {
    let mut times = (Vec::new(), Vec::new());
    let (mut in_peace, mut attacked) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (total, peace, attack) = day(true);
        times.0.push(total);
        in_peace.push(peace);
        attacked.extend(attack);
        times.1.push(day(false).0);
    }
    let (ours, peer) = (median(times.0), median(times.1));
    let (attacked, in_peace) = (median(attacked), median(in_peace));
    eprintln!("seven colleagues over SMB: {ours} ms guarded, {peer} ms unguarded");
    eprintln!("their slowest hundredth: {in_peace} ms in peace, {attacked} ms while one attacks");
    rows.push(json!({
        "what": "seven clients save and read over SMB, level A", "unit": "ms", "ours": ours,
        "peer": peer, "peer_name": "unguarded", "ratio": peer / ours, "goal": 1.0 / 1.05,
        "met": peer / ours >= 1.0 / 1.05,
    }));
    rows.push(json!({
        "what": "p99 of the other seven's requests while an eighth attacks", "unit": "ms",
        "ours": attacked, "peer": in_peace, "peer_name": "nobody attacks",
        "ratio": in_peace / attacked, "goal": 0.5, "met": in_peace / attacked >= 0.5,
    }));
}
