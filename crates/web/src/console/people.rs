//! People: who has an account, with which role and which ways in.

use askama::Template;
use beffroi_registry::accounts::{self, Account, AccountsError, FirstCode, NewPerson};
use beffroi_town::{AccountId, Instant, Role};

use super::{page, wrong};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, may::May, reply,
    routes::Answer,
};

struct PersonRow {
    id: AccountId,
    name: String,
    role: String,
    state: String,
    class: &'static str,
    line: String,
    me: bool,
    phone: bool,
    disabled: bool,
    roles: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/people.html")]
struct PeoplePage {
    f: Frame,
    form: Fields,
    rows: Vec<PersonRow>,
    roles: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/person_code.html")]
struct CodePage {
    f: Frame,
    code: String,
    until: Instant,
}

/// The roles that the caller may give: nobody makes an operator but an operator.
fn roles(f: &Frame) -> Vec<Choice> {
    let notes = [
        (Role::Director, "role-note-director"),
        (Role::Technician, "role-note-technician"),
        (Role::Clerk, "role-note-clerk"),
        (Role::Reader, "role-note-reader"),
        (Role::Responder, "role-note-responder"),
        (Role::Operator, "role-note-operator"),
    ];
    let may = notes.iter().filter(|(role, _)| *role != Role::Operator || f.may.operate);
    may.map(|(role, note)| Choice::new(role.code(), f.role(*role)).note(f.t(note))).collect()
}

fn row(f: &Frame, me: &AccountId, one: &Account) -> PersonRow {
    let disabled = one.disabled_at.is_some();
    let (state, class) = match (disabled, one.has_password) {
        (true, _) => ("people-state-disabled", "unsure"),
        (false, false) => ("people-state-pending", "part"),
        (false, true) => ("people-state-active", "ok"),
    };
    let ways = || {
        let phone = if one.has_totp { "people-line-totp" } else { "people-line-no-totp" };
        format!("{}, {}", f.t(phone), f.tn("people-line-codes", one.codes_left))
    };
    PersonRow {
        id: one.id.clone(),
        name: one.name.clone(),
        role: f.role(one.role),
        state: f.t(state),
        class,
        line: if one.has_password && !disabled { ways() } else { String::new() },
        me: one.id == *me,
        phone: one.has_totp,
        disabled,
        roles: roles(f)
            .into_iter()
            .map(|choice| Choice { on: choice.value == one.role.code(), ..choice })
            .collect(),
    }
}

async fn people_page(call: &Call, form: Fields) -> Result<PeoplePage, Refusal> {
    let facts = call.facts().await?;
    let caller = call.caller()?;
    let all = accounts::list(&call.doors.store, &caller.scope).await?;
    let f = call.frame(call.words().say("people-title"), "people", &facts);
    let rows = all.iter().map(|one| row(&f, &caller.account.id, one)).collect();
    Ok(PeoplePage { rows, roles: roles(&f), form, f })
}

/// Everybody.
pub async fn list(call: Call) -> Answer {
    page(&people_page(&call, Fields::default()).await?)
}

/// Adds a person; the first code is shown once.
pub async fn add(mut call: Call) -> Answer {
    let words = call.words();
    let name = call.form.needed(words, "name", "people-name-missing");
    let role = allowed(&call)?;
    if role.is_none() {
        call.form.wrong("role", words.say("form-choose"));
    }
    let Some(role) = role.filter(|_| call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&people_page(&call, form).await?);
    };
    let caller = call.caller()?;
    let (store, actor) = (&call.doors.store, caller.actor());
    let person = NewPerson { name: &name, role };
    match accounts::add(store, &actor, call.at, &caller.scope, &person).await {
        Ok(first) => code_page(&call, &name, first).await,
        Err(error) => {
            let (field, key) = match error {
                AccountsError::NameTaken(_) => ("name", "people-name-taken"),
                AccountsError::NoIncident(_) => ("role", "people-no-incident"),
                error => return Err(error.into()),
            };
            let mut form = call.form.clone();
            form.wrong(field, words.say(key));
            wrong(&people_page(&call, form).await?)
        }
    }
}

/// The role in the form, if the caller may give it.
fn allowed(call: &Call) -> Result<Option<Role>, Refusal> {
    let may = May::of(call.caller()?.role());
    let role = Role::from_code(call.form.get("role"));
    Ok(role.filter(|role| *role != Role::Operator || may.operate))
}

async fn code_page(call: &Call, name: &str, first: FirstCode) -> Answer {
    let facts = call.facts().await?;
    let title = call.words().say_with("people-code-title", &[("name", name.into())]);
    let f = call.frame(title, "people", &facts);
    page(&CodePage { f, code: first.code, until: first.expires_at })
}

/// The account in the path. A person changes others, never itself; only an operator changes an
/// operator.
async fn other(call: &Call) -> Result<Account, Refusal> {
    let id: AccountId = call.id("id")?;
    let caller = call.caller()?;
    let all = accounts::list(&call.doors.store, &caller.scope).await?;
    let found = all.into_iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    let above = found.role == Role::Operator && caller.role() != Role::Operator;
    if above || found.id == caller.account.id {
        return Err(Refusal::Forbidden);
    }
    Ok(found)
}

/// Takes every way in from a person and gives a new first code.
pub async fn new_code(call: Call) -> Answer {
    let other = other(&call).await?;
    let caller = call.caller()?;
    let (store, actor) = (&call.doors.store, caller.actor());
    let first = accounts::reset_codes(store, &actor, call.at, &caller.scope, &other.id).await?;
    code_page(&call, &other.name, first).await
}

/// Gives a person another role.
pub async fn set_role(call: Call) -> Answer {
    let other = other(&call).await?;
    let role = allowed(&call)?.ok_or(Refusal::Forbidden)?;
    let caller = call.caller()?;
    let (store, actor) = (&call.doors.store, caller.actor());
    let what = (&other.id, role);
    match accounts::set_role(store, &actor, call.at, &caller.scope, what).await {
        Ok(()) => Ok(reply::see_other("/console/people?done=role")),
        Err(AccountsError::NoIncident(_)) => {
            let mut form = Fields::default();
            form.wrong("role", call.words().say("people-no-incident"));
            wrong(&people_page(&call, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Keeps a person out.
pub async fn disable(call: Call) -> Answer {
    let other = other(&call).await?;
    let caller = call.caller()?;
    let (store, actor) = (&call.doors.store, caller.actor());
    accounts::disable(store, &actor, call.at, &caller.scope, &other.id).await?;
    Ok(reply::see_other("/console/people?done=disabled"))
}
