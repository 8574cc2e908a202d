//! Measures what the counter prints; started by `cargo xtask bench desk`.
//!
//! Prints one JSON array of rows, as `BENCHMARKS.md` explains them. Processor time is that of all
//! threads; memory is the most that was held at once, over what the program held before.

#![expect(clippy::print_stdout, reason = "the benchmark speaks to the program that started it")]

#[path = "bench/requests.rs"]
mod requests;

use std::{
    error::Error,
    fs,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant as Watch,
};

use beffroi_desk::{
    Order, blank,
    packs::{
        Entry,
        print::{self, Printing},
    },
    procedures,
};
use beffroi_paper::{Appointment, DaySheet, Size, day_sheet};
use beffroi_town::{
    Instant, Lang, PackKind, Tenant, TenantId, TownFacts, catalogue, edge::Entropy,
    procedure::Health,
};

/// How often the eight forms are printed: a tick of the kernel's clock is a hundredth of a second.
const ROUNDS: usize = 10;
const CHILDREN: usize = 500;
const CHILDREN_PER_PAGE: usize = 12;
const APPOINTMENTS: u16 = 200;
const AT: Instant = Instant::from_ms(1_714_035_840_000);
/// Of the kernel's clock.
const TICKS_PER_SECOND: f64 = 100.0;

type Done<T> = Result<T, Box<dyn Error>>;

/// Numbers that differ: chance is not what is measured.
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let number = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        for (byte, value) in bytes.iter_mut().zip(number.to_le_bytes().iter().cycle()) {
            *byte = *value;
        }
    }
}

fn main() -> Done<()> {
    let facts = town()?;
    let (forms, bulk) = (forms(&facts)?, bulk(&facts)?);
    let (pack_seconds, pack_mb) = children(&facts.tenant)?;
    let (p99, opened) = requests::accepted()?;
    let rows = serde_json::json!([
        row("a form: processor time a page, the eight forms in both languages", "ms", forms, 40.0),
        row("the same form in bulk, 100 copies in one file", "ms a page", bulk, 40.0),
        row("a pack of 500 children, 12 a page", "s", pack_seconds, 3.0),
        row("memory for that pack", "MB", pack_mb, 200.0),
        row("request accepted and durable, 200/s, SQLite: p99", "ms", p99, 50.0),
        row(
            "of 1,000 requests, those not found again and opened",
            "requests",
            f64::from(1_000 - opened),
            0.0
        ),
        row("day sheet of 200 appointments", "s", day(&facts.tenant)?, 1.0),
    ]);
    println!("{rows}");
    Ok(())
}

/// Each form of the house with a code of its own, again and again.
fn forms(facts: &TownFacts) -> Done<f64> {
    let (all, entropy) = (procedures::house()?, Counting(AtomicU64::new(1)));
    let mut pages = 0;
    let before = processor_seconds()?;
    for round in 0..ROUNDS {
        for procedure in &all {
            for lang in Lang::ALL {
                let order =
                    Order { facts, procedure, copies: 1, size: Size::Usual, health: Health::Off };
                let at = Instant::from_ms(AT.ms() + i64::try_from(round)? * 60_000);
                pages += blank(&order, lang, at, &entropy)?.pages;
            }
        }
    }
    per_page(processor_seconds()? - before, pages)
}

fn bulk(facts: &TownFacts) -> Done<f64> {
    let (all, entropy) = (procedures::house()?, Counting(AtomicU64::new(2)));
    let procedure = all.first().ok_or("there is no procedure")?;
    let order = Order { facts, procedure, copies: 100, size: Size::Usual, health: Health::Off };
    let before = processor_seconds()?;
    let pages = blank(&order, Lang::Fr, AT, &entropy)?.pages;
    per_page(processor_seconds()? - before, pages)
}

fn per_page(seconds: f64, pages: usize) -> Done<f64> {
    Ok(seconds * 1_000.0 / f64::from(u32::try_from(pages)?))
}

