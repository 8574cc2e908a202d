//! `beffroi oncall`

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, Result, bail};
use beffroi_crisis::{
    Deed,
    calls::{self as room, Answer},
    oncall as lists,
};
use beffroi_platform::config::Config;
use beffroi_store::{
    Store, TenantScope,
    calls::{self, tries},
    oncall,
};
use beffroi_town::{
    Actor, CallId, ContactId, Lang, TenantId,
    oncall::{Call, CallState, Contact, Outcome, Span, Try, Way, Weekly},
};
use beffroi_words::{Words, Zone};
use serde_json::{Value, json};

use crate::{
    DONE,
    cli::{
        Common,
        oncall::{OncallCommand, When},
    },
    commands::{config, now, open_configured, print_json, tenant_id},
};

/// Nobody answered, but a gateway took a message.
const TAKEN: u8 = 3;
/// A running platform takes a test up within this.
const TAKEN_UP: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How many calls are listed.
const CALLS_MAX: u32 = 20;

/// What a command works on.
struct Here {
    config: Config,
    store: Store,
    scope: TenantScope,
}

impl Here {
    async fn open(common: &Common, tenant: &str) -> Result<Self> {
        let id: TenantId = tenant_id(tenant)?;
        let config = config(common)?.check()?;
        let store = open_configured(&config).await?;
        beffroi_registry::tenants::get(&store, &id).await?;
        Ok(Self { config, store, scope: TenantScope::for_tenant(&id) })
    }

    fn deed<'a>(&'a self, actor: &'a Actor) -> Deed<'a> {
        Deed { store: &self.store, actor, at: now(), scope: &self.scope }
    }

    /// A person of the list, by name or identifier.
    async fn person(&self, typed: &str) -> Result<Contact> {
        let all = oncall::list(&mut self.store.read().await?, &self.scope).await?;
        let same = |one: &&Contact| {
            one.id.as_str() == typed || one.name.to_lowercase() == typed.trim().to_lowercase()
        };
        let found: Vec<&Contact> = all.iter().filter(same).collect();
        match found.as_slice() {
            [one] => Ok((*one).clone()),
            [] => bail!("nobody on this list is called '{typed}': see 'beffroi oncall list'"),
            _ => bail!(
                "several people are called '{typed}': give the identifier that 'beffroi oncall list --json' shows"
            ),
        }
    }

    /// Ways as typed, each address in the form of its channel.
    fn ways(&self, typed: &[String]) -> Result<Vec<Way>> {
        typed.iter().map(|text| self.way(text)).collect()
    }

    fn way(&self, text: &str) -> Result<Way> {
        let (channel, address) = text
            .split_once('=')
            .with_context(|| format!("'{text}' is not CHANNEL=ADDRESS, as in sms=+33612345678"))?;
        let Some(known) = self.config.channels.get(channel) else {
            let names: Vec<&str> = self.config.channels.keys().map(String::as_str).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            bail!(
                "there is no channel '{channel}' in the configuration (known: {names}): add [channels.{channel}]"
            );
        };
        let address = known.addresses.checked(address);
        let address = address.with_context(|| format!("the address for '{channel}'"))?;
        Ok(Way { channel: channel.to_owned(), address })
    }
}

pub(crate) async fn run(common: &Common, command: OncallCommand) -> Result<ExitCode> {
    match command {
        OncallCommand::Add { tenant, name, way, lang, operator, when } => {
            let here = Here::open(common, &tenant).await?;
            let person = (name.as_str(), lang, operator);
            add(&here, person, here.ways(&way)?, &when).await?;
        }
        OncallCommand::List { tenant, out } => {
            list(&Here::open(common, &tenant).await?, out.json).await?;
        }
        OncallCommand::Move { tenant, person, place } => {
            let here = Here::open(common, &tenant).await?;
            let one = here.person(&person).await?;
            lists::move_to(&here.deed(&Actor::CommandLine), &one.id, place).await?;
            list(&here, false).await?;
        }
        OncallCommand::Hours { tenant, person, when } => {
            let here = Here::open(common, &tenant).await?;
            let one = timed(here.person(&person).await?, &when);
            lists::change(&here.deed(&Actor::CommandLine), &one).await?;
            println!("{}: {}", one.name, Words::of(Lang::En).watch(&one));
        }
        OncallCommand::Pause { tenant, person, resume } => {
            let here = Here::open(common, &tenant).await?;
            let one = here.person(&person).await?;
            lists::pause(&here.deed(&Actor::CommandLine), &one.id, !resume).await?;
            println!("{} is rung {}.", one.name, if resume { "again" } else { "no more" });
        }
        OncallCommand::Remove { tenant, person } => {
            let here = Here::open(common, &tenant).await?;
            let one = here.person(&person).await?;
            lists::remove(&here.deed(&Actor::CommandLine), &one.id).await?;
            println!("{} is off the list; name and addresses are erased.", one.name);
        }
        OncallCommand::Test { tenant, person, wait, out } => {
            let here = Here::open(common, &tenant).await?;
            return test(&here, person.as_deref(), (Duration::from_secs(wait), out.json)).await;
        }
        OncallCommand::Weekly { tenant, at, off } => {
            weekly(&Here::open(common, &tenant).await?, at.as_deref(), off.as_deref()).await?;
        }
        OncallCommand::Calls { tenant, out } => {
            list_calls(&Here::open(common, &tenant).await?, out.json).await?;
        }
        OncallCommand::Ack { tenant, call } => {
            let here = Here::open(common, &tenant).await?;
            let id = CallId::parse(&call)?;
            match room::acknowledge(&here.deed(&Actor::CommandLine), &id).await? {
                Answer::Taken | Answer::AlreadyYours => println!("Answered: nobody else is rung."),
                Answer::Somebody { .. } => bail!("somebody answered this call before"),
                Answer::Over => bail!("this call is over"),
            }
        }
    }
    Ok(DONE)
}

