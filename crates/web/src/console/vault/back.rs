//! What would come back if a server were lost now: which backup, how old, how much, how long, and
//! what to type. And the last word on a backup, which is a person's.
//!
//! Rule: only a backup that is said to be clean is proposed. Where there is none the page says so,
//! and what a person has to look at instead.

use askama::Template;
use axum::http::StatusCode;
use beffroi_store::{
    folders,
    vault::{self, Repository},
};
use beffroi_town::{
    RepositoryId,
    folder::in_order,
    vault::verdict::{Received, Verdict},
};
use beffroi_vault::{VaultError, repositories, standing::Standing};

use super::{super::page, super::wrong, doubted, proven, time_back, when};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

/// How many backups a person can choose from: the newest.
const CHOICES: usize = 30;

#[derive(Template)]
#[template(path = "console/vault_back.html")]
struct BackPage {
    f: Frame,
    state: String,
    class: &'static str,
    lede: String,
    facts: Vec<(String, String)>,
    /// What to type, with what each line is for.
    commands: Vec<(String, String)>,
    id: RepositoryId,
    form: Fields,
    /// Backups that a person can say something of.
    received: Vec<Choice>,
    verdicts: Vec<Choice>,
    /// The server whose folders come back in their order, if anything is said of them.
    ordered: bool,
}

/// What would come back.
pub async fn show(call: Call) -> Answer {
    let one = repository(&call).await?;
    page(&back_page(&call, &one, Fields::default()).await?)
}