/// Seconds, and megabytes at the highest.
fn children(tenant: &Tenant) -> Done<(f64, f64)> {
    let entry = |number: usize| -> Entry {
        let (tens, rest) = (number / 100, number % 100);
        let fields = [
            ("name", format!("DURAND-{number}")),
            ("first_name", "Camille".to_owned()),
            ("days", "lundi, mardi, jeudi, vendredi".to_owned()),
            ("adults", format!("Dominique DURAND-{number}")),
            ("phones", format!("06 00 00 {tens:02} {rest:02}")),
        ];
        fields.map(|(code, text)| (code.to_owned(), text)).into()
    };
    let entries: Vec<Entry> = (0..CHILDREN).map(entry).collect();
    fs::write("/proc/self/clear_refs", "5")?;
    let (held, watch) = (memory_mb("VmRSS:")?, Watch::now());
    let printing = Printing {
        tenant,
        kind: PackKind::Children,
        number: 3,
        former: Some(2),
        made_at: AT,
        printed_at: AT,
    };
    let pdf = print::pdf(&printing, &entries, Lang::Fr)?;
    let seconds = watch.elapsed().as_secs_f64();
    let most = CHILDREN.div_ceil(CHILDREN_PER_PAGE - 1);
    let least = CHILDREN.div_ceil(CHILDREN_PER_PAGE + 1);
    if !(least..=most).contains(&pdf.pages) {
        return Err(format!("{} pages are not twelve children a page", pdf.pages).into());
    }
    Ok((seconds, memory_mb("VmHWM:")? - held))
}

fn day(tenant: &Tenant) -> Done<f64> {
    let appointments: Vec<Appointment> = (0..APPOINTMENTS)
        .map(|number| Appointment {
            minute: 480 + number * 2,
            who: format!("Camille DURAND-{number}"),
            about: "Carte d’identité".to_owned(),
            phone: format!("06 00 00 00 {:02}", number % 100),
        })
        .collect();
    let sheet = DaySheet {
        tenant,
        place: "Accueil",
        day: AT,
        appointments: &appointments,
        printed_at: AT,
        replaces: None,
    };
    let watch = Watch::now();
    day_sheet(&sheet, Lang::Fr)?;
    Ok(watch.elapsed().as_secs_f64())
}

fn town() -> Done<TownFacts> {
    let id = TenantId::parse("59273")?;
    let (services, assets) = catalogue::start(&id, AT)?;
    let tenant = Tenant {
        id,
        name: "Gravelines".to_owned(),
        department: Some("59".to_owned()),
        region: Some("32".to_owned()),
        population: None,
        siren: None,
        postcodes: Vec::new(),
        epci: None,
        opened_at: AT,
        closed_at: None,
    };
    Ok(TownFacts {
        tenant,
        services,
        assets,
        lines: Vec::new(),
        open_alarms: Vec::new(),
        incidents: Vec::new(),
        notices: Vec::new(),
        receives: false,
        true_at: AT,
    })
}

/// Processor time of this process so far, every thread's.
fn processor_seconds() -> Done<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, after) = stat.rsplit_once(')').ok_or("what /proc/self/stat says is not understood")?;
    let mut fields = after.split_whitespace().skip(11);
    let mut ticks = || fields.next().ok_or("a field is missing").map(str::parse::<f64>);
    Ok((ticks()?? + ticks()??) / TICKS_PER_SECOND)
}

/// A line of /proc/self/status, in megabytes.
fn memory_mb(name: &str) -> Done<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix(name)).ok_or("a line is missing")?;
    let kilobytes: f64 = line.split_whitespace().next().ok_or("a number is missing")?.parse()?;
    Ok(kilobytes / 1_024.0)
}

/// A row without a peer: `goal` is in the unit, and less is better.
fn row(what: &str, unit: &str, ours: f64, goal: f64) -> serde_json::Value {
    let ours = (ours * 100.0).round() / 100.0;
    serde_json::json!({
        "what": what, "unit": unit, "ours": ours, "peer": null, "peer_name": null,
        "ratio": null, "goal": goal, "met": ours <= goal,
    })
}
