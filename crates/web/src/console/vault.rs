//! The vault as staff see it: each server, and each one without a vault. What they do here is to
//! show that a recovery sheet is kept.
//!
//! Rule: what nobody knows it says. The platform holds no key: that a backup is clean, or came back,
//! an inspector says, from another host.

mod back;

use askama::Template;
use beffroi_store::{
    Conn, Error, TenantScope, desk,
    vault::{self, Repository, objects},
};
use beffroi_town::{
    Alarm, Asset, Instant, TownFacts,
    vault::{
        hundredths,
        verdict::{Reason, ReasonCode, Received, Verdict},
        volume::Oddity,
        wants_vault,
    },
};
use beffroi_vault::{
    VaultError, repositories,
    standing::Standing,
    watch::{self, Heard},
};
use beffroi_words::Value;

use super::{page, wrong};
use crate::{
    Refusal, VaultQuotas, call::Call, fields::Fields, frame::Frame, markup::Choice, reply,
    routes::Answer,
};
pub use back::{judge, order, show as back};

/// One server with a repository.
struct KeptRow {
    id: String,
    name: String,
    state: String,
    class: &'static str,
    facts: Vec<(String, String)>,
    /// Whether anything could come back.
    ever: bool,
}

#[derive(Template)]
#[template(path = "console/vault.html")]
struct VaultPage {
    f: Frame,
    code: String,
    is_there: bool,
    rows: Vec<KeptRow>,
    used: Option<String>,
    without: Vec<String>,
    /// What to type on a server whose password is not sealed for the town's recovery sheet.
    seal_with: Option<String>,
    form: Fields,
    /// Servers with a sheet whose code can be typed back.
    sheets: Vec<Choice>,
}

/// What is known of one repository.
struct Kept {
    repository: Repository,
    used: objects::Use,
    damaged: u32,
    heard: Heard,
    standing: Standing,
}

impl Kept {
    async fn read(
        conn: &mut Conn,
        scope: &TenantScope,
        (one, now): (&Repository, Instant),
    ) -> Result<Self, Refusal> {
        Ok(Self {
            standing: Standing::read(conn, scope, one, now).await?,
            used: objects::used(conn, scope, &one.id).await?,
            damaged: objects::damages(conn, scope, &one.id).await?,
            heard: watch::heard(conn, scope, one).await?,
            repository: one.clone(),
        })
    }

    fn state(&self, f: &Frame) -> (&'static str, &'static str) {
        let doubt = self.standing.doubt().and_then(|one| one.verdict);
        if self.damaged > 0 {
            ("vault-state-damaged", "bad")
        } else if doubt == Some(Verdict::Bad) {
            ("vault-state-bad", "bad")
        } else if doubt == Some(Verdict::Suspect) {
            ("vault-state-suspect", "bad")
        } else if !self.heard.is_open {
            ("vault-state-closed", "unsure")
        } else if self.heard.silence(f.now).is_some() {
            ("vault-state-silent", "bad")
        } else if self.heard.last.is_none() {
            ("vault-state-never", "unsure")
        } else if self.standing.last_clean().is_some() {
            ("vault-state-clean", "ok")
        } else {
            ("vault-state-kept", "ok")
        }
    }
}

/// The vault.
pub async fn show(call: Call) -> Answer {
    page(&vault_page(&call, Fields::default()).await?)
}

/// Somebody copies the check code of a server's recovery sheet.
pub async fn prove(mut call: Call) -> Answer {
    let (server, code) = (call.form.get("server").to_owned(), call.form.get("code").to_owned());
    let caller = call.caller()?;
    let (actor, tenant) = (caller.actor(), caller.scope.tenant().clone());
    let by = (&actor, call.at);
    match repositories::prove(&call.doors.store, by, &tenant, &server, &code).await {
        Ok(()) => return Ok(reply::see_other("/console/vault?done=sheet")),
        Err(VaultError::Store(error))
            if !matches!(error, Error::Refused { .. } | Error::Absent { .. }) =>
        {
            return Err(error.into());
        }
        // No code, another's, or a server without a sheet: the same to whoever typed it.
        Err(_) => {}
    }
    let told = call.words().say("vault-sheet-wrong");
    call.form.wrong("code", told);
    let form = call.form.clone();
    wrong(&vault_page(&call, form).await?)
}

