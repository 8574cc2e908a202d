//! What must be found without a computer: places and telephone numbers.

use askama::Template;
use beffroi_store::emergency as kept;
use beffroi_town::{
    EmergencyFacts, TownFacts,
    emergency::{Contact, ContactKind, Spot},
};

use super::{page, wrong};
use crate::{Refusal, call::Call, fields::Fields, frame::Frame, reply, routes::Answer};

/// Most editors that are kept.
const EDITORS_MAX: usize = 40;

/// One kind of contact: its word, and the names of its fields.
struct ContactFields {
    title: String,
    name: String,
    phone: String,
    reference: String,
}

#[derive(Template)]
#[template(path = "console/emergency.html")]
struct EmergencyPage {
    f: Frame,
    form: Fields,
    spots: Vec<(String, String)>,
    contacts: Vec<ContactFields>,
    firms: Vec<(String, String, String)>,
    missing: usize,
}

fn spot_field(spot: Spot) -> String {
    format!("spot-{}", spot.code())
}

fn field(kind: ContactKind, what: &str) -> String {
    format!("{}-{what}", kind.code())
}

/// Contacts of which there is one.
fn single() -> impl Iterator<Item = ContactKind> {
    ContactKind::ALL.iter().copied().filter(|kind| *kind != ContactKind::Editor)
}

fn prefilled(facts: &EmergencyFacts) -> Fields {
    let mut form = Fields::default();
    for spot in Spot::ALL {
        form = form.with(&spot_field(*spot), facts.spot(*spot).unwrap_or_default());
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    for kind in single() {
        if let Some(one) = facts.contacts(kind).next() {
            form = form
                .with(&field(kind, "name"), text(&one.name))
                .with(&field(kind, "phone"), text(&one.phone))
                .with(&field(kind, "reference"), text(&one.reference));
        }
    }
    let editor = |one: &Contact| {
        let parts = [&one.name, &one.phone, &one.reference].map(text);
        parts.join(" ; ").trim_end_matches([' ', ';']).to_owned()
    };
    let editors: Vec<String> = facts.contacts(ContactKind::Editor).map(editor).collect();
    form.with("editors", editors.join("\n"))
}

/// What was typed; what is wrong is told at its field.
fn read(call: &mut Call) -> EmergencyFacts {
    let words = call.words();
    let form = &mut call.form;
    let spots = Spot::ALL
        .iter()
        .filter_map(|spot| Some((*spot, form.line(words, &spot_field(*spot))?)))
        .collect();
    let mut contacts: Vec<Contact> = single()
        .map(|kind| Contact {
            kind,
            name: form.line(words, &field(kind, "name")),
            phone: form.line(words, &field(kind, "phone")),
            reference: form.line(words, &field(kind, "reference")),
        })
        .filter(|one| one.name.is_some() || one.phone.is_some() || one.reference.is_some())
        .collect();
    let editors = form.text(words, "editors").unwrap_or_default();
    let lines: Vec<&str> = editors.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() > EDITORS_MAX {
        form.wrong("editors", words.say("emergency-too-many"));
    }
    for line in lines {
        let mut parts = line.splitn(3, ';').map(str::trim);
        let mut part = || parts.next().filter(|text| !text.is_empty()).map(ToOwned::to_owned);
        contacts.push(Contact {
            kind: ContactKind::Editor,
            name: part(),
            phone: part(),
            reference: part(),
        });
    }
    EmergencyFacts { spots, contacts }
}

async fn emergency_page(call: &Call, again: Option<Fields>) -> Result<EmergencyPage, Refusal> {
    let town = call.facts().await?;
    let scope = &call.caller()?.scope;
    let kept = kept::get(&mut call.doors.store.read().await?, scope).await?;
    let f = call.frame(call.words().say("emergency-title"), "prepare", &town);
    let contacts = single().map(|kind| ContactFields {
        title: f.words.contact_kind(kind),
        name: field(kind, "name"),
        phone: field(kind, "phone"),
        reference: field(kind, "reference"),
    });
    let spots = Spot::ALL.iter().map(|spot| {
        let key = spot_field(*spot);
        (key.clone(), key)
    });
    Ok(EmergencyPage {
        spots: spots.collect(),
        contacts: contacts.collect(),
        firms: firms(&town),
        missing: kept.facts.missing(),
        form: again.unwrap_or_else(|| prefilled(&kept.facts)),
        f,
    })
}

/// Contacts that stand with the equipment they are for.
fn firms(facts: &TownFacts) -> Vec<(String, String, String)> {
    let with_contact = facts.assets.iter().filter_map(|asset| {
        let href = format!("/console/assets/{}", asset.id);
        Some((asset.name.clone(), asset.contact.clone()?, href))
    });
    with_contact.collect()
}

/// Places and numbers.
pub async fn show(call: Call) -> Answer {
    page(&emergency_page(&call, None).await?)
}

/// Keeps them.
pub async fn save(mut call: Call) -> Answer {
    let facts = read(&mut call);
    if !call.form.fine() {
        let form = call.form.clone();
        return wrong(&emergency_page(&call, Some(form)).await?);
    }
    let caller = call.caller()?;
    let (tenant, actor) = (caller.scope.tenant(), caller.actor());
    let mut tx = call.doors.store.begin(std::slice::from_ref(tenant), &actor, call.at).await?;
    kept::set(&mut tx, tenant, &facts).await?;
    tx.commit().await?;
    Ok(reply::see_other("/console/emergency?done=about"))
}
