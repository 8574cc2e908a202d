//! The messages of a call: what is sent, and what became of it.
//!
//! Rules: a message says which town, what in plain words, since when, and how to answer; never a
//! file, never a cause, never a name. It fits one text message. Tests and played sensors say so
//! first.

use beffroi_store::{
    Conn, OperatorScope, TenantScope, Tx,
    calls::{self, tries},
    oncall,
    outbox::{self, Posted},
    tenants,
};
use beffroi_town::{
    CallId, ContactId, Instant, Lang, Tenant,
    oncall::{Call, CallKind, Contact, Try},
};
use beffroi_words::{Value, Words, Zone, gsm};
use serde::Deserialize;

use super::{Turn, Why, patience, step};
use crate::Error;

/// A message to hand to a gateway. Never logged: it bears a code and an address.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Its identifier: the same however often it is sent.
    pub id: String,
    /// The channel's name.
    pub channel: String,
    /// To whom, as the channel takes it.
    pub to: String,
    /// A title, where the channel has one.
    pub title: String,
    /// The message itself.
    pub text: String,
    /// Where the person answers.
    pub link: String,
    /// The code, as it is read out.
    pub code: String,
    /// Whether something is being destroyed or the watch itself is in question.
    pub urgent: bool,
    /// Whether it is a test.
    pub test: bool,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Ring {
    call: CallId,
    #[serde(rename = "try")]
    id: String,
}

/// The message that a row of the outbox asks to send; none when it is needed no more, which is
/// then written down. `public_url`: where people reach the platform, without a final slash.
///
/// # Errors
/// The store's.
pub async fn to_send(
    turn: &Turn<'_>,
    work: &Posted,
    public_url: &str,
) -> Result<Option<Message>, Error> {
    let ring: Ring = serde_json::from_value(work.body.clone())?;
    let scope = TenantScope::for_tenant(&work.tenant);
    let mut conn = turn.store.read().await?;
    let call = calls::get(&mut conn, &scope, &ring.call).await?;
    let Some(call) = call else { return Ok(None) };
    let all = tries::list(&mut conn, &scope, &ring.call).await?;
    let Some(one) = all.into_iter().find(|one| one.id == ring.id) else { return Ok(None) };
    let town = tenants::get(&mut conn, &scope).await?;
    let code = tries::code(&conn, &call, &one.contact, one.round)?;
    let contact = contact_of(&mut conn, &call, &one.contact).await?;
    drop(conn);
    let needed = call.is_open() && one.round == call.round;
    let way = contact.as_ref().and_then(|contact| {
        let place = usize::try_from(one.way).ok()?;
        contact.ways.get(place).filter(|way| way.channel == one.channel)
    });
    let (Some(contact), Some(way), Some(town), true) = (&contact, way, &town, needed) else {
        let why = if needed { "way_removed" } else { "no_longer_needed" };
        sent(turn, work, ("none", Err(why))).await?;
        return Ok(None);
    };
    let link = format!("{public_url}/a/{}", code.letters());
    let (title, text) = words_of(&call, town, contact.lang, turn.at, (&link, &code.spoken()));
    Ok(Some(Message {
        id: one.id,
        channel: way.channel.clone(),
        to: way.address.clone(),
        title,
        text,
        link,
        code: code.spoken(),
        urgent: call.urgency.wakes() && !call.is_test(),
        test: call.is_test(),
    }))
}

/// The contact of a message: on the tenant's own list, or one of the operator's people.
async fn contact_of(
    conn: &mut Conn,
    call: &Call,
    id: &ContactId,
) -> Result<Option<Contact>, Error> {
    let own = oncall::get(conn, &TenantScope::for_tenant(&call.tenant), id).await?;
    if own.is_some() {
        return Ok(own);
    }
    let others = oncall::operators(conn, &OperatorScope::for_operator()).await?;
    Ok(others.into_iter().find(|one| one.id == *id))
}

