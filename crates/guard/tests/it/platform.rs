//! A played platform: a tiny HTTP server that checks every signature, and what the guard says to it.

use beffroi_town::watch::{
    ALARM_PATH, AT_HEADER, AlarmReport, BEAT_PATH, Beat, BeatAnswer, ENROL_PATH, EnrolAnswer,
    EnrolRequest, GUARD_HEADER, LISTED_PATH, Listed, Order, OrderAck, OrderOutcome, RESTORED_PATH,
    Received, RestoreReport, SIGNATURE_HEADER, SignedOrder, order_text, request_text,
};
use beffroi_town::{GuardId, Instant};
use data_encoding::BASE64URL_NOPAD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::child::Real;
use crate::playground::{Playground, wait_for};
use beffroi_town::edge::Clock;
use serde_json::json;

/// What it was told, and what it will say.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) enrolments: usize,
    pub(crate) beats: Vec<Beat>,
    pub(crate) alarms: Vec<AlarmReport>,
    pub(crate) listed: Vec<Listed>,
    pub(crate) restored: Vec<RestoreReport>,
    pub(crate) acks: Vec<OrderAck>,
    pub(crate) orders: Vec<SignedOrder>,
    pub(crate) bad: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Platform {
    pub(crate) told: Arc<Mutex<Told>>,
    pub(crate) address: SocketAddr,
    key: Arc<Ed25519KeyPair>,
}

impl Platform {
    pub(crate) fn at(address: &str) -> Self {
        let door = TcpListener::bind(address).unwrap();
        let platform = Self {
            told: Arc::default(),
            address: door.local_addr().unwrap(),
            key: Arc::new(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()),
        };
        let serving = platform.clone();
        std::thread::spawn(move || {
            for stream in door.incoming().flatten() {
                let serving = serving.clone();
                std::thread::spawn(move || while serving.serve(&stream).is_some() {});
            }
        });
        platform
    }

    pub(crate) fn enrolment(&self, folder: &Path) -> PathBuf {
        let path = folder.join("enrolment.json");
        let text = json!({
            "platforms": [{ "url": format!("http://{}", self.address) }],
            "token": "one use", "tenant": "59273", "asset": "fichiers",
        });
        std::fs::write(&path, text.to_string()).unwrap();
        path
    }

    pub(crate) fn order(&self, sequence: u64, order: Order) {
        let order = self.signed(sequence, order);
        self.told.lock().unwrap().orders.push(order);
    }

    pub(crate) fn signed(&self, sequence: u64, order: Order) -> SignedOrder {
        let guard = GuardId::parse("guard-1").unwrap();
        let expires_at = Real.now().plus_ms(60_000);
        let text = order_text(&guard, sequence, expires_at, &order);
        let signature = BASE64URL_NOPAD.encode(self.key.sign(&text).as_ref());
        SignedOrder { guard, sequence, expires_at, order, signature }
    }

    pub(crate) fn ack(&self, sequence: u64) -> OrderOutcome {
        wait_for("the acknowledgement", || {
            let told = self.told.lock().unwrap();
            told.acks.iter().find(|ack| ack.sequence == sequence).map(|ack| ack.outcome)
        })
    }

    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
        let path = line.split(' ').nth(1)?.to_owned();
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        let answer = self.answer(&path, &headers, &body);
        let mut stream = stream;
        let status = if answer.is_some() { "200 OK" } else { "401 Unauthorized" };
        let answer = answer.unwrap_or_default();
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{answer}", answer.len()).ok()
    }

    fn answer(&self, path: &str, headers: &HashMap<String, String>, body: &[u8]) -> Option<String> {
        let mut told = self.told.lock().unwrap();
        if path == ENROL_PATH {
            let request: EnrolRequest = serde_json::from_slice(body).unwrap();
            request.check().unwrap();
            told.key = BASE64URL_NOPAD.decode(request.public_key.as_bytes()).ok();
            told.enrolments += 1;
        }
        let at = Instant::from_ms(headers.get(AT_HEADER)?.parse().ok()?);
        let hash = ring::digest::digest(&ring::digest::SHA256, body);
        let text = request_text(
            headers.get(GUARD_HEADER)?,
            "POST",
            path,
            at,
            hash.as_ref().try_into().ok()?,
        );
        let signature = BASE64URL_NOPAD.decode(headers.get(SIGNATURE_HEADER)?.as_bytes()).ok()?;
        if UnparsedPublicKey::new(&ED25519, told.key.as_ref()?).verify(&text, &signature).is_err() {
            told.bad.push(path.to_owned());
            return None;
        }
        let received = json!(Received { at: Real.now() }).to_string();
        match path {
            ENROL_PATH => {
                let orders_key = BASE64URL_NOPAD.encode(self.key.public_key().as_ref());
                let guard = GuardId::parse("guard-1").unwrap();
                Some(json!(EnrolAnswer { guard, orders_key, beat_every_ms: 200 }).to_string())
            }
            BEAT_PATH => {
                let beat: Beat = serde_json::from_slice(body).unwrap();
                beat.check().unwrap();
                for ack in &beat.acknowledgements {
                    told.orders.retain(|order| order.sequence != ack.sequence);
                }
                told.acks.extend(beat.acknowledgements.clone());
                told.beats.push(beat);
                let answer = BeatAnswer {
                    orders: told.orders.clone(),
                    beat_every_ms: 200,
                    heads: Vec::new(),
                };
                Some(json!(answer).to_string())
            }
            ALARM_PATH => {
                let alarm: AlarmReport = serde_json::from_slice(body).unwrap();
                alarm.check().unwrap();
                told.alarms.retain(|known| known.id != alarm.id || known.revision > alarm.revision);
                told.alarms.push(alarm);
                Some(received)
            }
            LISTED_PATH => {
                let piece: Listed = serde_json::from_slice(body).unwrap();
                piece.check().unwrap();
                told.listed.push(piece);
                Some(received)
            }
            RESTORED_PATH => {
                told.restored.push(serde_json::from_slice(body).unwrap());
                Some(received)
            }
            _ => None,
        }
    }
}

