//! Measures the register of local authorities; started by `cargo xtask bench registry`.
//!
//! Prints one JSON array of rows, as `BENCHMARKS.md` explains them. The first call of a process
//! pays for the unpacking, so this program starts itself again for each cold measure.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

use std::error::Error;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use beffroi_registry::france;
use beffroi_town::TenantId;

/// Cold runs, of which the median counts.
const RUNS: usize = 15;

type Done<T> = Result<T, Box<dyn Error>>;

fn main() -> Done<()> {
    match std::env::args().nth(1).as_deref() {
        Some("by-code") => println!("{}", cold_by_code()?),
        Some("by-name") => println!("{}", cold_by_name()),
        Some("memory") => println!("{}", memory_kib()?),
        _ => report()?,
    }
    Ok(())
}

fn report() -> Done<()> {
    let rows = serde_json::json!([
        row("register unpacked and one commune found by code", "ms", cold("by-code")?, 60.0),
        row("register unpacked, names indexed, one found by name", "ms", cold("by-name")?, 250.0),
        row("memory the register takes, names indexed", "KiB", cold("memory")?, 16_384.0),
        row("one of 36,351 authorities found by name", "us", warm_by_name(), 20.0),
        row("near misses of a misspelt name", "ms", warm_near(), 100.0),
    ]);
    println!("{rows}");
    Ok(())
}

/// A row without a peer: `goal` is in the unit, and less is better.
fn row(what: &str, unit: &str, ours: f64, goal: f64) -> serde_json::Value {
    let ours = (ours * 100.0).round() / 100.0;
    serde_json::json!({
        "what": what, "unit": unit, "ours": ours, "peer": null, "peer_name": null,
        "ratio": null, "goal": goal, "met": ours <= goal,
    })
}

/// The median of several fresh processes.
fn cold(what: &str) -> Done<f64> {
    let mut all = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let output = Command::new(std::env::current_exe()?).arg(what).output()?;
        if !output.status.success() {
            return Err(format!("measuring {what}: {}", output.status).into());
        }
        all.push(String::from_utf8(output.stdout)?.trim().parse::<f64>()?);
    }
    Ok(median(all))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}

fn cold_by_code() -> Done<f64> {
    let id = TenantId::parse("59273")?;
    let start = Instant::now();
    black_box(france::by_id(&id)).ok_or("Gravelines is not in the register")?;
    Ok(ms(start))
}

fn cold_by_name() -> f64 {
    let start = Instant::now();
    black_box(france::find("gravelines"));
    ms(start)
}

/// How much the resident memory of this process grows.
fn memory_kib() -> Done<f64> {
    let before = resident_kib()?;
    black_box(france::find("gravelines"));
    Ok(resident_kib()? - before)
}

fn resident_kib() -> Done<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.split_ascii_whitespace().nth(1).ok_or("no VmRSS")?.parse()?)
}

fn warm_by_name() -> f64 {
    let names: Vec<_> = france::all_communes().step_by(35).map(|commune| commune.name).collect();
    black_box(france::find("gravelines"));
    let rounds = (0..RUNS).map(|_| {
        let start = Instant::now();
        for name in &names {
            black_box(france::find(black_box(name)));
        }
        ms(start) * 1_000.0 / f64::from(u32::try_from(names.len()).unwrap_or(1))
    });
    median(rounds.collect())
}

fn warm_near() -> f64 {
    black_box(france::find("gravelines"));
    let rounds = (0..RUNS).map(|_| {
        let start = Instant::now();
        black_box(france::find(black_box("gravelinnes")));
        ms(start)
    });
    median(rounds.collect())
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1_000.0
}
