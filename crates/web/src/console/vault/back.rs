//! What would come back if a server were lost now: which backup, how old, how much, how long, and
//! what to type.
//!
//! Rule: only a backup that is said to be clean is proposed. Where there is none the page says so,
//! and what a person has to look at instead.

use askama::Template;
use beffroi_store::vault;
use beffroi_town::{RepositoryId, vault::verdict::Received};
use beffroi_vault::standing::Standing;

use super::{super::page, doubted, proven, time_back, when};
use crate::{Refusal, call::Call, frame::Frame, routes::Answer};

#[derive(Template)]
#[template(path = "console/vault_back.html")]
struct BackPage {
    f: Frame,
    lede: String,
    class: &'static str,
    facts: Vec<(String, String)>,
    /// What to type, with what each line is for.
    commands: Vec<(String, String)>,
}

/// What would come back.
pub async fn show(call: Call) -> Answer {
    let id: RepositoryId = call.id("id")?;
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let mut conn = call.doors.store.read().await?;
    let all = vault::list(&mut conn, scope).await?;
    let one = all.into_iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    let title =
        call.words().say_with("vault-back-title", &[("server", one.server.as_str().into())]);
    let f = call.frame(title, "vault", &facts);
    let standing = Standing::read(&mut conn, scope, &one, f.now).await?;
    drop(conn);
    page(&BackPage {
        lede: lede(&f, &standing),
        class: if standing.last_clean().is_some() { "ok" } else { "bad" },
        facts: told(&f, &standing),
        commands: commands(&f, &standing),
        f,
    })
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
    if newer > 0 {
        all.push((f.t("vault-back-newer"), f.tn("vault-back-newer-value", newer)));
    }
    all.push((f.t("vault-proven"), proven(f, standing)));
    all.push((f.t("vault-time-back"), time_back(f, standing)));
    all
}

fn commands(f: &Frame, standing: &Standing) -> Vec<(String, String)> {
    let Some(clean) = standing.last_clean() else {
        return vec![(f.t("vault-back-judge"), "beffroi vault inspect".to_owned())];
    };
    let name = short(clean);
    let mut all = Vec::new();
    if let Some(doubt) = standing.doubt() {
        let between =
            format!("beffroi vault restore --between {name} {} --target / --plan", short(doubt));
        all.push((f.t("vault-back-between"), between));
    }
    let plan = format!("beffroi vault restore --snapshot {name} --target / --plan");
    all.push((f.t("vault-back-plan"), plan));
    all.push((
        f.t("vault-back-all"),
        format!("beffroi vault restore --snapshot {name} --target /mnt/back"),
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
