//! The lists of an envelope: who calls whom, numbers, places.

use beffroi_town::{
    EmergencyFacts, RosterEntry,
    emergency::{Contact, ContactKind, Spot},
    phone::{self, Forward},
    roster,
};

use super::{KitFacts, short};
use crate::{
    inert::{self, LINE_CHARS_MAX, SENTENCE_CHARS_MAX},
    voice::Voice,
};

/// A line of a table; what is none is to be filled in by hand.
pub(super) struct Row {
    pub(super) what: String,
    pub(super) who: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) note: Option<String>,
}

/// Somebody who calls, and those who are called.
pub(super) struct CallGroup {
    pub(super) title: String,
    pub(super) people: Vec<Row>,
    /// Few enough to stand together on one page.
    pub(super) together: bool,
}

/// How many lines stand together on one page at most.
const TOGETHER_MAX: usize = 16;

/// A number that is never cut at the end of a line, when it is one number.
fn in_one_piece(text: &str) -> String {
    phone::tidy(text).map_or_else(|| text.to_owned(), |shown| shown.replace(' ', "\u{a0}"))
}

fn numbers(entry: &RosterEntry) -> Option<String> {
    let all: Vec<String> = entry.phones.iter().map(|one| in_one_piece(one)).collect();
    inert::some_line(Some(&all.join(" · ")))
}

fn row(entry: &RosterEntry) -> Row {
    Row {
        what: short(&entry.name),
        who: inert::some_line(Some(&entry.function)),
        phone: numbers(entry),
        note: inert::some_line(Some(&entry.service)),
    }
}

/// Each caller with those called; last, those whom nobody calls and who call nobody.
pub(super) fn call_groups(v: &Voice, entries: &[RosterEntry]) -> Vec<CallGroup> {
    let calls = roster::calls(entries);
    let group = |title: String, people: Vec<&RosterEntry>| CallGroup {
        title,
        together: people.len() <= TOGETHER_MAX,
        people: people.into_iter().map(row).collect(),
    };
    let mut groups: Vec<CallGroup> = calls
        .iter()
        .map(|(caller, called)| {
            let name = named(caller);
            group(v.say_with("kit-calls-group", &[("name", name.into())]), called.clone())
        })
        .collect();
    let heads = |one: &RosterEntry| calls.iter().any(|(caller, _)| caller.id == one.id);
    let all = roster::in_order(entries);
    let (alone, tops): (Vec<_>, Vec<_>) =
        all.into_iter().filter(|one| one.caller.is_none()).partition(|one| !heads(one));
    if !tops.is_empty() {
        groups.insert(0, group(v.say("kit-calls-first"), tops));
    }
    if !alone.is_empty() {
        groups.push(group(v.say("kit-calls-alone"), alone));
    }
    groups
}

fn named(entry: &RosterEntry) -> String {
    let name = short(&entry.name);
    numbers(entry).map_or_else(|| name.clone(), |phones| format!("{name} ({phones})"))
}

fn same_name(a: &str, b: &str) -> bool {
    let key = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    key(a) == key(b)
}

/// Who calls the person of this name, and whom that person calls.
pub(super) fn links_of(
    v: &Voice,
    entries: &[RosterEntry],
    name: &str,
) -> (Option<String>, Vec<String>) {
    let Some(me) = entries.iter().find(|one| same_name(&one.name, name)) else {
        return (None, Vec::new());
    };
    let caller = entries.iter().find(|one| me.caller.as_ref() == Some(&one.id));
    let called_by = caller.map(|one| v.say_with("kit-called-by", &[("name", named(one).into())]));
    let all = roster::in_order(entries);
    let mine = all.into_iter().filter(|one| one.caller.as_ref() == Some(&me.id));
    (called_by, mine.map(named).collect())
}

/// What everybody may dial.
pub(super) fn public_numbers(v: &Voice) -> Vec<Row> {
    [("kit-public-17", "17"), ("kit-public-112", "112"), ("kit-public-17cyber", "17cyber.gouv.fr")]
        .into_iter()
        .map(|(key, phone)| Row {
            what: v.say(key),
            who: None,
            phone: Some(phone.to_owned()),
            note: None,
        })
        .collect()
}

fn contact(v: &Voice, one: &Contact) -> Row {
    let text = |text: &Option<String>| inert::some_line(text.as_deref());
    let reference = text(&one.reference);
    Row {
        what: v.words.contact_kind(one.kind),
        who: text(&one.name),
        phone: text(&one.phone).map(|phone| in_one_piece(&phone)),
        note: reference.map(|text| v.say_with("kit-reference", &[("reference", text.into())])),
    }
}

/// Each kind of contact, filled in or not.
pub(super) fn contacts(v: &Voice, emergency: &EmergencyFacts) -> Vec<Row> {
    let kinds = ContactKind::ALL.iter().copied().filter(|kind| *kind != ContactKind::Editor);
    kinds
        .flat_map(|kind| {
            let mut known: Vec<Row> = emergency.contacts(kind).map(|one| contact(v, one)).collect();
            if known.is_empty() {
                let blank = Contact { kind, name: None, phone: None, reference: None };
                known.push(contact(v, &blank));
            }
            known
        })
        .collect()
}

/// Editors and firms.
pub(super) fn firms(v: &Voice, facts: &KitFacts) -> Vec<Row> {
    let editors = facts.emergency.contacts(ContactKind::Editor).map(|one| {
        let row = contact(v, one);
        let name = row.who.clone().unwrap_or_else(|| row.what.clone());
        Row { what: name, who: None, ..row }
    });
    let of_assets = facts.firms.iter().map(|(what, contact)| Row {
        what: inert::line(what, LINE_CHARS_MAX),
        who: None,
        phone: inert::some_line(Some(contact)),
        note: None,
    });
    editors.chain(of_assets).collect()
}

/// Lines that somebody forwards.
pub(super) fn forwards(v: &Voice, all: &[(String, String, Forward)]) -> Vec<Row> {
    all.iter()
        .map(|(label, number, forward)| {
            let who = inert::some_line(Some(&forward.who));
            Row {
                what: format!("{} {}", short(label), in_one_piece(&short(number))),
                who: who.map(|name| v.say_with("kit-forward-who", &[("name", name.into())])),
                phone: inert::some_line(Some(&forward.mobile)).map(|one| in_one_piece(&one)),
                note: inert::some_line(Some(&forward.how)),
            }
        })
        .collect()
}

/// Where things are.
pub(super) fn spots(v: &Voice, emergency: &EmergencyFacts) -> Vec<(String, Option<String>)> {
    Spot::ALL
        .iter()
        .map(|spot| {
            let said = emergency.spot(*spot).map(|text| inert::line(text, SENTENCE_CHARS_MAX));
            (v.words.spot(*spot), said.map(|text| v.typed(text)))
        })
        .collect()
}
