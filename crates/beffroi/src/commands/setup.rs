//! `beffroi setup`: from an installed package to a page that answers.
//!
//! Rules: each question has a sane answer; everything is shown before it is done; run again, it
//! changes only what differs and takes nothing away; what opens the data is done by this program's
//! own commands, each of which gives up root's rights first.

mod act;
mod ask;
mod plan;
mod questions;
mod settings;

use std::{
    io::{BufReader, Write, stdin, stdout},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use beffroi_platform::config::{Config, RawConfig};
use beffroi_town::Lang;
use beffroi_words::{Value, Words};

use crate::{
    cli::{Common, setup::SetupArgs},
    rights,
};
use act::{Answering, Program};
use plan::Difference;
use questions::{Answers, Known, entries, is, person_on_call};

/// Everything is set up, but nothing answers yet.
const NOT_ANSWERING: u8 = 3;
/// Up to so many towns of this platform are offered as the answer; more are not repeated.
const OFFERED_MAX: usize = 10;

/// Where things are.
struct Place {
    config: PathBuf,
    folder: PathBuf,
    installed: bool,
}

pub(crate) async fn run(common: &Common, args: &SetupArgs) -> Result<ExitCode> {
    let (common, args) = (common.clone(), args.clone());
    // It asks, runs commands and waits for them: no work for the threads that serve.
    tokio::task::spawn_blocking(move || set_up(&common, &args)).await.context("set up")?
}

fn set_up(common: &Common, args: &SetupArgs) -> Result<ExitCode> {
    let words = Words::of(args.lang.unwrap_or_else(language));
    let mut place = place(common, words)?;
    let text = match std::fs::read_to_string(&place.config) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => settings::TEMPLATE.to_owned(),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", place.config.display()));
        }
    };
    // Data that are somewhere already stay there.
    if let Some(toml::Value::String(folder)) = settings::get(&text, "data", "folder") {
        place.folder = PathBuf::from(folder);
    }
    let program = Program::of(&place.config)?;
    let known = known(&place, &program)?;
    let (mut input, mut out) = (BufReader::new(stdin()), stdout());
    let answers = if let Some(file) = &args.answers {
        ask::by_file(words, &known, file)?
    } else {
        writeln!(out, "{}", words.say("setup-welcome"))?;
        ask::by_dialogue(words, &known, &mut input, &mut out)?
    };
    let mut wanted = plan::settings_of(&answers, &place.folder);
    let (identity, public) = beffroi_platform::backup::new_identity();
    let key = plan::recipient(&text, &answers, || public);
    let identity = key.as_ref().map(|_| identity);
    wanted.extend(key);
    let (made, differences) = plan::apply(&text, &wanted);
    check(&place.config, &made)?;
    show(words, &place, &answers, &differences)?;
    if args.dry_run {
        println!("{}", words.say("setup-dry"));
        return Ok(ExitCode::SUCCESS);
    }
    if args.answers.is_none() && !ask::agreed(words, &mut input, &mut out)? {
        println!("{}", words.say("setup-nothing"));
        return Ok(ExitCode::FAILURE);
    }
    let changed = !differences.is_empty();
    if changed || !place.config.exists() {
        act::write_config(&place.config, &made, &place.folder)?;
    }
    if let Some(identity) = identity {
        println!("\n{}\n", words.say_with("setup-backup-key", &[("key", identity.into())]));
    }
    let config = RawConfig::read(&place.config)?.check()?;
    if place.installed {
        act::open_folders(&config, &place.folder)?;
    }
    people(words, &program, &answers)?;
    finish(words, &place, &answers, (&config, changed))
}

/// The language of this terminal.
fn language() -> Lang {
    let set =
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    match set.into_iter().find(|value| !value.is_empty()) {
        Some(value) if value.to_lowercase().starts_with("fr") => Lang::Fr,
        _ => Lang::En,
    }
}

fn place(common: &Common, words: &Words) -> Result<Place> {
    let absolute =
        |path: &Path| std::path::absolute(path).with_context(|| format!("find {}", path.display()));
    if common.config.is_none() && common.data.is_none() && rights::is_root() {
        let (config, folder) = (PathBuf::from(rights::INSTALLED), PathBuf::from(rights::DATA));
        if !folder.is_dir() {
            bail!("{}", words.say("setup-no-package"));
        }
        return Ok(Place { config, folder, installed: true });
    }
    let config = absolute(common.config.as_deref().unwrap_or(Path::new("beffroi.toml")))?;
    let folder = absolute(common.data.as_deref().unwrap_or(Path::new("beffroi-data")))?;
    let installed = config == Path::new(rights::INSTALLED);
    let folder = if installed { PathBuf::from(rights::DATA) } else { folder };
    Ok(Place { config, folder, installed })
}

/// What the present configuration and data answer already.
fn known(place: &Place, program: &Program) -> Result<Known> {
    let mut known = Known {
        answers: Answers::new(),
        installed: place.installed,
        has_director: false,
        is_watched: false,
        channels: Vec::new(),
    };
    if !place.config.is_file() {
        return Ok(known);
    }
    let raw = RawConfig::read(&place.config)?;
    known.answers = plan::answers_of(&raw);
    known.channels = raw.channels.keys().cloned().collect();
    let towns = program.towns()?;
    if let Some(first) = towns.first() {
        known.has_director = program.has_director(first)?;
        known.is_watched = program.is_watched(first)?;
        let offered = if towns.len() > OFFERED_MAX { vec![first.clone()] } else { towns };
        known.answers.insert("towns", offered.join(", "));
        // Members were added, or not: that question is answered.
        known.answers.insert("members", "no".to_owned());
    }
    Ok(known)
}

