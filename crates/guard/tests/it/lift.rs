//! A cut host is joined again at its own console, by the printed code, with the platform gone.

use beffroi_guard::lift::{Code, lift, new_code, ready, verifier};
use beffroi_guard::{GuardError, Options, cut, run};
use beffroi_town::Instant;
use beffroi_town::edge::Clock;
use beffroi_town::watch::{Letter, Order, OrderOutcome};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::child::{Real, edge};
use crate::cut::{Town, listener};
use crate::platform::Platform;
use crate::playground::wait_for;

/// The same but for one letter, and still a code.
fn another(entropy: &Real) -> String {
    Code::generate(entropy).printed()
}

/// In the file server's namespace: cut by order, lifted by the code, twice.
pub(crate) fn play_host(folder: &Path) {
    let (platform, state) = (Platform::at("127.0.0.1:0"), folder.join("state"));
    let code = Code::generate(&Real);
    let enrol = platform.enrolment(folder);
    let mut file: serde_json::Value = serde_json::from_slice(&fs::read(&enrol).unwrap()).unwrap();
    file["lift"] = verifier(&code, &Real).into();
    fs::write(&enrol, file.to_string()).unwrap();
    let mut options = Options::new(vec![folder.join("share")], state.clone());
    (options.enrol, options.at_most) = (Some(enrol), Letter::C);
    let shutdown = Arc::new(AtomicBool::new(false));
    let guard = {
        let shutdown = Arc::clone(&shutdown);
        std::thread::spawn(move || run(&options, &edge(), &shutdown).unwrap())
    };
    wait_for("a beat", || (!platform.told.lock().unwrap().beats.is_empty()).then_some(()));
    let not_cut = lift(&state, &code.printed(), Real.now(), &Real).err().unwrap();
    assert!(matches!(not_cut, GuardError::NotCut), "{not_cut}");
    let cut_by = |sequence| {
        platform.order(sequence, Order::CutSelf);
        assert_eq!(platform.ack(sequence), OrderOutcome::Done);
        assert_eq!(cut::is_cut(), Some(true));
    };
    cut_by(1);
    println!("cut");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    let next = lifted_after_wrong_codes(&state, &code);
    println!("lifted");
    std::io::stdin().read_exact(&mut [0]).unwrap();
    // Once: the code that was used is worth nothing, the next one is good.
    cut_by(2);
    let used = lift(&state, &code.printed(), Real.now(), &Real).err().unwrap();
    assert!(matches!(used, GuardError::WrongCode), "{used}");
    lift(&state, &next.printed(), Real.now(), &Real).unwrap();
    assert_eq!(cut::is_cut(), Some(false));
    wait_for("the platform to be told", || {
        let told = platform.told.lock().unwrap();
        let lifted = told.beats.last().and_then(|beat| beat.lifted.filter(|_| !beat.cut));
        lifted.filter(|lifted| lifted.times == 2)
    });
    // Root makes another one when the paper is lost.
    cut_by(3);
    let made = new_code(&state, &Real).unwrap();
    lift(&state, &made.printed(), Real.now(), &Real).unwrap();
    println!("again");
    shutdown.store(true, Ordering::Relaxed);
    guard.join().unwrap();
    let kept = fs::read_to_string(state.join("lift.json")).unwrap();
    for code in [&code, &next, &made] {
        assert!(!kept.contains(&code.printed().replace('-', "")), "the host keeps no code");
    }
}

/// Slips cost nothing, wrong codes wait longer and longer, and the right one is good all the same.
fn lifted_after_wrong_codes(state: &Path, code: &Code) -> Code {
    let now = Real.now();
    let tried = |typed: &str, at: Instant| lift(state, typed, at, &Real).err().unwrap();
    for _ in 0..5 {
        assert!(matches!(tried("ABC-DEF", now), GuardError::Mistyped(_)));
    }
    for _ in 0..3 {
        assert!(matches!(tried(&another(&Real), now), GuardError::WrongCode));
    }
    let soon = tried(&code.printed(), now.plus_ms(1_000));
    assert!(matches!(soon, GuardError::TooSoon(4)), "{soon}");
    assert!(ready(state, now.plus_ms(1_000)).is_err());
    assert!(matches!(tried(&another(&Real), now.plus_ms(5_000)), GuardError::WrongCode));
    assert!(matches!(tried(&code.printed(), now.plus_ms(14_000)), GuardError::TooSoon(1)));
    assert_eq!(cut::is_cut(), Some(true));
    let sloppy = code.printed().to_lowercase().replace('-', " ");
    lift(state, &sloppy, now.plus_ms(15_000), &Real).unwrap()
}

#[test]
fn the_printed_code_joins_this_host_again_with_the_platform_gone() {
    let town = Town::new();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("share")).unwrap();
    let _smb = listener(&town.host, "0.0.0.0:445");
    let mut host = Town::play(&town.host, &["lift host", folder.path().to_str().unwrap()]);
    let mut out = BufReader::new(host.0.stdout.take().unwrap());
    let mut wait = |word: &str| {
        let mut line = String::new();
        while !line.contains(word) {
            line.clear();
            assert!(out.read_line(&mut line).unwrap() > 0, "ended before it said '{word}'");
        }
    };
    wait("cut");
    assert!(!Town::reaches(&town.outside, "10.66.0.1:445"));
    host.0.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    wait("lifted");
    assert!(Town::reaches(&town.outside, "10.66.0.1:445"));
    host.0.stdin.as_mut().unwrap().write_all(b"!").unwrap();
    wait("again");
}