async fn vault_page(call: &Call, form: Fields) -> Result<VaultPage, Refusal> {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let quotas = call.doors.settings.vault;
    let f = call.frame(call.words().say("vault-title"), "vault", &facts);
    let mut conn = call.doors.store.read().await?;
    let mut all = Vec::new();
    for one in vault::list(&mut conn, scope).await? {
        all.push(Kept::read(&mut conn, scope, (&one, f.now)).await?);
    }
    let counter = desk::get(&mut conn, scope).await?;
    // A sheet that nobody has shown to be kept may be lost already.
    let recovery = counter.filter(|one| one.proven_at.is_some()).map(|counter| counter.recovery);
    drop(conn);
    // What wants somebody comes first; among equals, by name.
    all.sort_by_key(|one| match one.state(&f).1 {
        "bad" => 0,
        "ok" => 2,
        _ => 1,
    });
    let bytes = all.iter().map(|one| one.used.bytes).sum();
    let used = quotas.filter(|_| !all.is_empty()).map(|quotas| {
        let own = all.first().and_then(|one| one.repository.tenant_quota_bytes);
        let whole = own.unwrap_or(quotas.tenant_bytes);
        f.words.say_with("vault-all-used", &used_of(&f, bytes, whole))
    });
    let with_sheet = all.iter().filter(|one| one.repository.sheet.is_some());
    let sheets = with_sheet.map(|one| Choice::new(&one.repository.server, &one.repository.server));
    let unsealed = all.iter().any(|one| one.repository.sealed_for != recovery);
    let seal_with = recovery.clone().filter(|_| unsealed);
    Ok(VaultPage {
        sheets: sheets.collect(),
        form,
        code: facts.tenant.id.to_string(),
        is_there: quotas.is_some() || !all.is_empty(),
        rows: all.iter().map(|one| row(&f, &facts, quotas, (one, recovery.as_deref()))).collect(),
        seal_with,
        without: without(&facts, &all),
        used,
        f,
    })
}

fn used_of(f: &Frame, used: u64, quota: u64) -> [(&'static str, Value<'static>); 3] {
    [
        ("used", f.words.size(used).into()),
        ("quota", f.words.size(quota).into()),
        ("part", f.words.number(hundredths(used, quota)).into()),
    ]
}

fn row(
    f: &Frame,
    facts: &TownFacts,
    quotas: Option<VaultQuotas>,
    (one, recovery): (&Kept, Option<&str>),
) -> KeptRow {
    let repository = &one.repository;
    let place = facts.assets.iter().find(|asset| Some(&asset.id) == repository.asset.as_ref());
    let name = place.map_or_else(
        || repository.server.clone(),
        |asset| format!("{} ({})", asset.name, repository.server),
    );
    let (state, class) = one.state(f);
    let last = one.heard.last.map_or_else(
        || f.t("vault-never"),
        |at| {
            let values = [("when", f.full(at).into()), ("ago", f.ago(at).into())];
            f.words.say_with("vault-last-value", &values)
        },
    );
    let quota = repository.quota_bytes.or(quotas.map(|quotas| quotas.server_bytes));
    let size = quota.map_or_else(
        || f.words.size(one.used.bytes),
        |quota| f.words.say_with("vault-size-value", &used_of(f, one.used.bytes, quota)),
    );
    let mut told = vec![(f.t("vault-last"), last), (f.t("vault-clean"), clean(f, &one.standing))];
    told.extend(one.standing.doubt().map(|doubt| (f.t("vault-doubt"), doubted(f, doubt))));
    told.extend([
        (f.t("vault-proven"), proven(f, &one.standing)),
        (f.t("vault-sheet"), sheet(f, repository)),
    ]);
    if recovery.is_some() {
        let sealed = repository.sealed_for.as_deref() == recovery;
        let key = if sealed { "vault-sealed-yes" } else { "vault-sealed-no" };
        told.push((f.t("vault-sealed"), f.t(key)));
    }
    told.extend([(f.t("vault-size"), size), (f.t("vault-time-back"), time_back(f, &one.standing))]);
    let odd = match one.standing.volume {
        Oddity::Usual => None,
        Oddity::Unusual => Some("vault-volume-unusual"),
        Oddity::Gross => Some("vault-volume-gross"),
    };
    told.extend(odd.map(|key| (f.t("vault-volume"), f.t(key))));
    if one.damaged > 0 {
        let values = [
            ("count", Value::Count(u64::from(one.damaged))),
            ("code", facts.tenant.id.as_str().into()),
        ];
        told.push((f.t("vault-damages"), f.words.say_with("vault-damages-value", &values)));
    }
    let alarms = facts.open_alarms.iter().filter(|alarm| is_about(alarm, repository)).count();
    if alarms > 0 {
        told.push((f.t("vault-alarms"), f.words.number(alarms as u64)));
    }
    let (id, ever) = (repository.id.to_string(), one.heard.last.is_some());
    KeptRow { id, name, state: f.t(state), class, facts: told, ever }
}

