//! The rule of cutting: what is cut when two guards see an attack and nobody is there.

use askama::Template;
use beffroi_crisis::cut_rules;
use beffroi_town::{
    Asset, AssetId, CutRule, TownFacts,
    cut_rule::{Next, PAUSES, by_itself},
};

use super::{assets::means_in_words, page, wrong};
use crate::{
    Refusal, call::Call, fields::Fields, frame::Frame, markup::Choice, reply, routes::Answer,
};

/// Minutes between two cuts, unless the town says otherwise.
const PAUSE: u32 = 5;

#[derive(Template)]
#[template(path = "console/rule.html")]
struct RulePage {
    f: Frame,
    form: Fields,
    state: String,
    class: &'static str,
    lines: Vec<String>,
    named: Vec<String>,
    signed: bool,
    choices: Vec<Choice>,
    firsts: Vec<Choice>,
    pauses: Vec<Choice>,
}

/// What a rule of this town may name: its own, and cut without a hand.
fn cuttable(facts: &TownFacts) -> impl Iterator<Item = &Asset> {
    let own = facts.assets.iter().filter(|asset| asset.owner == facts.tenant.id);
    own.filter(|asset| asset.cut_means.as_ref().is_some_and(by_itself))
}

fn prefilled(rule: Option<&CutRule>) -> Fields {
    let pause = rule.map_or(PAUSE, |rule| rule.pause_minutes);
    let form = Fields::default().with("pause", pause.to_string());
    let named = rule.iter().flat_map(|rule| &rule.assets);
    let form = named.fold(form, |form, asset| form.with("asset", asset.to_string()));
    let first = rule.and_then(|rule| rule.assets.first());
    form.with("first", first.map(ToString::to_string).unwrap_or_default())
}

async fn rule_page(call: &Call, again: Option<Fields>) -> Result<RulePage, Refusal> {
    let facts = call.facts().await?;
    let scope = &call.caller()?.scope;
    let asked = cut_rules::asked(&call.doors.store, scope, call.at).await?;
    let f = call.frame(call.words().say("rule-title"), "prepare", &facts);
    let (rule, next) = asked.unzip();
    let name = |id: &AssetId| {
        facts.assets.iter().find(|asset| asset.id == *id).map(|asset| asset.name.clone())
    };
    let (state, class) =
        if rule.is_some() { ("rule-signed", "ok") } else { ("rule-none", "unsure") };
    let mut lines = Vec::new();
    if let Some(rule) = &rule {
        lines.push(f.t1("rule-since", "at", f.full(rule.signed_at)));
        lines.push(f.tn("rule-pause-line", rule.pause_minutes));
        if let Some(at) = rule.cut_at {
            lines.push(f.t1("rule-cut-at", "at", f.full(at)));
        }
        if let Some(Next::Wait(until)) = next {
            lines.push(f.t1("rule-next-at", "at", f.full(until)));
        }
    }
    let choice = |asset: &Asset| {
        let means = asset.cut_means.as_ref().map(|means| means_in_words(&f, means));
        Choice::new(asset.id.to_string(), asset.name.clone()).note(means.unwrap_or_default())
    };
    let choices: Vec<Choice> = cuttable(&facts).map(choice).collect();
    let any = std::iter::once(Choice::new("", f.t("rule-first-any")));
    Ok(RulePage {
        state: f.t(state),
        class,
        lines,
        named: rule.iter().flat_map(|rule| &rule.assets).filter_map(name).collect(),
        signed: rule.is_some(),
        firsts: any
            .chain(cuttable(&facts).map(|one| Choice::new(one.id.to_string(), one.name.clone())))
            .collect(),
        pauses: PAUSES
            .iter()
            .map(|one| Choice::new(one.to_string(), f.tn("rule-minutes", *one)))
            .collect(),
        form: again.unwrap_or_else(|| prefilled(rule.as_ref())),
        choices,
        f,
    })
}

/// The rule, and the form to sign one.
pub async fn show(call: Call) -> Answer {
    page(&rule_page(&call, None).await?)
}

/// Signs it.
pub async fn sign(mut call: Call) -> Answer {
    let words = call.words();
    let facts = call.facts().await?;
    let first = call.form.get("first").to_owned();
    let mut named: Vec<AssetId> = cuttable(&facts)
        .map(|asset| asset.id.clone())
        .filter(|id| call.form.is("asset", id.as_str()))
        .collect();
    if named.is_empty() {
        call.form.wrong("asset", words.say("rule-names-none"));
    }
    if !first.is_empty() && !named.iter().any(|id| id.as_str() == first) {
        call.form.wrong("first", words.say("rule-first-unnamed"));
    }
    let pause = call.form.get("pause").parse().ok().filter(|one| PAUSES.contains(one));
    if pause.is_none() {
        call.form.wrong("pause", words.say("rule-pause-none"));
    }
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&rule_page(&call, Some(form)).await?);
    }
    // The others stay in the order of the list.
    named.sort_by_key(|id| id.as_str() != first);
    let actor = call.caller()?.actor();
    cut_rules::sign(&call.deed(&actor)?, &named, pause.unwrap_or(PAUSE)).await?;
    Ok(reply::see_other("/console/rule?done=rule"))
}

/// Withdraws it: from now on only people cut.
pub async fn withdraw(call: Call) -> Answer {
    let actor = call.caller()?.actor();
    cut_rules::withdraw(&call.deed(&actor)?).await?;
    Ok(reply::see_other("/console/rule?done=rule_withdrawn"))
}
