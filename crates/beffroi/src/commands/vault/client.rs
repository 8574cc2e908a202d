//! What a server asks of its own repository: `beffroi vault snapshots` and `restore`.

use std::{path::Path, process::ExitCode, time::Instant as Stopwatch};

use anyhow::Result;
use beffroi_backup::{
    Access, Repository,
    choice::Choice,
    difference::Difference,
    plan::Plan,
    repository::Fault,
    restore::{self, Report, Step},
    snapshots::{Snapshot, Wanted},
};
use beffroi_town::watch::shown_path;
use beffroi_words::{Words, calendar};
use serde_json::json;

use crate::{
    cli::vault::client::{ClientCommand, Reach, VaultRestore},
    commands::{now, print_json, read_file},
};

/// Something is not there, or did not come back.
const NOT_WHOLE: u8 = 1;

pub(super) fn run(command: ClientCommand) -> Result<ExitCode> {
    match command {
        ClientCommand::Init(args) => super::init::run(&args).map(|()| ExitCode::SUCCESS),
        ClientCommand::Backup(args) => super::backup::run(args),
        ClientCommand::Snapshots { reach, out } => snapshots(&reach, out.json),
        ClientCommand::Diff { first, second, reach, out } => {
            diff(&reach, (&first, &second), out.json)
        }
        ClientCommand::Restore(args) => restore(&args),
        ClientCommand::Inspect { reach, out } => super::inspect::run(&reach, out.json),
        ClientCommand::Drill(args) => super::drill::run(&args),
    }
}

fn open(reach: &Reach) -> Result<Repository> {
    let access = Access::read(reach.file.as_deref(), &reach.files())?;
    Ok(Repository::open(&access)?)
}

fn snapshots(reach: &Reach, machine: bool) -> Result<ExitCode> {
    let repository = open(reach)?;
    let (all, faults) = repository.snapshots()?;
    if machine {
        print_json(&json!({ "snapshots": all, "damaged": faults }))?;
    } else {
        for one in &all {
            println!("{}", line(one));
        }
        if all.is_empty() {
            println!("there is no snapshot yet: back up with restic or 'beffroi vault backup'");
        } else {
            println!("Times are what the server said; when each came, the platform knows.");
        }
        tell_faults(&faults);
    }
    Ok(ExitCode::from(if faults.is_empty() { 0 } else { NOT_WHOLE }))
}

pub(super) fn line(one: &Snapshot) -> String {
    let paths = one.paths.join(" ");
    format!("{}  {}  {}  {paths}", one.id.short(), calendar::machine(one.at), one.hostname)
}

pub(super) fn tell_faults(faults: &[Fault]) {
    for fault in faults {
        eprintln!("NOT WHOLE  {}: {}", fault.what, fault.why);
    }
}

fn restore(args: &VaultRestore) -> Result<ExitCode> {
    let mut choice = choice(args)?;
    for note in choice.notes() {
        eprintln!("note: {note}");
    }
    let repository = open(&args.reach)?;
    let (all, faults) = repository.snapshots()?;
    if !args.out.json {
        tell_faults(&faults);
    }
    let snapshot = args.wanted().choose(&all)?.clone();
    let index = repository.index()?;
    if let Some(bad) = args.between.get(1) {
        let bad = Wanted::typed(bad).choose(&all)?;
        let found = Difference::between(&index, &snapshot, bad)?;
        tell_faults(&found.faults);
        if found.changed.is_empty() && found.gone.is_empty() {
            println!("{} lost and changed nothing of {}", bad.id.short(), snapshot.id.short());
            return Ok(ExitCode::from(if found.faults.is_empty() { 0 } else { NOT_WHOLE }));
        }
        choice = Choice::paths(found.changed.iter().chain(&found.gone))?;
    }
    let mut plan = Plan::new(index, &snapshot, &choice)?;
    if let Some(file) = &args.order {
        let text = read_file(file)?;
        let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let folders: Vec<Vec<u8>> =
            lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect();
        plan.put_first(&folders)?;
    }
    if args.plan {
        return show(args, &snapshot, &plan);
    }
    let begun = Stopwatch::now();
    let report = restore::carry_out(&plan, &args.target, now())?;
    let seconds = begun.elapsed().as_secs_f64();
    if args.out.json {
        print_json(&json!({ "snapshot": snapshot, "seconds": seconds, "report": report }))?;
    } else {
        println!("from {}", line(&snapshot));
        tell(&report, &args.target, seconds);
    }
    Ok(ExitCode::from(if report.is_whole() { 0 } else { NOT_WHOLE }))
}