/// When something was, and how long ago.
fn when(f: &Frame, at: Instant) -> [(&'static str, Value<'static>); 2] {
    [("when", f.full(at).into()), ("ago", f.ago(at).into())]
}

/// Which backup is the last clean one.
fn clean(f: &Frame, standing: &Standing) -> String {
    match standing.last_clean() {
        Some(one) => f.words.say_with("vault-clean-value", &when(f, one.received_at)),
        None if standing.is_inspected() => f.t("vault-clean-none"),
        None => f.t("vault-clean-not"),
    }
}

/// What is wrong with a backup, and why.
fn doubted(f: &Frame, one: &Received) -> String {
    let key = match one.verdict {
        Some(Verdict::Bad) => "vault-doubt-bad",
        _ => "vault-doubt-suspect",
    };
    let reasons: Vec<String> = one.reasons.iter().filter_map(|one| reason(f, one)).collect();
    let told = f.words.say_with(key, &when(f, one.received_at));
    if reasons.is_empty() { told } else { format!("{told} {}", reasons.join(" ")) }
}

/// One reason in words; figures that say nothing by themselves are left out.
fn reason(f: &Frame, one: &Reason) -> Option<String> {
    let told = match one.code {
        ReasonCode::Turned => "vault-reason-turned",
        ReasonCode::TurnedLately => "vault-reason-turned-lately",
        ReasonCode::GoneForNoise => "vault-reason-gone-for-noise",
        ReasonCode::Renamed => "vault-reason-renamed",
        ReasonCode::Gone => "vault-reason-gone",
        ReasonCode::Emptied => "vault-reason-emptied",
        ReasonCode::Unreadable => "vault-reason-unreadable",
        ReasonCode::Missing => "vault-reason-missing",
        ReasonCode::NotRestored => "vault-reason-not-restored",
        ReasonCode::First => "vault-reason-first",
        ReasonCode::Files
        | ReasonCode::Replaced
        | ReasonCode::Compared
        | ReasonCode::Compressed
        | ReasonCode::CompressedBefore => return None,
    };
    Some(f.tn(told, usize::try_from(one.count).unwrap_or(usize::MAX)))
}

/// Which test restore was the last.
fn proven(f: &Frame, standing: &Standing) -> String {
    let Some(one) = &standing.proven else { return f.t("vault-proven-not") };
    let key = if standing.proof_is_old(f.now) { "vault-proven-old" } else { "vault-proven-value" };
    let mut values = when(f, one.proven_at).to_vec();
    values.push(("count", Value::Count(one.proof.files)));
    f.words.say_with(key, &values)
}

