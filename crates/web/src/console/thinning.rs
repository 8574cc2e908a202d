//! Thinning of the vault: what is proposed, the two consents, what lies in the trash.
//!
//! Rule: what is agreed to is what the page showed: the form carries the fingerprint of the plan.

use std::collections::BTreeMap;

use askama::Template;
use beffroi_store::{
    Conn, accounts,
    vault::{
        self, Repository,
        thinnings::{self, Agreement, Thinning},
    },
};
use beffroi_town::{
    AccountId, Role,
    vault::{
        retention::Standing,
        thinning::{Kept, NoConsent, Step},
    },
};
use beffroi_vault::{Rules, VaultError, consent, thinning::offered};
use beffroi_words::Value;

use super::{page, wrong};
use crate::{Refusal, call::Call, fields::Fields, frame::Frame, reply, routes::Answer};

/// How many are shown, those that are over included.
const SHOWN: u32 = 30;
/// How much of a fingerprint people compare.
const PRINT_CHARS: usize = 16;

/// One thinning.
struct Row {
    id: String,
    server: String,
    plan: String,
    state: String,
    class: &'static str,
    facts: Vec<(String, String)>,
    may_agree: bool,
    may_cancel: bool,
    may_undo: bool,
}

#[derive(Template)]
#[template(path = "console/thinning.html")]
struct ThinningPage {
    f: Frame,
    form: Fields,
    rules: Vec<String>,
    due: Vec<String>,
    open: Vec<Row>,
    over: Vec<Row>,
}

/// What is proposed, and what lies in the trash.
pub async fn show(call: Call) -> Answer {
    page(&thinning_page(&call, Fields::default()).await?)
}

/// Somebody agrees.
pub async fn agree(mut call: Call) -> Answer {
    let id = call.params.get("id").cloned().unwrap_or_default();
    let plan = call.form.get("plan").to_owned();
    let caller = call.caller()?;
    let (actor, tenant) = (caller.actor(), caller.scope.tenant().clone());
    let account = caller.account.clone();
    let rules = rules(&call);
    let who = ((&account.tenant, &account.id), rules.wait_ms);
    let by = (&actor, call.at);
    let agreed = consent::agree(&call.doors.store, by, &tenant, (&id, &plan), who).await;
    let f = call.bare_frame(String::new());
    let why = match agreed.map_err(refused)? {
        Agreement::Counts(_) => {
            return Ok(reply::see_other("/console/vault/thinning?done=thinning_agreed"));
        }
        Agreement::Changed => f.t("thinning-changed"),
        Agreement::No(no) => match no {
            NoConsent::Role => f.t("thinning-no-role"),
            NoConsent::Young { until } => f.t1("thinning-no-young", "until", f.full(until)),
            NoConsent::Already => f.t("thinning-no-already"),
            NoConsent::SamePerson => f.t("thinning-no-same"),
        },
    };
    call.form.wrong("plan", why);
    let form = call.form.clone();
    wrong(&thinning_page(&call, form).await?)
}

/// Somebody calls one off.
pub async fn cancel(call: Call) -> Answer {
    let id = call.params.get("id").cloned().unwrap_or_default();
    let caller = call.caller()?;
    let by = (&caller.actor(), call.at);
    let done = consent::cancel(&call.doors.store, by, caller.scope.tenant(), &id).await;
    done.map_err(refused)?;
    Ok(reply::see_other("/console/vault/thinning?done=thinning_cancelled"))
}

/// Somebody has everything put back.
pub async fn undo(call: Call) -> Answer {
    let id = call.params.get("id").cloned().unwrap_or_default();
    let caller = call.caller()?;
    let by = (&caller.actor(), call.at);
    let done = consent::undo(&call.doors.store, by, caller.scope.tenant(), &id).await;
    done.map_err(refused)?;
    Ok(reply::see_other("/console/vault/thinning?done=thinning_undone"))
}

fn refused(error: VaultError) -> Refusal {
    match error {
        VaultError::Store(error) => error.into(),
        _ => Refusal::NotFound,
    }
}

fn rules(call: &Call) -> Rules {
    call.doors.settings.vault.map(|quotas| quotas.rules).unwrap_or_default()
}

async fn thinning_page(call: &Call, form: Fields) -> Result<ThinningPage, Refusal> {
    let facts = call.facts().await?;
    let caller = call.caller()?;
    let (scope, rules) = (&caller.scope, rules(call));
    let f = call.frame(call.words().say("thinning-title"), "vault", &facts);
    let mut conn = call.doors.store.read().await?;
    let repositories = vault::list(&mut conn, scope).await?;
    let people: BTreeMap<AccountId, String> =
        accounts::list(&mut conn, scope).await?.into_iter().map(|one| (one.id, one.name)).collect();
    let (mut open, mut over) = (Vec::new(), Vec::new());
    for one in thinnings::list(&mut conn, scope, SHOWN).await? {
        let Some(of) = repositories.iter().find(|of| of.id == one.repository) else { continue };
        let kept = match one.step {
            Step::Trashed => {
                let moment = (call.at, rules.grace_ms);
                consent::kept(&mut conn, scope.tenant(), &one, moment).await?
            }
            _ => None,
        };
        let row = row(&f, (of, &one), kept, (&people, caller.role()));
        if one.step.is_over() { over.push(row) } else { open.push(row) }
    }
    let due = due(&mut conn, &f, &repositories, &rules).await?;
    drop(conn);
    Ok(ThinningPage { rules: rules_told(&f, &rules), form, due, open, over, f })
}

