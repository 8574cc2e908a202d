//! Notices: drafted from the facts, read by a person on the real page, published by that person.

use beffroi_store::notices::{self, Words as Text};
use beffroi_town::{
    AssetState, IncidentId, Lang, NoticeId, Phase, ServiceStatus, TownFacts, incident::Nature,
    notice::NoticeText, status::Works,
};
use beffroi_words::{Value, Words, Zone};

use crate::{Deed, Error};

/// A first draft, in both languages, of what the town should tell its people now: only what the
/// facts say. The six statements of the official notice, each when it is true.
pub fn draft(facts: &TownFacts) -> Text {
    Text { fr: draft_in(facts, Lang::Fr), en: draft_in(facts, Lang::En) }
}

fn draft_in(facts: &TownFacts, lang: Lang) -> NoticeText {
    let words = Words::of(lang);
    let kind: Value<'_> = facts.tenant.id.kind().code().into();
    let Some(incident) = facts.incident() else {
        return NoticeText {
            title: words.say("notice-title-back"),
            body: words.say("notice-back-to-normal"),
        };
    };
    let (title, happened) = match incident.nature {
        Nature::Cyberattack => ("notice-title-incident", "notice-under-attack"),
        Nature::Unknown => ("notice-title-unknown", "notice-under-incident"),
        Nature::Failure => ("notice-title-failure", "notice-under-failure"),
    };
    let since = words.date_full(incident.noticed_at, &Zone::of(&facts.tenant));
    let mut body =
        vec![words.say_with(happened, &[("kind", kind.clone()), ("since", since.into())])];
    let any = |state: AssetState| facts.assets.iter().any(|asset| asset.state == state);
    if any(AssetState::Cut) {
        body.push(words.say("notice-servers-cut"));
    } else if any(AssetState::Down) {
        body.push(words.say("notice-servers-out"));
    }
    if incident.phase < Phase::Diagnosed {
        let attack = incident.nature == Nature::Cyberattack;
        body.push(words.say(if attack { "notice-origin-unknown" } else { "notice-cause-unknown" }));
    }
    body.extend(reachable(facts, words, &kind));
    if facts.public_views().iter().any(|view| view.status != ServiceStatus::Open) {
        body.push(words.say("notice-some-actions"));
    }
    body.push(words.say("notice-news-follow"));
    NoticeText { title: words.say(title), body: body.join("\n\n") }
}

/// That the town can be reached by telephone, with the number that answers; nothing where nobody
/// knows.
fn reachable(facts: &TownFacts, words: &Words, kind: &Value<'_>) -> Option<String> {
    let reception = facts.services.iter().find(|service| service.id.as_str() == "reception");
    let phone = reception.and_then(|service| service.phone.as_deref());
    let reach = facts.phone_book().reach(phone);
    if reach.works != Works::Yes {
        return None;
    }
    let instead = reach.troubles.iter().find_map(|one| one.instead);
    Some(match instead.or(phone) {
        Some(phone) => words.say_with(
            "notice-reachable-phone-number",
            &[("kind", kind.clone()), ("phone", phone.into())],
        ),
        None => words.say_with("notice-reachable-phone", &[("kind", kind.clone())]),
    })
}

/// Keeps a draft: a new notice, or the draft of one that is there.
///
/// # Errors
/// The store's, also without a title or once it is ended.
pub async fn save(
    deed: &Deed<'_>,
    id: &NoticeId,
    incident: Option<&IncidentId>,
    text: &Text,
) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    notices::put_draft(&mut tx, tenant, id, incident, text).await?;
    tx.commit().await?;
    Ok(())
}

/// Publishes a draft.
///
/// # Errors
/// The store's, also without a draft.
pub async fn publish(deed: &Deed<'_>, id: &NoticeId) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    notices::publish(&mut tx, tenant, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Corrects a published notice; what it said before stays in its history.
///
/// # Errors
/// The store's, also when it was never published.
pub async fn correct(deed: &Deed<'_>, id: &NoticeId, text: &Text) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    notices::correct(&mut tx, tenant, id, text).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends a notice; it stays in the history of the page.
///
/// # Errors
/// The store's, also when it is ended already.
pub async fn end(deed: &Deed<'_>, id: &NoticeId) -> Result<(), Error> {
    let tenant = deed.scope.tenant();
    let mut tx = deed.store.begin(std::slice::from_ref(tenant), deed.actor, deed.at).await?;
    notices::end(&mut tx, tenant, id).await?;
    tx.commit().await?;
    Ok(())
}