/// How long everything would take, at the speed that was measured.
fn time_back(f: &Frame, standing: &Standing) -> String {
    let measured = standing.proven.as_ref().and_then(|one| {
        let ms = i64::try_from(one.proof.time_for_all_ms()?).ok()?;
        Some((ms, one.proof.whole_bytes))
    });
    let Some((ms, bytes)) = measured else { return f.t("vault-time-unknown") };
    let values = [
        // Less than a minute is not to be promised.
        ("time", f.words.duration(ms.max(60_000)).into()),
        ("size", f.words.size(bytes).into()),
    ];
    f.words.say_with("vault-time-value", &values)
}

/// What is known of the recovery sheet.
fn sheet(f: &Frame, repository: &Repository) -> String {
    let when = |at| [("when", f.full(at).into()), ("ago", f.ago(at).into())];
    match &repository.sheet {
        None => f.t("vault-sheet-none"),
        Some(sheet) => match sheet.proven_at {
            None => f.t1("vault-sheet-printed", "when", f.full(sheet.printed_at)),
            Some(at) => f.words.say_with("vault-sheet-proven", &when(at)),
        },
    }
}

fn is_about(alarm: &Alarm, repository: &Repository) -> bool {
    let about = alarm.detail.get("repository").and_then(serde_json::Value::as_str);
    about == Some(repository.id.as_str())
}

/// Servers of the town that no repository is for.
fn without(facts: &TownFacts, all: &[Kept]) -> Vec<String> {
    let kept = |asset: &Asset| {
        let open = all.iter().filter(|one| one.heard.is_open || one.heard.last.is_some());
        open.filter_map(|one| one.repository.asset.as_ref()).any(|id| *id == asset.id)
    };
    let own = facts.assets.iter().filter(|asset| asset.owner == facts.tenant.id);
    own.filter(|asset| wants_vault(asset.kind) && !kept(asset))
        .map(|asset| asset.name.clone())
        .collect()
}

/// What an alarm of the vault is about: names and values.
pub(super) fn told(f: &Frame, alarm: &Alarm) -> Vec<(String, String)> {
    let text = |name: &str| alarm.detail.get(name).and_then(serde_json::Value::as_str);
    let number = |name: &str| alarm.detail.get(name).and_then(serde_json::Value::as_u64);
    if !alarm.kind.code().starts_with("vault_") {
        return Vec::new();
    }
    let mut all = Vec::new();
    all.extend(text("server").map(|server| (f.t("alarm-vault-server"), server.to_owned())));
    let known = [
        "delete",
        "config",
        "key",
        "sheet",
        "locks",
        "server",
        "tenant",
        "disk",
        "verdict",
        "inspector",
        "thinning",
        "check",
        "keeper",
    ];
    let what = text("what").filter(|what| known.contains(what));
    all.extend(
        what.map(|what| (f.t("alarm-vault-what"), f.t(&format!("alarm-vault-what-{what}")))),
    );
    let step = text("step").map(|step| f.t(&format!("alarm-thinning-step-{step}")));
    all.extend(step.map(|step| (f.t("alarm-thinning-step"), step)));
    if alarm.detail.get("healed").is_some() {
        all.push((f.t("alarm-vault-what"), f.t("alarm-vault-healed")));
    }
    all.extend(text("credential").map(|id| (f.t("alarm-vault-credential"), id.to_owned())));
    let short = text("snapshot").and_then(|name| name.get(..8));
    all.extend(short.map(|name| (f.t("alarm-vault-snapshot"), name.to_owned())));
    let reasons = ReasonCode::ALL
        .iter()
        .filter_map(|code| reason(f, &Reason { code: *code, count: number(code.code())? }));
    let reasons: Vec<String> = reasons.collect();
    if !reasons.is_empty() {
        all.push((f.t("alarm-vault-reasons"), reasons.join(" ")));
    }
    let part = number("hundredths").map(|part| f.t1("vault-part", "part", f.words.number(part)));
    all.extend(part.map(|part| (f.t("alarm-vault-part"), part)));
    for (name, key) in [("damaged", "alarm-vault-damaged"), ("missing", "alarm-vault-missing")] {
        all.extend(number(name).map(|many| (f.t(key), f.words.number(many))));
    }
    all
}