/// What holds for every thinning.
fn rules_told(f: &Frame, rules: &Rules) -> Vec<String> {
    let count = |number: u32| Value::from(f.words.number(u64::from(number)));
    let keep = [
        ("days", count(rules.retention.days)),
        ("newest", count(rules.retention.newest)),
        ("weeks", count(rules.retention.weeks)),
        ("months", count(rules.retention.months)),
    ];
    vec![
        f.t("thinning-rule-two"),
        f.t1("thinning-rule-wait", "wait", f.words.duration(rules.wait_ms)),
        f.t1("thinning-rule-trash", "grace", f.words.duration(rules.grace_ms)),
        f.words.say_with("thinning-rule-keep", &keep),
    ]
}

/// The servers that have kept some snapshots for longer than the longest that was settled.
async fn due(
    conn: &mut Conn,
    f: &Frame,
    repositories: &[Repository],
    rules: &Rules,
) -> Result<Vec<String>, Refusal> {
    let mut told = Vec::new();
    for one in repositories {
        let all = offered(conn, one, (f.now, &rules.retention)).await?;
        let due = all.iter().filter(|one| one.standing == Standing::Due).count();
        if due > 0 {
            let values =
                [("count", Value::Count(due as u64)), ("server", one.server.as_str().into())];
            told.push(f.words.say_with("thinning-due", &values));
        }
    }
    Ok(told)
}

fn row(
    f: &Frame,
    (repository, one): (&Repository, &Thinning),
    kept: Option<Kept>,
    (people, role): (&BTreeMap<AccountId, String>, Role),
) -> Row {
    let class = match one.step {
        Step::Proposed | Step::Agreed => "part",
        Step::Moving | Step::Undoing | Step::Emptying | Step::Trashed => "unsure",
        Step::Undone | Step::Emptied | Step::Cancelled => "ok",
    };
    let given = match role {
        Role::Operator => one.operator_account.is_some(),
        _ => one.tenant_account.is_some(),
    };
    Row {
        id: one.id.clone(),
        server: repository.server.clone(),
        plan: one.plan_hash.clone(),
        state: f.t(&format!("thinning-step-{}", one.step.code())),
        class,
        facts: told_of(f, one, kept, people),
        may_agree: one.step == Step::Proposed && !given,
        may_cancel: one.step.may_cancel(),
        may_undo: one.step.may_undo(),
    }
}

fn told_of(
    f: &Frame,
    one: &Thinning,
    kept: Option<Kept>,
    people: &BTreeMap<AccountId, String>,
) -> Vec<(String, String)> {
    let (first, last) = one.span.unwrap_or_default();
    let drops = [
        ("count", Value::Count(one.snapshots)),
        ("first", f.full(first).into()),
        ("last", f.full(last).into()),
    ];
    let consent = |account: &Option<AccountId>| match account {
        None => f.t("thinning-awaited"),
        Some(id) => people.get(id).map_or_else(
            || f.t("thinning-given"),
            |name| f.t1("thinning-given-by", "name", name.as_str()),
        ),
    };
    let print: String = one.plan_hash.chars().take(PRINT_CHARS).collect();
    let mut told = vec![
        (f.t("thinning-drops"), f.words.say_with("thinning-drops-value", &drops)),
        (f.t("thinning-frees"), f.words.size(one.bytes)),
        (f.t("thinning-plan"), print),
        (f.t("thinning-proposed-at"), f.full(one.proposed_at)),
    ];
    let consents = [
        ("thinning-by-tenant", &one.tenant_account),
        ("thinning-by-operator", &one.operator_account),
    ];
    // What is over awaits nobody.
    let told_of = consents.iter().filter(|(_, who)| who.is_some() || !one.step.is_over());
    told.extend(told_of.map(|(key, who)| (f.t(key), consent(who))));
    let times = [
        ("thinning-due-at", one.due_at),
        ("thinning-moved-at", one.moved_at),
        ("thinning-over-at", one.over_at),
    ];
    told.extend(times.into_iter().filter_map(|(key, at)| at.map(|at| (f.t(key), f.full(at)))));
    let waits = kept.map(|kept| match kept {
        Kept::Grace { until } => f.t1("thinning-kept-grace", "until", f.full(until)),
        Kept::Unchecked => f.t("thinning-kept-unchecked"),
        Kept::Failed => f.t("thinning-kept-failed"),
    });
    told.extend(waits.map(|waits| (f.t("thinning-kept"), waits)));
    told
}
