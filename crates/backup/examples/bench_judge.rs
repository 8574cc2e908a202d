//! Measures what the judge says of benign life and of attacks, played; started by
//! `cargo xtask bench judge`, or by hand in debug: `cargo run -p beffroi-backup --example
//! bench_judge -- 1000` (how many files the played server has; 20,000 unless said). What is played,
//! and how, stands in `tests/it/life.rs`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it speaks to whoever started it")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "shared with the tests")]

#[path = "../tests/it/life.rs"]
mod life;

use life::{ATTACKS, LIVES, PARTS, found_after, ninety_days};
use serde_json::{Value, json};

const FILES: u64 = 20_000;
/// An attack must be found by the second backup that holds any of it.
const BACKUPS: u64 = 2;

fn row(what: &str, unit: &str, (ours, goal): (u64, u64), met: bool) -> Value {
    json!({
        "what": what, "unit": unit, "ours": ours, "peer": null, "peer_name": null, "ratio": null,
        "goal": goal, "met": met,
    })
}

fn main() {
    let files = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(FILES);
    let mut rows = Vec::new();
    for (seed, life) in (1..).zip(LIVES) {
        let season = ninety_days(life, seed, files);
        let name = life.name();
        eprintln!("{name}: {} bad, {} suspect", season.bad, season.suspect);
        season.told.iter().for_each(|told| eprintln!("  {told}"));
        let what = format!("90 days of {name}: backups called bad");
        rows.push(row(&what, "backups", (season.bad, 0), season.bad == 0));
        let what = format!("90 days of {name}: called suspect, most in 30 days");
        rows.push(row(&what, "backups", (season.suspect_a_month, 1), season.suspect_a_month <= 1));
    }
    for attack in ATTACKS {
        let mut missed = Vec::new();
        for (seed, part) in (100..).zip(PARTS) {
            let after = found_after(attack, part, seed, files);
            if after.is_none_or(|after| after > BACKUPS) {
                missed.push(format!("{} ‰: {after:?}", part));
            }
        }
        eprintln!("{}: missed {missed:?}", attack.name());
        let what = format!("20 attacks, {}: not found by the second backup", attack.name());
        let many = missed.len() as u64;
        rows.push(row(&what, "attacks", (many, 0), many == 0));
    }
    println!("{}", Value::from(rows));
}
