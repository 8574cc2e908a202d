//! Telephone lines: whether each answers, what the public dials instead, who forwards it where.

use askama::Template;
use beffroi_store::phones as kept;
use beffroi_town::{
    LineId, PhoneLine, TownFacts,
    phone::{self, Forward, LineState},
    status::Works,
};

use super::{page, prepare, wrong};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

struct LineRow {
    href: String,
    number: String,
    label: String,
    state: String,
    class: &'static str,
    notes: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/phones.html")]
struct PhonesPage {
    f: Frame,
    form: Fields,
    opened: bool,
    rows: Vec<LineRow>,
    on_no_line: Vec<(String, String)>,
    states: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/phone.html")]
struct PhonePage {
    f: Frame,
    form: Fields,
    id: LineId,
    one: LineRow,
    states: Vec<Choice>,
}

fn word(works: Works) -> (LineState, &'static str) {
    match works {
        Works::Yes => (LineState::Works, "ok"),
        Works::Doubtful => (LineState::Unknown, "unsure"),
        Works::No => (LineState::Down, "bad"),
    }
}

fn row(f: &Frame, facts: &TownFacts, line: &PhoneLine, forward: Option<&Forward>) -> LineRow {
    let book = facts.phone_book();
    let (works, since) = book.answers(line);
    let (state, class) = word(works);
    let mut notes = vec![f.t1("phone-since", "when", f.short(since))];
    if state != line.state {
        notes.push(f.t("phone-follows"));
    }
    let key = phone::key(&line.number);
    let uses = |text: &str| phone::numbers(text).iter().any(|one| phone::key(one) == key);
    let services = facts.services.iter().filter(|one| one.phone.as_deref().is_some_and(uses));
    let names: Vec<String> =
        services.map(|service| f.words.service_name(service).into_owned()).collect();
    if !names.is_empty() {
        notes.push(f.t1("phone-used-by", "names", f.list(&names)));
    }
    if let Some(instead) = &line.instead {
        let dead = book.instead(line).is_none();
        let key = if dead { "phone-instead-dead" } else { "phone-instead-is" };
        notes.push(f.t1(key, "number", instead));
    }
    if let Some(forward) = forward.filter(|_| f.may.write) {
        let values = [
            ("who", forward.who.as_str().into()),
            ("mobile", forward.mobile.as_str().into()),
            ("how", forward.how.as_str().into()),
        ];
        notes.push(f.words.say_with("phone-forward-is", &values));
    }
    LineRow {
        href: format!("/console/phones/{}", line.id),
        number: line.number.clone(),
        label: line.label.clone(),
        state: f.words.line_state(state),
        class,
        notes,
    }
}

fn states(f: &Frame, now: LineState) -> Vec<Choice> {
    let choice =
        |one: &LineState| Choice::new(one.code(), f.words.line_state(*one)).on(*one == now);
    LineState::ALL.iter().map(choice).collect()
}

async fn phones_page(call: &Call, again: Option<Fields>) -> Result<PhonesPage, Refusal> {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let forwards = kept::forwards(&mut call.doors.store.read().await?, scope).await?;
    let f = call.frame(call.words().say("phones-title"), "prepare", &facts);
    let rows = facts.lines.iter().map(|line| row(&f, &facts, line, forwards.get(&line.id)));
    let asked = call.query.get("number");
    let link = |number: String| {
        let bare = phone::key(&number).unwrap_or_default();
        (number, format!("/console/phones?number={}", bare.replace('+', "%2B")))
    };
    Ok(PhonesPage {
        rows: rows.collect(),
        on_no_line: prepare::on_no_line(&facts).into_iter().map(link).collect(),
        states: states(&f, LineState::Works),
        opened: again.is_some() || !asked.is_empty(),
        form: again.unwrap_or_else(|| Fields::default().with("number", asked)),
        f,
    })
}

/// All lines.
pub async fn list(call: Call) -> Answer {
    page(&phones_page(&call, None).await?)
}

/// Number, label and what is dialled instead, as typed; what is wrong is told at its field.
fn about(call: &mut Call, facts: &TownFacts, own: Option<&LineId>) -> kept::About {
    let words = call.words();
    let form = &mut call.form;
    let number = form.needed(words, "number", "phone-bad-number");
    let label = form.needed(words, "label", "phone-label-missing");
    let instead = form.line(words, "instead");
    let key = phone::key(&number);
    if key.is_none() {
        form.wrong("number", words.say("phone-bad-number"));
    }
    let same = |line: &&PhoneLine| Some(&line.id) != own && phone::key(&line.number) == key;
    if key.is_some() && facts.lines.iter().any(|line| same(&line)) {
        form.wrong("number", words.say("phone-number-taken"));
    }
    if let Some(other) = &instead {
        match phone::key(other) {
            None => form.wrong("instead", words.say("phone-bad-number")),
            other if other == key => form.wrong("instead", words.say("phone-instead-same")),
            Some(_) => {}
        }
    }
    kept::About { number, label, instead }
}

/// Adds a line.
pub async fn add(mut call: Call) -> Answer {
    let facts = call.facts().await?;
    let about = about(&mut call, &facts, None);
    let state = LineState::from_code(call.form.get("state"));
    if state.is_none() {
        call.form.wrong("state", call.words().say("form-choose"));
    }
    if facts.lines.len() >= kept::LINES_MAX {
        call.form.wrong("number", call.words().say("phone-too-many"));
    }
    let Some(state) = state.filter(|_| call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&phones_page(&call, Some(form)).await?);
    };
    let caller = call.caller()?;
    let (tenant, actor) = (caller.scope.tenant(), caller.actor());
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    let id = kept::add(&mut tx, tenant, &about, state).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/phones/{id}?done=line")))
}

async fn phone_page(call: &Call, again: Option<Fields>) -> Result<PhonePage, Refusal> {
    let id: LineId = call.id("id")?;
    let facts = call.facts().await?;
    let line = facts.lines.iter().find(|line| line.id == id).ok_or(Refusal::NotFound)?;
    let scope = &call.caller()?.scope;
    let forwards = kept::forwards(&mut call.doors.store.read().await?, scope).await?;
    let forward = forwards.get(&id);
    let f = call.frame(line.number.clone(), "prepare", &facts);
    let text = |text: Option<&String>| text.cloned().unwrap_or_default();
    let prefilled = || {
        Fields::default()
            .with("number", &line.number)
            .with("label", &line.label)
            .with("instead", text(line.instead.as_ref()))
            .with("who", text(forward.map(|one| &one.who)))
            .with("mobile", text(forward.map(|one| &one.mobile)))
            .with("how", text(forward.map(|one| &one.how)))
    };
    Ok(PhonePage {
        one: row(&f, &facts, line, forward),
        states: states(&f, line.state),
        form: again.unwrap_or_else(prefilled),
        id,
        f,
    })
}

/// One line.
pub async fn show(call: Call) -> Answer {
    page(&phone_page(&call, None).await?)
}

/// Keeps what is said of a line.
pub async fn save(mut call: Call) -> Answer {
    let id: LineId = call.id("id")?;
    let facts = call.facts().await?;
    let about = about(&mut call, &facts, Some(&id));
    let words = call.words();
    let forward = Forward {
        who: call.form.line(words, "who").unwrap_or_default(),
        mobile: call.form.line(words, "mobile").unwrap_or_default(),
        how: call.form.line(words, "how").unwrap_or_default(),
    };
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&phone_page(&call, Some(form)).await?);
    }
    let forward = Some(forward).filter(|one| *one != Forward::default());
    let caller = call.caller()?;
    let (tenant, actor) = (caller.scope.tenant(), caller.actor());
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    kept::set_about(&mut tx, tenant, &id, &about).await?;
    kept::set_forward(&mut tx, tenant, &id, forward.as_ref()).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/phones/{id}?done=line")))
}

/// Says whether a line answers. The public page follows.
pub async fn set_state(call: Call) -> Answer {
    let id: LineId = call.id("id")?;
    let Some(state) = LineState::from_code(call.form.get("state")) else {
        let mut form = Fields::default();
        form.wrong("state", call.words().say("form-choose"));
        return wrong(&phone_page(&call, Some(form)).await?);
    };
    let caller = call.caller()?;
    let (tenant, actor) = (caller.scope.tenant(), caller.actor());
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    kept::set_state(&mut tx, tenant, &id, state).await?;
    tx.commit().await?;
    Ok(reply::see_other(&format!("/console/phones/{id}?done=state")))
}

/// Removes a line.
pub async fn remove(call: Call) -> Answer {
    let id: LineId = call.id("id")?;
    let caller = call.caller()?;
    let (tenant, actor) = (caller.scope.tenant(), caller.actor());
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    kept::remove(&mut tx, tenant, &id).await?;
    tx.commit().await?;
    Ok(reply::see_other("/console/phones?done=removed"))
}