fn choice(args: &VaultRestore) -> Result<Choice> {
    if let Some(file) = &args.list {
        return Ok(Choice::list(&read_file(file)?)?);
    }
    if let Some(file) = &args.touched {
        return Ok(Choice::touched(&read_file(file)?)?);
    }
    if args.include.is_empty() {
        return Ok(Choice::all());
    }
    Ok(Choice::paths(args.include.iter().map(|path| path.as_os_str().as_encoded_bytes()))?)
}

fn diff(reach: &Reach, (first, second): (&str, &str), machine: bool) -> Result<ExitCode> {
    let repository = open(reach)?;
    let (all, _) = repository.snapshots()?;
    let (first, second) = (Wanted::typed(first), Wanted::typed(second));
    let (first, second) = (first.choose(&all)?, second.choose(&all)?);
    let index = repository.index()?;
    let found = Difference::between(&index, first, second)?;
    let lists = [("changed", &found.changed), ("gone", &found.gone), ("new", &found.new)];
    if machine {
        let [changed, gone, new] = lists
            .map(|(_, paths)| paths.iter().map(|path| shown_path(path)).collect::<Vec<String>>());
        print_json(&json!({
            "first": first, "second": second, "changed": changed, "gone": gone, "new": new,
            "damaged": found.faults,
        }))?;
    } else {
        for (name, paths) in lists {
            for path in paths {
                println!("{name:7}  {}", shown_path(path));
            }
        }
        let [changed, gone, new] = lists.map(|(_, paths)| paths.len());
        println!("{changed} changed, {gone} gone, {new} new, by content");
        tell_faults(&found.faults);
    }
    Ok(ExitCode::from(if found.faults.is_empty() { 0 } else { NOT_WHOLE }))
}

/// The plan, and nothing done.
fn show(args: &VaultRestore, snapshot: &Snapshot, plan: &Plan) -> Result<ExitCode> {
    let steps = restore::survey(plan, &args.target, now())?;
    let count = |wanted: Step| steps.iter().filter(|(_, step)| *step == wanted).count();
    if args.out.json {
        let files: Vec<_> =
            steps.iter().map(|(path, step)| json!({ "path": path, "step": step })).collect();
        print_json(&json!({
            "snapshot": snapshot, "files": files, "bytes": plan.bytes(), "faults": plan.faults(),
        }))?;
    } else {
        println!("from {}", line(snapshot));
        for (path, step) in &steps {
            match step {
                Step::PutBack => println!("  bring back        {path}"),
                Step::PutBackBeside => println!("  bring back, keep  {path}"),
                Step::Nothing => {}
            }
        }
        println!(
            "{} come back, {} of them beside what stands there now, {} are as they should be; {}",
            count(Step::PutBack) + count(Step::PutBackBeside),
            count(Step::PutBackBeside),
            count(Step::Nothing),
            Words::of(beffroi_town::Lang::En).size(plan.bytes()),
        );
        tell_faults(plan.faults());
        println!("Nothing was done. Without --plan it is.");
    }
    Ok(ExitCode::from(if plan.faults().is_empty() { 0 } else { NOT_WHOLE }))
}

fn tell(report: &Report, target: &Path, seconds: f64) {
    let size = Words::of(beffroi_town::Lang::En).size(report.bytes);
    println!(
        "{} of {} files brought back to {} ({size} in {seconds:.1} s), {} were as they should be",
        report.restored,
        report.files,
        target.display(),
        report.unchanged,
    );
    if report.kept_beside > 0 {
        println!("{} stood in the way: kept beside as NAME.beffroi-…", report.kept_beside);
    }
    if report.others > 0 {
        println!("{} links, pipes and devices are there", report.others);
    }
    if report.undressed > 0 {
        println!("{} without all their attributes: the system refused some", report.undressed);
    }
    tell_faults(&report.failed);
    if let Some(why) = &report.stopped {
        eprintln!("STOPPED  {why}");
        eprintln!("{} files were not reached", report.not_reached);
    }
}
