//! The counter's keys in the console: made, kept on paper, given to colleagues.

use askama::Template;
use axum::http::StatusCode;
use beffroi_desk::{
    keys::{self, KeysError, RecoverySheet},
    sealing::SealError,
};
use beffroi_store::{accounts, desk as kept, own_keys};
use beffroi_town::{AccountId, procedure::KeyGroup};

use super::{Opening, hand, opening};
use crate::{
    Refusal,
    call::Call,
    console::{page, wrong},
    fields::Fields,
    frame::Frame,
    markup::Choice,
    reply,
    routes::Answer,
};

#[derive(Template)]
#[template(path = "console/desk_sheet.html")]
struct SheetPage {
    f: Frame,
    form: Fields,
    groups: Vec<String>,
    square: String,
    check_code: String,
    who: String,
}

struct Person {
    id: AccountId,
    name: String,
    role: String,
    ready: bool,
    holds: String,
    choices: Vec<Choice>,
    taken: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/desk_keys.html")]
struct KeysPage {
    f: Frame,
    form: Fields,
    opening: Opening,
    people: Vec<Person>,
}

async fn keys_page(call: &Call, form: Fields) -> Result<KeysPage, Refusal> {
    let (facts, opening) = (call.facts().await?, opening(call).await?);
    let caller = call.caller()?;
    let f = call.frame(call.words().say("desk-keys-title"), "desk", &facts);
    let mut conn = call.doors.store.read().await?;
    let grants = kept::grants(&mut conn, &caller.scope).await?;
    let mut people = Vec::new();
    for one in accounts::list(&mut conn, &caller.scope).await? {
        if one.disabled_at.is_some() {
            continue;
        }
        let held: Vec<KeyGroup> = grants
            .iter()
            .filter(|grant| grant.account == one.id)
            .map(|grant| grant.group)
            .collect();
        let choice = |group: KeyGroup| Choice::new(group.code(), f.words.key_group(group));
        let missing = opening.ring.groups().into_iter().filter(|group| !held.contains(group));
        let names: Vec<String> = held.iter().map(|group| f.words.key_group(*group)).collect();
        people.push(Person {
            ready: own_keys::get(&mut conn, &caller.scope, &one.id).await?.is_some(),
            role: f.role(one.role),
            holds: f.list(&names),
            choices: missing.map(choice).collect(),
            taken: held.into_iter().map(choice).collect(),
            name: one.name,
            id: one.id,
        });
    }
    Ok(KeysPage { f, form, opening, people })
}

/// Who holds which key.
pub async fn show(call: Call) -> Answer {
    page(&keys_page(&call, Fields::default()).await?)
}

/// Makes the keys: the page with the recovery sheet is the answer, and is never shown again.
pub async fn make(call: Call) -> Answer {
    let made = match keys::make(&hand(&call)?).await {
        Ok(made) => made,
        Err(KeysError::NoOwnKey) => {
            let mut form = Fields::default();
            form.wrong("make", call.words().say("desk-own-missing"));
            return wrong(&keys_page(&call, form).await?);
        }
        Err(error) => return Err(error.into()),
    };
    Ok(reply::html(StatusCode::OK, sheet(&call, &made)?.render()?))
}

fn sheet(call: &Call, made: &RecoverySheet) -> Result<SheetPage, Refusal> {
    let caller = call.caller()?;
    let groups = made.groups();
    Ok(SheetPage {
        f: call.bare_frame(call.words().say("desk-sheet-title")),
        form: Fields::default(),
        square: beffroi_pages::qr(&groups.concat()),
        groups,
        check_code: made.check_code.clone(),
        who: format!("{} ({})", caller.tenant.name, caller.tenant.id),
    })
}

/// Opens the counter: the check code of the sheet is typed back.
pub async fn prove(call: Call) -> Answer {
    if keys::prove(&hand(&call)?, call.form.get("check")).await? {
        return Ok(reply::see_other("/console/desk/keys?done=desk_opened"));
    }
    let mut form = Fields::default().with("check", call.form.get("check"));
    form.wrong("check", call.words().say("desk-check-wrong"));
    wrong(&keys_page(&call, form).await?)
}

/// Every key back, with the recovery sheet in hand.
pub async fn recover(call: Call) -> Answer {
    let key = match keys::recover(&hand(&call)?, call.form.get("secret")).await {
        Ok(()) => return Ok(reply::see_other("/console/desk/keys?done=desk_recovered")),
        Err(KeysError::Seal(SealError::Identity)) => "desk-recover-slip",
        Err(KeysError::OtherSheet) => "desk-recover-other",
        Err(KeysError::NoOwnKey) => "desk-own-missing",
        Err(error) => return Err(error.into()),
    };
    let mut form = Fields::default();
    form.wrong("secret", call.words().say(key));
    wrong(&keys_page(&call, form).await?)
}

/// The account that the path names, of this tenant.
async fn colleague(call: &Call) -> Result<AccountId, Refusal> {
    let id: AccountId = call.id("id")?;
    let mut conn = call.doors.store.read().await?;
    let found = accounts::get(&mut conn, &call.caller()?.scope, &id).await?;
    found.map(|account| account.id).ok_or(Refusal::NotFound)
}

/// Gives keys to a colleague: that confirms the account.
pub async fn give(call: Call) -> Answer {
    let (to, opening) = (colleague(&call).await?, opening(&call).await?);
    let groups: Vec<KeyGroup> = call.form.all("groups").filter_map(KeyGroup::from_code).collect();
    if groups.is_empty() {
        let mut form = Fields::default();
        form.wrong(&format!("groups-{to}"), call.words().say("form-choose"));
        return wrong(&keys_page(&call, form).await?);
    }
    match keys::give(&hand(&call)?, &opening.ring, (&to, &groups)).await {
        Ok(()) => Ok(reply::see_other("/console/desk/keys?done=desk_given")),
        Err(KeysError::NoOwnKey | KeysError::NotHeld) => Err(Refusal::Stale),
        Err(error) => Err(error.into()),
    }
}

/// Takes a key away.
pub async fn take(call: Call) -> Answer {
    let from = colleague(&call).await?;
    let group = KeyGroup::from_code(call.form.get("group")).ok_or(Refusal::Stale)?;
    keys::take(&hand(&call)?, (&from, group)).await?;
    Ok(reply::see_other("/console/desk/keys?done=desk_taken"))
}