/// A person says what is to be thought of a backup.
pub async fn judge(mut call: Call) -> Answer {
    let one = repository(&call).await?;
    let caller = call.caller()?;
    let (actor, snapshot) = (caller.actor(), call.form.get("snapshot").to_owned());
    if let Some(verdict) = Verdict::from_code(call.form.get("verdict")) {
        let (by, whose) = ((&actor, call.at), (&one.tenant, one.server.as_str()));
        match repositories::judge(&call.doors.store, by, whose, &snapshot, verdict).await {
            Ok(_) => {
                let back = format!("/console/vault/{}/back?done=judged", one.id);
                return Ok(reply::see_other(&back));
            }
            // No such backup: the form says so.
            Err(VaultError::Store(beffroi_store::Error::Absent { .. })) => {}
            Err(VaultError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(Refusal::NotFound),
        }
    }
    let told = call.words().say("vault-judge-wrong");
    call.form.wrong("snapshot", told);
    let form = call.form.clone();
    wrong(&back_page(&call, &one, form).await?)
}

/// The folders of its server, one a line, in the order in which the public services want them back:
/// what `beffroi vault restore --order` reads.
pub async fn order(call: Call) -> Answer {
    let one = repository(&call).await?;
    let facts = call.facts().await?;
    let known = folders::list(&mut call.doors.store.read().await?, &call.caller()?.scope).await?;
    let ordered = one.asset.as_ref().map(|server| in_order(&facts, &known, server));
    let paths = ordered.iter().flatten().map(|(folder, _)| format!("{}\n", folder.path));
    let body = paths.collect::<String>();
    Ok(reply::body(StatusCode::OK, "text/plain; charset=utf-8", body))
}

/// The repository that the path names, if it is this town's.
async fn repository(call: &Call) -> Result<Repository, Refusal> {
    let id: RepositoryId = call.id("id")?;
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let all = vault::list(&mut conn, scope).await?;
    all.into_iter().find(|one| one.id == id).ok_or(Refusal::NotFound)
}

async fn back_page(call: &Call, one: &Repository, form: Fields) -> Result<BackPage, Refusal> {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let title =
        call.words().say_with("vault-back-title", &[("server", one.server.as_str().into())]);
    let f = call.frame(title, "vault", &facts);
    let standing = Standing::read(&mut conn, scope, one, f.now).await?;
    let known = folders::list(&mut conn, scope).await?;
    drop(conn);
    let ordered = known.iter().any(|folder| Some(&folder.server) == one.asset.as_ref());
    let (state, class) = match standing.last_clean() {
        Some(_) => ("vault-back-ready", "ok"),
        None => ("vault-back-unready", "bad"),
    };
    Ok(BackPage {
        id: one.id.clone(),
        form,
        received: standing.received.iter().take(CHOICES).map(|one| choice(&f, one)).collect(),
        // What is chosen unless somebody chooses must not be what lifts a doubt.
        verdicts: Verdict::ALL
            .iter()
            .rev()
            .map(|one| Choice::new(one.code(), said(&f, Some(*one))))
            .collect(),
        state: f.t(state),
        class,
        lede: lede(&f, &standing),
        facts: told(&f, &standing),
        commands: commands(&f, &standing, ordered),
        ordered,
        f,
    })
}

/// What is said of a backup, in a word.
fn said(f: &Frame, verdict: Option<Verdict>) -> String {
    f.t(match verdict {
        None => "vault-verdict-none",
        Some(Verdict::Clean) => "vault-verdict-clean",
        Some(Verdict::Suspect) => "vault-verdict-suspect",
        Some(Verdict::Bad) => "vault-verdict-bad",
    })
}

fn choice(f: &Frame, one: &Received) -> Choice {
    let (at, said) = (f.short(one.received_at), said(f, one.verdict));
    Choice::new(&one.snapshot, format!("{at}, {}, {said}", short(one)))
}

fn lede(f: &Frame, standing: &Standing) -> String {
    match standing.last_clean() {
        Some(clean) => f.words.say_with("vault-back-clean", &when(f, clean.received_at)),
        None if standing.received.is_empty() => f.t("vault-back-nothing"),
        None if standing.is_inspected() => f.t("vault-back-none-clean"),
        None => f.t("vault-back-not-judged"),
    }
}

fn told(f: &Frame, standing: &Standing) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if let Some(clean) = standing.last_clean() {
        all.push((f.t("vault-back-snapshot"), short(clean)));
        let lost = f.words.duration(f.now.ms_since(clean.received_at));
        all.push((f.t("vault-back-lost"), f.t1("vault-back-lost-value", "time", lost)));
    }
    if let Some(doubt) = standing.doubt() {
        all.push((f.t("vault-doubt"), doubted(f, doubt)));
    }
    let newer = standing.received.iter().take_while(|one| one.verdict.is_none()).count();
    if newer > 0 && standing.is_inspected() {
        all.push((f.t("vault-back-newer"), f.tn("vault-back-newer-value", newer)));
    }
    all.push((f.t("vault-proven"), proven(f, standing)));
    all.push((f.t("vault-time-back"), time_back(f, standing)));
    all
}

fn commands(f: &Frame, standing: &Standing, ordered: bool) -> Vec<(String, String)> {
    let Some(clean) = standing.last_clean() else {
        let before = "beffroi vault restore --before 'YYYY-MM-DD HH:MM' --target / --plan";
        return vec![
            (f.t("vault-back-judge"), "beffroi vault inspect".to_owned()),
            (f.t("vault-back-before"), before.to_owned()),
        ];
    };
    let name = short(clean);
    let order = if ordered { " --order order.txt" } else { "" };
    let mut all = Vec::new();
    if let Some(doubt) = standing.doubt() {
        let between = format!(
            "beffroi vault restore --between {name} {} --target /{order} --plan",
            short(doubt)
        );
        all.push((f.t("vault-back-between"), between));
    }
    let plan = format!("beffroi vault restore --snapshot {name} --target /{order} --plan");
    all.push((f.t("vault-back-plan"), plan));
    all.push((
        f.t("vault-back-all"),
        format!("beffroi vault restore --snapshot {name} --target /mnt/back{order}"),
    ));
    all.push((
        f.t("vault-back-restic"),
        format!("restic --repository-file address --password-file password restore {name} --no-lock --target /mnt/back"),
    ));
    all
}

/// The beginning of a name: as much as restic and people need.
fn short(one: &Received) -> String {
    one.snapshot.chars().take(8).collect()
}
