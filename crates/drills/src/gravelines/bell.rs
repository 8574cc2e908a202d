//! Somebody wakes up: two people on call; the first one's gateway lies, the second one answers by
//! the link in the message.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use beffroi_crisis::{Deed, oncall as lists};
use beffroi_store::{
    calls::{self, tries},
    oncall,
};
use beffroi_town::{
    Actor, ContactId, Instant, Lang,
    oncall::{Call, Contact, ESCALATE_MS, Holidays, Outcome, Way},
};
use beffroi_words::{Words, gsm};

use super::scene::{PATIENCE, Scene, until};
use crate::{
    gateway::{Gateways, HONEST, LYING, Sent},
    person::Person,
    report::{AlarmSeen, Report},
};

/// Name, channel and number of the two; numbers set apart for works of fiction (ARCEP).
const PEOPLE: [(&str, &str, &str); 2] =
    [("Camille Martin", "sms", "+33639980001"), ("Dominique Petit", "sms-secours", "+33639980002")];

/// The channels, for the drill's configuration.
pub(super) fn channels(gateways: &Gateways) -> String {
    let one = |name: &str, path: &str| {
        format!(
            "[channels.{name}]\nkind = \"webhook\"\nurl = \"http://{}{path}\"\n\
             addresses = \"number\"\nmust_lack = [\"error\"]\n",
            gateways.address
        )
    };
    [one("sms", LYING), one("sms-secours", HONEST)].concat()
}

/// Puts the two on the town's list.
pub(super) async fn people(scene: &Scene) -> Result<()> {
    let (actor, scope) = (Actor::CommandLine, scene.scope());
    let deed = Deed { store: &scene.store, actor: &actor, at: scene.now(), scope: &scope };
    for (name, channel, number) in PEOPLE {
        let one = Contact {
            id: ContactId::new(scene.now(), scene.store.entropy()),
            tenant: scene.town.clone(),
            rank: 0,
            name: name.to_owned(),
            lang: Lang::Fr,
            for_operator: false,
            watch: Vec::new(),
            holidays: Holidays::AsDays,
            quiet: None,
            ways: vec![Way { channel: channel.to_owned(), address: number.to_owned() }],
            escalate_ms: ESCALATE_MS,
            paused: false,
        };
        lists::add(&deed, &one).await?;
    }
    Ok(())
}

/// The alarm rings; somebody answers.
pub(super) async fn wake(scene: &Scene, report: &mut Report) -> Result<()> {
    let Some(alarm) = &scene.alarm else {
        report.check("bell", false, "no alarm, nobody called");
        return Ok(());
    };
    let told = gsm::plain(&Words::of(Lang::Fr).alarm_kind(alarm.kind).to_lowercase());
    let rung = until(PATIENCE, || async {
        let sent = scene.gateways.sent();
        Ok(sent.into_iter().find(|one| one.path == HONEST && one.text.contains(&told)))
    });
    let Some(sent) = rung.await? else {
        report.check("bell", false, "no message reached a gateway");
        return Ok(());
    };
    let seen = answer(scene, &sent)?;
    let call = until(PATIENCE, || async {
        let mut conn = scene.store.read().await?;
        let found = calls::of_alarm(&mut conn, &scene.scope(), &alarm.id).await?.pop();
        Ok(found.filter(|call| call.acknowledged.is_some()))
    });
    let call = call.await?;
    if let Some(call) = &call {
        report.alarm = told_of(scene, call, alarm.received_at).await?;
    }
    let second = PEOPLE.get(1).map(|(name, ..)| (*name).to_owned());
    let (who, ms) = (&report.alarm.acknowledged_by, report.alarm.ms_to_receipt);
    let ok = seen && *who == second && report.alarm.escalations >= 1 && ms.is_some();
    let detail = format!(
        "{} character(s), receipt after {ms:?} ms, answered by {who:?} after {} escalation(s)",
        sent.text.chars().count(),
        report.alarm.escalations
    );
    report.check("bell", ok && sent.text.chars().count() <= gsm::MESSAGE_CHARS, detail);
    Ok(())
}

/// Opens the link as a person does, and presses its button; whether opening alone changed nothing.
fn answer(scene: &Scene, sent: &Sent) -> Result<bool> {
    let path = sent.link.strip_prefix(&scene.base).context("the link leads elsewhere")?;
    let mut phone = Person::new(&scene.base);
    // A machine that looks at links comes first.
    phone.open(path)?;
    let page = phone.open(path)?;
    let waits = page.body.contains(&Words::of(Lang::Fr).say("answer-go"));
    let done = phone.send(&page, "?lang=fr", &[])?;
    Ok(waits && done.body.contains(&Words::of(Lang::Fr).say("answer-taken")))
}

async fn told_of(scene: &Scene, call: &Call, received_at: Instant) -> Result<AlarmSeen> {
    let mut conn = scene.store.read().await?;
    let all = tries::list(&mut conn, &scene.scope(), &call.id).await?;
    let round: Vec<_> = all.iter().filter(|one| one.round == call.round).collect();
    let receipt = round.iter().find_map(|one| match one.outcome {
        Outcome::Receipt { at } => Some(at.ms_since(received_at)),
        _ => None,
    });
    let people: BTreeSet<&ContactId> = round.iter().map(|one| &one.contact).collect();
    let by = match call.acknowledged.as_ref().map(|said| &said.by) {
        Some(Actor::Contact(id)) => oncall::get(&mut conn, &scene.scope(), id).await?,
        _ => None,
    };
    Ok(AlarmSeen {
        ms_to_receipt: receipt,
        acknowledged_by: by.map(|one| one.name),
        escalations: people.len().saturating_sub(1),
    })
}
