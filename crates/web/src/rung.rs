//! Calls in words: who was rung, who answered, or that nobody was reached.
//!
//! Rule: somebody on another tenant's list is 'the operator's people', without a name.

use std::collections::BTreeMap;

use beffroi_store::{
    Conn, OperatorScope, Result, TenantScope, accounts,
    calls::{self, tries},
    oncall,
};
use beffroi_town::{
    Actor, ContactId, Instant,
    oncall::{Call, CallKind, CallState, Outcome, Try, line::Listed},
};
use beffroi_words::{Words, Zone};

/// The people that a tenant's calls may name.
pub(crate) struct People {
    contacts: BTreeMap<String, String>,
    accounts: BTreeMap<String, String>,
    operators: Vec<ContactId>,
}

impl People {
    /// Those of one tenant.
    pub(crate) async fn of(conn: &mut Conn, scope: &TenantScope) -> Result<Self> {
        let own = oncall::list(conn, scope).await?;
        let staff = accounts::list(conn, scope).await?;
        let others = oncall::operators(conn, &OperatorScope::for_operator()).await?;
        let others = others.into_iter().filter(|one| one.tenant != *scope.tenant());
        Ok(Self {
            contacts: own.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
            accounts: staff.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
            operators: others.map(|one| one.id).collect(),
        })
    }

    /// The name of a contact.
    pub(crate) fn contact(&self, words: &Words, id: &ContactId) -> String {
        let known = self.contacts.get(id.as_str()).cloned();
        known.unwrap_or_else(|| {
            let key =
                if self.operators.contains(id) { "rung-by-operator" } else { "rung-by-former" };
            words.say(key)
        })
    }

    /// Who answered.
    pub(crate) fn who(&self, words: &Words, actor: &Actor) -> String {
        match actor {
            Actor::Contact(id) => self.contact(words, id),
            Actor::Account(id) => {
                let known = self.accounts.get(id.as_str()).cloned();
                known.unwrap_or_else(|| words.say("rung-by-operator"))
            }
            _ => words.say("journal-by-command"),
        }
    }
}

/// A call with its messages.
pub(crate) struct Rung {
    pub(crate) call: Call,
    pub(crate) tries: Vec<Try>,
}

impl Rung {
    /// The messages of a call of this tenant.
    pub(crate) async fn of(conn: &mut Conn, scope: &TenantScope, call: Call) -> Result<Self> {
        let tries = tries::list(conn, scope, &call.id).await?;
        Ok(Self { call, tries })
    }
}

/// What a call is about: `Des fichiers disparaissent`, or which test.
pub(crate) fn about(words: &Words, call: &Call) -> String {
    match (call.kind, call.told) {
        (CallKind::Alarm, Some(kind)) if call.simulated => {
            words.say_with("rung-simulated", &[("what", words.alarm_kind(kind).into())])
        }
        (CallKind::Alarm, Some(kind)) => words.alarm_kind(kind),
        (CallKind::Weekly, _) | (CallKind::Alarm, None) => words.say("rung-weekly"),
        (CallKind::Single, _) => words.say("rung-single"),
    }
}

/// Where a call stands, in one sentence, and its shape.
pub(crate) fn state(
    words: &Words,
    people: &People,
    rung: &Rung,
    (now, zone): (Instant, &Zone),
) -> (String, &'static str) {
    let call = &rung.call;
    let clock = |at: Instant| words.moment_short(at, now, zone);
    if let Some(said) = &call.acknowledged {
        let values =
            [("name", people.who(words, &said.by).into()), ("when", clock(said.at).into())];
        return (words.say_with("rung-answered", &values), "ok");
    }
    if call.state == CallState::NobodyReached {
        return (words.say("rung-nobody"), "bad");
    }
    let last = rung.tries.iter().rfind(|one| one.round == call.round);
    let Some(last) = last else { return (words.say("rung-quiet"), "unsure") };
    let name = people.contact(words, &last.contact);
    let key = match last.outcome {
        Outcome::Receipt { .. } => "rung-waiting",
        Outcome::Pending | Outcome::Failed { .. } => "rung-ringing",
    };
    let values = [("name", name.into()), ("when", clock(last.rung_at).into())];
    (words.say_with(key, &values), "unsure")
}

/// One message in words.
pub(crate) struct TryRow {
    pub(crate) what: String,
    pub(crate) when: String,
    pub(crate) outcome: String,
    pub(crate) class: &'static str,
}

/// The messages of a call, in the order they were sent.
pub(crate) fn chain(
    words: &Words,
    people: &People,
    rung: &Rung,
    (now, zone): (Instant, &Zone),
) -> Vec<TryRow> {
    let row = |one: &Try| {
        let (outcome, class) = match &one.outcome {
            Outcome::Pending => (words.say("rung-try-pending"), "unsure"),
            Outcome::Receipt { at } => {
                let when = words.moment_short(*at, now, zone);
                (words.say_with("rung-try-receipt", &[("when", when.into())]), "part")
            }
            Outcome::Failed { code, .. } => (failure(words, code), "bad"),
        };
        let values = [
            ("name", people.contact(words, &one.contact).into()),
            ("channel", (&one.channel).into()),
        ];
        TryRow {
            what: words.say_with("rung-try", &values),
            when: words.moment_short(one.rung_at, now, zone),
            outcome,
            class,
        }
    };
    rung.tries.iter().map(row).collect()
}

/// Why a message did not go out.
fn failure(words: &Words, code: &str) -> String {
    let known = words.try_say_with(&format!("rung-failure-{code}"), &[]);
    known.unwrap_or_else(|| words.say_with("rung-failure-other", &[("code", code.into())]))
}

/// The tenant's own people and the operator's, each with the hour on the tenant's clock, as a
/// list is shown. Calls reckon with each contact's own town.
pub(crate) async fn listed(
    conn: &mut Conn,
    scope: &TenantScope,
    (now, zone): (Instant, &Zone),
) -> Result<Vec<Listed>> {
    let own = oncall::list(conn, scope).await?;
    let others = oncall::operators(conn, &OperatorScope::for_operator()).await?;
    let others = others.into_iter().filter(|one| one.tenant != *scope.tenant());
    let local = zone.local(now);
    let one = |contact: beffroi_town::oncall::Contact| Listed {
        local,
        own: contact.tenant == *scope.tenant(),
        contact,
    };
    Ok(own.into_iter().chain(others).map(one).collect())
}

/// The calls that matter now: those that nobody answered, else the newest one about an alarm that
/// was answered within the day.
pub(crate) async fn current(
    conn: &mut Conn,
    scope: &TenantScope,
    now: Instant,
) -> Result<Vec<Rung>> {
    const DAY_MS: i64 = 24 * 3_600_000;
    let mut found = calls::unanswered(conn, scope).await?;
    // A test that ran out of people is told with the list, not as a call.
    found.retain(|call| !(call.is_test() && call.state == CallState::NobodyReached));
    if found.is_empty() {
        let newest = calls::newest(conn, scope).await?;
        found.extend(newest.filter(|call| now.ms_since(call.state_at) < DAY_MS));
    }
    let mut all = Vec::new();
    for call in found {
        all.push(Rung::of(conn, scope, call).await?);
    }
    Ok(all)
}