/// Writes down what a gateway said of a message, and what follows: time to acknowledge, another
/// way, the next person. Saying it twice changes nothing. `kind`: the channel's.
///
/// # Errors
/// The store's.
pub async fn sent(
    turn: &Turn<'_>,
    work: &Posted,
    (kind, outcome): (&str, Result<(), &str>),
) -> Result<(), Error> {
    let ring: Ring = serde_json::from_value(work.body.clone())?;
    let scope = TenantScope::for_tenant(&work.tenant);
    let mut tx = turn.begin(&work.tenant).await?;
    let Some(call) = calls::get(tx.conn(), &scope, &ring.call).await? else {
        return turn.nothing(tx, work).await;
    };
    if !tries::answered(&mut tx, &call, &ring.id, (kind, outcome)).await? {
        return turn.nothing(tx, work).await;
    }
    let all = tries::list(tx.conn(), &scope, &ring.call).await?;
    let one = all.iter().find(|one| one.id == ring.id);
    if let Some(one) = one.filter(|one| call.is_open() && one.round == call.round) {
        follow(turn, &mut tx, &call, (one, outcome.is_ok())).await?;
    }
    outbox::settle(&mut tx, &work.id).await?;
    tx.commit().await?;
    Ok(())
}

async fn follow(
    turn: &Turn<'_>,
    tx: &mut Tx,
    call: &Call,
    (one, took_it): (&Try, bool),
) -> Result<(), Error> {
    if !took_it {
        return step(turn, tx, call, false).await;
    }
    let contact = contact_of(tx.conn(), call, &one.contact).await?;
    turn.look_again(tx, call, Why::Over, patience(contact.as_ref())).await
}

/// Title and text of a message.
fn words_of(
    call: &Call,
    town: &Tenant,
    lang: Lang,
    now: Instant,
    (link, code): (&str, &str),
) -> (String, String) {
    let words = Words::of(lang);
    let zone = Zone::of(town);
    let title_key = if call.is_test() { "ring-title-test" } else { "ring-title" };
    let title = words.say_with(title_key, &[("town", (&town.name).into())]);
    let what = what(words, call, now, &zone);
    let text = |town: &str, with_code: bool| {
        let values: [(&str, Value<'_>); 4] = [
            ("town", town.into()),
            ("what", (&what).into()),
            ("link", link.into()),
            ("code", code.into()),
        ];
        let key = if with_code { "ring-text" } else { "ring-text-short" };
        let mark = match (call.is_test(), call.simulated) {
            (true, _) => words.say("ring-mark-test"),
            (false, true) => words.say("ring-mark-simulated"),
            (false, false) => String::new(),
        };
        let said = words.say_with(key, &values);
        gsm::plain(format!("{mark} {said}").trim())
    };
    (title, fitting(&town.name, text))
}

/// The longest form that fits one message: with the code beside the link, without it, with less
/// and less of the town's name. The link is never cut: it holds the code.
fn fitting(name: &str, text: impl Fn(&str, bool) -> String) -> String {
    let mut best = text(name, true);
    if best.chars().count() > gsm::MESSAGE_CHARS {
        best = text(name, false);
    }
    let mut short: Vec<char> = name.chars().collect();
    while best.chars().count() > gsm::MESSAGE_CHARS && short.len() > 8 {
        short.pop();
        best = text(&format!("{}.", short.iter().collect::<String>()), false);
    }
    best
}

/// What it is about and since when, in plain words.
fn what(words: &Words, call: &Call, now: Instant, zone: &Zone) -> String {
    let since = words.moment_short(call.since_at, now, zone);
    match (call.kind, call.told) {
        (CallKind::Single, _) => words.say("ring-what-single"),
        (CallKind::Weekly, _) | (_, None) => words.say("ring-what-weekly"),
        (_, Some(_)) if call.is_of_the_platform() => {
            let until = words.moment_short(call.opened_at, now, zone);
            let values = [("from", since.into()), ("to", until.into())];
            words.say_with("ring-what-gap", &values)
        }
        (_, Some(kind)) => {
            let values = [("kind", lower(&words.alarm_kind(kind)).into()), ("when", since.into())];
            words.say_with("ring-what", &values)
        }
    }
}

/// With a small first letter, inside a sentence.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests;