/// The same person on watch at other times.
fn timed(one: Contact, when: &When) -> Contact {
    Contact {
        watch: when.watch.clone(),
        holidays: when.holidays,
        quiet: when.quiet,
        escalate_ms: i64::from(when.minutes) * 60_000,
        ..one
    }
}

async fn add(
    here: &Here,
    (name, lang, operator): (&str, Lang, bool),
    ways: Vec<Way>,
    when: &When,
) -> Result<()> {
    let one = Contact {
        id: ContactId::new(now(), here.store.entropy()),
        tenant: here.scope.tenant().clone(),
        rank: 0,
        name: name.to_owned(),
        lang,
        for_operator: operator,
        watch: Vec::new(),
        holidays: when.holidays,
        quiet: None,
        ways,
        escalate_ms: 0,
        paused: false,
    };
    let one = timed(one, when);
    lists::add(&here.deed(&Actor::CommandLine), &one).await?;
    println!("{name} is on call: {}", Words::of(Lang::En).watch(&one));
    println!("Try it now: beffroi oncall test {} --person {name:?}", here.scope.tenant());
    Ok(())
}

fn plain(one: &Contact) -> Value {
    json!({
        "id": one.id,
        "place": one.rank,
        "name": one.name,
        "for_operator": one.for_operator,
        "paused": one.paused,
        "ways": one.ways,
        "watch": one.watch,
        "holidays": one.holidays,
        "quiet": one.quiet,
        "escalate_ms": one.escalate_ms,
        "lang": one.lang,
    })
}

async fn list(here: &Here, as_json: bool) -> Result<()> {
    let all = oncall::list(&mut here.store.read().await?, &here.scope).await?;
    if as_json {
        return print_json(&all.iter().map(plain).collect::<Vec<_>>());
    }
    if all.is_empty() {
        println!("Nobody is on call here: an alarm would reach nobody, or the operator alone.");
    }
    for one in all {
        let ways: Vec<&str> = one.ways.iter().map(|way| way.channel.as_str()).collect();
        let paused = if one.paused { "  (paused)" } else { "" };
        let watch = Words::of(Lang::En).watch(&one);
        println!("{:>2}  {:<24} {:<16} {watch}{paused}", one.rank, one.name, ways.join(","));
    }
    Ok(())
}

async fn weekly(here: &Here, at: Option<&str>, off: Option<&str>) -> Result<()> {
    let test = oncall::weekly_test(&mut here.store.read().await?, &here.scope).await?;
    let weekly = match (at, off) {
        (Some(at), _) => moment(at)?,
        (None, Some(_)) => Weekly { off: true, ..test.weekly },
        (None, None) => {
            let state = if test.weekly.off { "off" } else { "on" };
            println!(
                "{state}: weekday {} (0 is Monday), minute {} of the day",
                test.weekly.weekday, test.weekly.minute
            );
            return Ok(());
        }
    };
    lists::set_weekly_test(&here.deed(&Actor::CommandLine), weekly, off).await?;
    println!("The weekly test is {}.", if weekly.off { "off" } else { "set" });
    Ok(())
}

