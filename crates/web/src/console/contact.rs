//! One person of the on-call list: added, changed, moved, paused, removed, tried.
//!
//! Rule: the operator's people are the operator's: nobody else of their tenant changes them.

use askama::Template;
use beffroi_crisis::{calls as room, oncall as lists};
use beffroi_store::oncall as kept;
use beffroi_town::{
    ContactId, Lang, Role,
    oncall::{BadAddress, Contact, ESCALATE_MS, Holidays, Hours, Span, Way},
};

use super::{oncall, page, wrong};
use crate::{
    Refusal, call::Call as Request, fields::Fields, frame::Frame, markup::Choice, reply,
    routes::Answer, rung,
};

/// Ways that the form offers: the fields, and the label of the first.
const WAYS: [(&str, &str, &str); 3] = [
    ("way1", "to1", "oncall-way-1"),
    ("way2", "to2", "oncall-way-2"),
    ("way3", "to3", "oncall-way-3"),
];
const MINUTE_MS: i64 = 60_000;

/// The answers that the form of a contact offers.
pub(super) struct FormParts {
    pub(super) channels: Vec<Choice>,
    pub(super) holidays: Vec<Choice>,
    pub(super) langs: Vec<Choice>,
    /// The caller may mark operators' people.
    pub(super) operator: Vec<Choice>,
    pub(super) ways: [(&'static str, &'static str, &'static str); 3],
}

impl FormParts {
    pub(super) fn new(call: &Request, f: &Frame) -> Self {
        let channels = &call.doors.settings.channels;
        let kind = |name: &String, kind: &beffroi_town::oncall::AddressKind| {
            let label = f.t(&format!("oncall-address-{}", kind.code()));
            Choice::new(name, format!("{name} – {label}"))
        };
        let none = Choice::new("", f.t("oncall-way-none"));
        let holidays = |one: &Holidays| {
            Choice::new(one.code(), f.t(&format!("oncall-on-holidays-{}", one.code())))
                .on(*one == Holidays::AsDays)
        };
        let lang = |lang: Lang| {
            Choice::new(lang.tag(), f.t(&format!("oncall-lang-{}", lang.tag())))
                .on(lang == Lang::Fr)
        };
        let operator = Choice::new("yes", f.t("oncall-for-operator"));
        Self {
            channels: std::iter::once(none)
                .chain(channels.iter().map(|(name, code)| kind(name, code)))
                .collect(),
            holidays: Holidays::ALL.iter().map(holidays).collect(),
            langs: Lang::ALL.map(lang).to_vec(),
            operator: if f.may.operate { vec![operator] } else { Vec::new() },
            ways: WAYS,
        }
    }
}

#[derive(Template)]
#[template(path = "console/contact.html")]
struct ContactPage {
    f: Frame,
    form: Fields,
    id: ContactId,
    paused: bool,
    facts: Vec<(String, String)>,
    places: Vec<Choice>,
    fields: FormParts,
    /// The caller may change this person.
    may: bool,
}

async fn found(call: &Request) -> Result<Contact, Refusal> {
    let id: ContactId = call.id("id")?;
    let scope = &call.caller()?.scope;
    kept::get(&mut call.doors.store.read().await?, scope, &id).await?.ok_or(Refusal::NotFound)
}

/// The person of the path, if the caller may change it.
async fn own(call: &Request) -> Result<Contact, Refusal> {
    let one = found(call).await?;
    if one.for_operator && call.caller()?.role() != Role::Operator {
        return Err(Refusal::Forbidden);
    }
    Ok(one)
}

fn filled(one: &Contact) -> Fields {
    let spans: Vec<String> = one.watch.iter().map(ToString::to_string).collect();
    let mut form = Fields::default()
        .with("name", &one.name)
        .with("watch", spans.join("; "))
        .with("holidays", one.holidays.code())
        .with("quiet", one.quiet.map(|quiet| quiet.to_string()).unwrap_or_default())
        .with("minutes", (one.escalate_ms / MINUTE_MS).to_string())
        .with("lang", one.lang.tag());
    for ((channel, to, _), way) in WAYS.iter().zip(&one.ways) {
        form = form.with(channel, &way.channel).with(to, &way.address);
    }
    if one.for_operator { form.with("operator", "yes") } else { form }
}

async fn contact_page(call: &Request, one: &Contact, form: Fields) -> Result<ContactPage, Refusal> {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let f = call.frame(one.name.clone(), "oncall", &facts);
    let mut conn = call.doors.store.read().await?;
    let listed = rung::listed(&mut conn, scope, (f.now, &f.zone)).await?;
    drop(conn);
    let (place, length) = oncall::place(&listed, &one.id);
    let choice = |at: usize| Choice::new(at.to_string(), at.to_string()).on(at == place);
    // Private numbers are shown to those who keep the list, not to everybody who may read.
    let way = |way: &Way| {
        let shown = if f.may.act { format!(" – {}", way.address) } else { String::new() };
        format!("{}{shown}", way.channel)
    };
    let ways: Vec<String> = one.ways.iter().map(way).collect();
    let minutes = u32::try_from(one.escalate_ms / MINUTE_MS).unwrap_or(0);
    let mut told = vec![
        (f.t("oncall-watch"), f.words.watch(one)),
        (f.t("oncall-ways"), ways.join("\n")),
        (f.t("oncall-minutes"), f.tn("oncall-minutes-value", minutes)),
    ];
    if let Some(quiet) = one.quiet {
        told.push((f.t("oncall-quiet"), f.words.hours(quiet)));
    }
    if one.for_operator {
        told.push((f.t("oncall-operator-name"), f.t("oncall-for-operator")));
    }
    let may = f.may.act && (!one.for_operator || f.may.operate);
    Ok(ContactPage {
        id: one.id.clone(),
        paused: one.paused,
        facts: told,
        places: (1..=length).map(choice).collect(),
        fields: FormParts::new(call, &f),
        may,
        form,
        f,
    })
}

/// One person.
pub async fn show(call: Request) -> Answer {
    let one = found(&call).await?;
    page(&contact_page(&call, &one, filled(&one)).await?)
}

/// What a person typed, checked; what is wrong stands at its field.
fn typed(call: &mut Request) -> Result<Option<Contact>, Refusal> {
    let words = call.words();
    let (role, tenant) = {
        let caller = call.caller()?;
        (caller.role(), caller.tenant.id.clone())
    };
    let name = call.form.needed(words, "name", "oncall-name-missing");
    let watch = call.form.line(words, "watch").unwrap_or_default();
    let watch = Span::parse_all(&watch).unwrap_or_else(|_| {
        call.form.wrong("watch", words.say("oncall-watch-wrong"));
        Vec::new()
    });
    let quiet = call.form.line(words, "quiet").and_then(|typed| {
        let hours = Hours::parse(&typed).ok();
        if hours.is_none() {
            call.form.wrong("quiet", words.say("oncall-quiet-wrong"));
        }
        hours
    });
    let holidays = Holidays::from_code(call.form.get("holidays")).unwrap_or(Holidays::AsDays);
    let minutes = match call.form.get("minutes") {
        "" => Some(ESCALATE_MS / MINUTE_MS),
        text => text.parse::<i64>().ok().filter(|minutes| (1..=60).contains(minutes)),
    };
    if minutes.is_none() {
        call.form.wrong("minutes", words.say("oncall-minutes-wrong"));
    }
    let lang = if call.form.is("lang", "en") { Lang::En } else { Lang::Fr };
    let ways = ways(call);
    if ways.is_empty() && call.form.fine() {
        call.form.wrong("way1", words.say("oncall-way-missing"));
    }
    let one = Contact {
        id: ContactId::new(call.at, &*call.doors.entropy),
        tenant,
        rank: 0,
        name,
        lang,
        for_operator: role == Role::Operator && call.form.is("operator", "yes"),
        watch,
        holidays,
        quiet,
        ways,
        escalate_ms: minutes.unwrap_or_default() * MINUTE_MS,
        paused: false,
    };
    Ok(call.form.fine().then_some(one))
}

/// The ways that were filled in, each address in the form of its channel.
fn ways(call: &mut Request) -> Vec<Way> {
    let words = call.words();
    let mut ways = Vec::new();
    for (channel_field, address_field, _) in WAYS {
        let channel = call.form.get(channel_field).to_owned();
        let address = call.form.get(address_field).to_owned();
        if channel.is_empty() {
            if !address.is_empty() {
                call.form.wrong(channel_field, words.say("oncall-way-choose"));
            }
            continue;
        }
        let Some(kind) = call.doors.settings.channels.get(&channel).copied() else {
            call.form.wrong(channel_field, words.say("oncall-way-unknown"));
            continue;
        };
        match kind.checked(&address) {
            Ok(address) => ways.push(Way { channel, address }),
            Err(bad) => {
                let key = match bad {
                    BadAddress::Number => "oncall-number-wrong",
                    BadAddress::Mail => "oncall-mail-wrong",
                    BadAddress::Topic => "oncall-topic-wrong",
                    BadAddress::Label => "oncall-label-wrong",
                };
                call.form.wrong(address_field, words.say(key));
            }
        }
    }
    ways
}

/// Adds a person to the end of the list.
pub async fn add(mut call: Request) -> Answer {
    let Some(one) = typed(&mut call)? else {
        let form = call.form.clone();
        return oncall::again(&call, form).await;
    };
    let actor = call.caller()?.actor();
    lists::add(&call.deed(&actor)?, &one).await?;
    Ok(reply::see_other("/console/oncall?done=contact"))
}

/// Changes a person.
pub async fn change(mut call: Request) -> Answer {
    let before = own(&call).await?;
    let Some(now) = typed(&mut call)? else {
        let form = call.form.clone();
        return wrong(&contact_page(&call, &before, form).await?);
    };
    let actor = call.caller()?.actor();
    // Ways beyond those that the form shows stay as they are.
    let hidden = before.ways.iter().skip(WAYS.len()).cloned();
    let ways = now.ways.iter().cloned().chain(hidden).collect();
    let one = Contact { id: before.id, ways, ..now };
    lists::change(&call.deed(&actor)?, &one).await?;
    Ok(reply::see_other("/console/oncall?done=contact"))
}

/// Moves a person to another place of the list.
pub async fn move_to(call: Request) -> Answer {
    let one = own(&call).await?;
    let place = call.form.get("place").parse::<u32>().map_err(|_| Refusal::BadForm)?;
    let actor = call.caller()?.actor();
    lists::move_to(&call.deed(&actor)?, &one.id, place).await?;
    Ok(reply::see_other("/console/oncall?done=contact"))
}

/// Rings a person no more until further notice, or again.
pub async fn pause(call: Request) -> Answer {
    let one = own(&call).await?;
    let actor = call.caller()?.actor();
    lists::pause(&call.deed(&actor)?, &one.id, !one.paused).await?;
    Ok(reply::see_other("/console/oncall?done=contact"))
}

/// Takes a person off the list.
pub async fn remove(call: Request) -> Answer {
    let one = own(&call).await?;
    let actor = call.caller()?.actor();
    lists::remove(&call.deed(&actor)?, &one.id).await?;
    Ok(reply::see_other("/console/oncall?done=contact"))
}

/// Rings a person now, as a test.
pub async fn test(call: Request) -> Answer {
    let one = found(&call).await?;
    let actor = call.caller()?.actor();
    room::test(&call.deed(&actor)?, Some(&one.id)).await?;
    Ok(reply::see_other("/console/oncall?done=test"))
}