#[test]
fn a_guard_enrols_once_reports_and_restores_on_order() {
    let ground = Playground::new(60);
    let platform = Platform::at("127.0.0.1:0");
    let enrol = platform.enrolment(ground.path());
    let guard = ground.guard(&json!({ "protect": true, "enrol": enrol }));
    wait_for("a beat", || (!platform.told.lock().unwrap().beats.is_empty()).then_some(()));
    let mut attacker = ground.attacker("read and delete");
    attacker.strike();
    attacker.wait_until_paused();
    let alarm = wait_for("the alarm", || {
        let told = platform.told.lock().unwrap();
        told.alarms.iter().find(|alarm| alarm.counts.vanished_at_stop == Some(20)).cloned()
    });
    assert_eq!(alarm.touched_total, 20);

    platform.order(1, Order::Restore(alarm.id.clone()));
    assert_eq!(platform.ack(1), OrderOutcome::Done);
    let report = wait_for("the report", || platform.told.lock().unwrap().restored.first().cloned());
    assert_eq!((report.alarm, report.restored_verified), (Some(alarm.id), 20));
    assert_eq!(ground.intact(), 60);
    assert!(report.total == 20 && report.failed == 0);

    // Started again, it is still the same guard, and an order obeyed once is not obeyed again.
    drop(guard);
    let _guard = ground.guard(&json!({ "protect": true }));
    platform.order(1, Order::LiftSelf);
    platform.told.lock().unwrap().acks.clear();
    assert_eq!(platform.ack(1), OrderOutcome::OldSequence);
    let told = platform.told.lock().unwrap();
    assert_eq!((told.enrolments, told.bad.len()), (1, 0));
}

#[test]
fn refused_orders_are_acknowledged_and_told() {
    let ground = Playground::new(1);
    let platform = Platform::at("127.0.0.1:0");
    let _guard = ground.guard(&json!({ "enrol": platform.enrolment(ground.path()) }));
    let mut forged = platform.signed(4, Order::CutSelf);
    forged.order = Order::LiftSelf;
    platform.told.lock().unwrap().orders.push(forged);
    assert_eq!(platform.ack(4), OrderOutcome::BadSignature);
    let unknown = beffroi_town::AlarmId::parse("nothing").unwrap();
    platform.order(5, Order::Restore(unknown));
    assert_eq!(platform.ack(5), OrderOutcome::UnknownAlarm);
    wait_for("the alarm", || {
        let told = platform.told.lock().unwrap();
        let refused = beffroi_town::watch::Suspicion::OrderRefused;
        told.alarms.iter().any(|alarm| alarm.kind == refused).then_some(())
    });
}

#[test]
fn an_alarm_raised_alone_is_delivered_later() {
    let ground = Playground::new(60);
    // A platform that is away. Nobody else is given a port of this test's own address meanwhile.
    let own = Ipv4Addr::from(0x7f00_0000 | (std::process::id() & 0x00ff_ffff));
    let address = SocketAddr::from((own, 8443));
    let file = ground.path().join("enrolment.json");
    let text = json!({ "platforms": [{ "url": format!("http://{address}") }], "token": "t", "tenant": "59273", "asset": "a" });
    std::fs::write(&file, text.to_string()).unwrap();
    let _guard = ground.guard(&json!({ "protect": true, "enrol": file }));
    let mut attacker = ground.attacker("read and delete");
    attacker.strike();
    attacker.wait_until_paused();
    ground.alarm("the alarm on disk", |alarm| alarm.counts.vanished == 20);
    let platform = Platform::at(&address.to_string());
    wait_for("the alarm", || {
        let told = platform.told.lock().unwrap();
        told.alarms.iter().any(|alarm| alarm.counts.vanished == 20).then_some(())
    });
}

/// Putting back moves files aside and gives names back: that is no attack.
#[test]
fn what_the_guard_puts_back_is_nobodys_deed() {
    let ground = Playground::new(60);
    let platform = Platform::at("127.0.0.1:0");
    let _guard = ground.guard(&json!({ "enrol": platform.enrolment(ground.path()) }));
    let mut attacker = ground.attacker("in place");
    attacker.strike();
    attacker.wait_until_done();
    let alarm = ground.alarm("all of it", |alarm| alarm.counts.rewritten == 60);
    platform.order(1, Order::Restore(alarm.id));
    assert_eq!(platform.ack(1), OrderOutcome::Done);
    let report = wait_for("the report", || platform.told.lock().unwrap().restored.first().cloned());
    assert_eq!((report.restored_verified, report.kept_beside), (60, 60), "{report:?}");
    // Known again at once: whoever deletes them now is seen.
    let before = ground.alarms().len();
    let mut attacker = ground.attacker("delete");
    attacker.strike();
    attacker.wait_until_done();
    ground.alarm("the deletions", |alarm| alarm.counts.vanished >= 60);
    let guard_itself = |alarm: &beffroi_town::watch::AlarmReport| {
        alarm.actor.as_ref().is_some_and(|actor| actor.uid == 0)
    };
    assert!(!ground.alarms().iter().any(guard_itself), "{before}: {:?}", ground.alarms());
}