/// `tue 10:00`.
fn moment(text: &str) -> Result<Weekly> {
    let wrong = || format!("'{text}' is not a day and an hour: write it as 'tue 10:00'");
    let (day, hour) = text.trim().split_once(' ').with_context(wrong)?;
    let span = Span::parse(&format!("{day} {hour}-{hour}")).with_context(wrong)?;
    let mut days = span.days.iter().enumerate().filter(|(_, on)| **on).map(|(day, _)| day);
    let (Some(weekday), None) = (days.next(), days.next()) else { bail!(wrong()) };
    Ok(Weekly { weekday: u8::try_from(weekday)?, minute: span.hours.from, off: false })
}

/// A call and its messages, as the store has them now.
async fn look(here: &Here, id: &CallId) -> Result<Option<(Call, Vec<Try>)>> {
    let mut conn = here.store.read().await?;
    let Some(call) = calls::get(&mut conn, &here.scope, id).await? else { return Ok(None) };
    let all = tries::list(&mut conn, &here.scope, id).await?;
    Ok(Some((call, all)))
}

async fn test(
    here: &Here,
    person: Option<&str>,
    (wait, as_json): (Duration, bool),
) -> Result<ExitCode> {
    let contact = match person {
        Some(person) => Some(here.person(person).await?.id),
        None => None,
    };
    let id = room::test(&here.deed(&Actor::CommandLine), contact.as_ref()).await?;
    if !as_json {
        println!("Ringing. Waiting for an answer, at most {} s.", wait.as_secs());
    }
    let began = tokio::time::Instant::now();
    let (call, all) = loop {
        let found = look(here, &id).await?;
        let over = began.elapsed() >= wait;
        match found {
            Some((call, all)) if over || call.state != CallState::Ringing => break (call, all),
            None if began.elapsed() > TAKEN_UP.min(wait) => {
                bail!("no running platform took the test up: start 'beffroi serve' on this data")
            }
            _ => tokio::time::sleep(LOOK_EVERY).await,
        }
    };
    let taken = all.iter().any(|one| matches!(one.outcome, Outcome::Receipt { .. }));
    if as_json {
        print_json(&told(here, &call, &all).await?)?;
    } else {
        print_call(here, &call, &all).await?;
    }
    Ok(match (call.state, taken) {
        (CallState::Acknowledged, _) => DONE,
        (_, true) => ExitCode::from(TAKEN),
        (_, false) => ExitCode::FAILURE,
    })
}

/// The name of a contact, as far as it is this tenant's.
async fn name(here: &Here, id: &ContactId) -> Result<String> {
    let found = oncall::get(&mut here.store.read().await?, &here.scope, id).await?;
    Ok(found.map_or_else(|| format!("contact {id}"), |one| one.name))
}

async fn told(here: &Here, call: &Call, all: &[Try]) -> Result<Value> {
    let mut messages = Vec::new();
    for one in all {
        messages.push(json!({
            "person": name(here, &one.contact).await?,
            "channel": one.channel,
            "round": one.round,
            "rung_at": one.rung_at,
            "outcome": one.outcome,
        }));
    }
    Ok(json!({
        "call": call.id,
        "kind": call.kind,
        "told": call.told,
        "state": call.state,
        "opened_at": call.opened_at,
        "acknowledged": call.acknowledged,
        "messages": messages,
    }))
}

async fn print_call(here: &Here, call: &Call, all: &[Try]) -> Result<()> {
    let words = Words::of(Lang::En);
    let when = words.date_full(call.opened_at, &Zone::paris());
    let what = call.told.map_or_else(|| "test".to_owned(), |kind| words.alarm_kind(kind));
    let state = match (&call.state, &call.acknowledged) {
        (_, Some(said)) => format!("answered by {}", said.by),
        (CallState::NobodyReached, None) => "NOBODY WAS REACHED".to_owned(),
        (_, None) => "not answered yet".to_owned(),
    };
    println!("{when}  {what}: {state}");
    println!("  call {}", call.id);
    for one in all {
        let outcome = match &one.outcome {
            Outcome::Pending => "on its way".to_owned(),
            Outcome::Receipt { .. } => "taken by the gateway".to_owned(),
            Outcome::Failed { code, .. } => format!("failed: {code}"),
        };
        println!("  {:<24} {:<16} {outcome}", name(here, &one.contact).await?, one.channel);
    }
    Ok(())
}

async fn list_calls(here: &Here, as_json: bool) -> Result<()> {
    let newest = calls::list(&mut here.store.read().await?, &here.scope, CALLS_MAX).await?;
    let mut values = Vec::new();
    for call in newest {
        let all = tries::list(&mut here.store.read().await?, &here.scope, &call.id).await?;
        if as_json {
            values.push(told(here, &call, &all).await?);
        } else {
            print_call(here, &call, &all).await?;
        }
    }
    if as_json { print_json(&values) } else { Ok(()) }
}