/// The file that would be written can be read by the platform.
fn check(path: &Path, text: &str) -> Result<()> {
    let raw: RawConfig = toml::from_str(text)
        .with_context(|| format!("the configuration {} cannot be understood", path.display()))?;
    raw.check().with_context(|| format!("in {}", path.display()))?;
    Ok(())
}

fn show(words: &Words, place: &Place, answers: &Answers, differences: &[Difference]) -> Result<()> {
    let mut out = stdout().lock();
    let file = place.config.display().to_string();
    if differences.is_empty() {
        writeln!(out, "\n{}", words.say_with("setup-same", &[("file", file.into())]))?;
    } else {
        writeln!(out, "\n{}", words.say_with("setup-file", &[("file", file.into())]))?;
    }
    for Difference { name, before, after } in differences {
        match (before, after) {
            (None, Some(after)) => writeln!(out, "  {name} = {after}")?,
            (Some(before), Some(after)) => {
                let was = words.say_with("setup-was", &[("value", before.into())]);
                writeln!(out, "  {name} = {after}   ({was})")?;
            }
            (before, None) => {
                let was = before.clone().unwrap_or_default();
                writeln!(
                    out,
                    "  {}",
                    words.say_with("setup-gone", &[("name", name.into()), ("value", was.into())])
                )?;
            }
        }
    }
    let all = entries(answers);
    let shown: Vec<String> = all.iter().take(OFFERED_MAX).map(ToString::to_string).collect();
    let values = [("number", Value::Count(u64::try_from(all.len()).unwrap_or(u64::MAX)))];
    writeln!(out, "{}", words.say_with("setup-towns", &values))?;
    writeln!(
        out,
        "  {}{}",
        shown.join("\n  "),
        if all.len() > OFFERED_MAX { "\n  …" } else { "" }
    )?;
    if let Some(name) = answers.get("director") {
        writeln!(out, "{}", words.say_with("setup-director", &[("name", name.into())]))?;
    }
    if plan::needs_forwarding(answers) {
        writeln!(out, "{}", words.say("setup-forward"))?;
    }
    Ok(())
}

/// Adds the towns and the first director, whose code is printed here and nowhere else.
fn people(words: &Words, program: &Program, answers: &Answers) -> Result<()> {
    let all = entries(answers);
    let here = program.towns()?;
    for entry in all.iter().filter(|entry| !here.contains(&entry.id.to_string())) {
        program.add_town(entry.id.as_str())?;
        let town = Value::from(entry.to_string());
        println!("{}", words.say_with("setup-town-added", &[("town", town)]));
    }
    let Some(first) = all.first().map(|entry| entry.id.as_str()) else { return Ok(()) };
    if let Some(name) = answers.get("director") {
        let code = program.add_director(first, name)?;
        let values = [("name", Value::from(name)), ("code", code.into())];
        println!("\n{}\n", words.say_with("setup-code", &values));
    }
    match answers.get("oncall").and_then(|answer| person_on_call(answer)) {
        Some((name, way)) => program.add_on_call(first, name, way)?,
        None if !program.is_watched(first)? => {
            println!("{}", words.say_with("setup-nobody", &[("town", first.into())]));
        }
        None => {}
    }
    Ok(())
}

/// Starts the platform where this machine can, looks at it, and says where it is.
fn finish(
    words: &Words,
    place: &Place,
    answers: &Answers,
    (config, changed): (&Config, bool),
) -> Result<ExitCode> {
    let started = place.installed && act::start_unit(changed)?;
    let own = is(answers, "tls", "own");
    let first = entries(answers).first().map(|entry| entry.id.path()).unwrap_or_default();
    let file = place.config.display().to_string();
    match act::look(config, &first, started) {
        Answering::Yes => {}
        Answering::Nobody if !started => {
            let command = act::command_to_start(&place.config, place.installed);
            println!("{}", words.say_with("setup-start", &[("command", command.into())]));
            return Ok(ExitCode::from(NOT_ANSWERING));
        }
        Answering::Nobody => {
            println!("{}", words.say("setup-silent"));
            return Ok(ExitCode::from(NOT_ANSWERING));
        }
        Answering::No(why) => {
            let values = [("why", Value::from(why)), ("file", file.into())];
            println!("{}", words.say_with("setup-wrong-answer", &values));
            return Ok(ExitCode::from(NOT_ANSWERING));
        }
    }
    let url = config.doors.public_url.clone().unwrap_or_default();
    let say = |key, url: String| println!("{}", words.say_with(key, &[("url", url.into())]));
    say("setup-answers", format!("{url}{first}"));
    say("setup-console", format!("{url}/console/"));
    if let Some(door) = &config.doors.guards {
        say("setup-guards", door.url.clone().unwrap_or_default());
    }
    if own {
        let authority = act::give_authority(config, &place.config)?;
        let values =
            [("file", Value::from(authority.file)), ("fingerprint", authority.fingerprint.into())];
        println!("{}", words.say_with("setup-authority", &values));
    }
    Ok(ExitCode::SUCCESS)
}
