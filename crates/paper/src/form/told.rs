//! What a form says beside its questions: where it goes, what happens then, what becomes of the
//! data, and what the counter notes on it.

use beffroi_town::{Procedure, procedure::Clock};
use serde::Serialize;

use super::{
    Form,
    asked::{day_captions, labels_of},
};
use crate::voice::Voice;

/// What stands behind a short word at the head of the form: none is a line to fill in by hand.
#[derive(Serialize)]
pub(super) struct Line {
    label: String,
    texts: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Signed {
    text: String,
    on: String,
    captions: Vec<String>,
    signature: String,
}

#[derive(Serialize)]
pub(super) struct Privacy {
    title: String,
    text: String,
}

#[derive(Serialize)]
pub(super) struct CounterWords {
    title: String,
    urgent: Option<String>,
    received: String,
    by: String,
    identity: String,
    typed: String,
    captions: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Counterfoil {
    title: String,
    what: String,
    stamp: String,
}

/// Who may ask, where, by when, with what.
pub(super) fn lines(v: &Voice, form: &Form<'_>) -> Vec<Line> {
    let procedure = form.procedure;
    let line = |key: &str, texts: Vec<String>| Line { label: v.say(key), texts };
    let typed = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        text.map(|text| v.typed(text))
    };
    let counter = form.counter;
    let place = typed(&counter.place).unwrap_or_else(|| v.say_kind("paper-form-ask"));
    let mut all = Vec::new();
    all.extend(procedure.who.as_ref().map(|who| line("paper-form-who", vec![v.said(who)])));
    all.push(line("paper-form-where", vec![place]));
    all.push(line("paper-form-hours", typed(&counter.hours).into_iter().collect()));
    all.push(line("paper-form-phone", typed(&counter.phone).into_iter().collect()));
    all.push(line("paper-form-when", vec![v.said(&procedure.by_when)]));
    if !procedure.bring.is_empty() {
        let bring = procedure.bring.iter().map(|said| v.said(said)).collect();
        all.push(line("paper-form-bring", bring));
    }
    all
}

pub(super) fn signed(v: &Voice, procedure: &Procedure) -> Option<Signed> {
    procedure.signed.as_ref().map(|text| Signed {
        text: v.said(text),
        on: v.say("paper-form-signed-on"),
        captions: day_captions(v),
        signature: v.say("paper-form-signature"),
    })
}

/// The steps, then the times that the law counts.
pub(super) fn next(v: &Voice, procedure: &Procedure) -> Vec<String> {
    let steps = procedure.next.iter().map(|said| v.said(said));
    steps.chain(procedure.clocks.iter().map(|clock| counted(v, procedure, clock))).collect()
}

fn counted(v: &Voice, procedure: &Procedure, clock: &Clock) -> String {
    let key = format!("paper-clock-{}", clock.silence.code());
    let months = v.months(u16::from(clock.months));
    let law = v.typed(&clock.law);
    let sentence = v.say_with(&key, &[("months", months.into()), ("law", law.into())]);
    let of = clock.when.as_ref().and_then(|when| Some((procedure.field(&when.field)?, when)));
    match of {
        Some((field, when)) => {
            let options = v.one_of(&labels_of(v, field, when));
            let values = [("options", options.into()), ("sentence", sentence.into())];
            v.say_with("paper-clock-for", &values)
        }
        None => capital(&sentence),
    }
}

/// A sentence that stands alone begins with a capital.
fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

pub(super) fn privacy(v: &Voice, form: &Form<'_>) -> Privacy {
    let privacy = &form.procedure.privacy;
    let basis = v.words.basis(privacy.basis);
    let purpose = [
        ("name", form.tenant.name.as_str().into()),
        ("purpose", v.said(&privacy.purpose).into()),
        ("basis", basis.into()),
        ("law", v.typed(&privacy.law).into()),
    ];
    let kept = &privacy.kept;
    let times =
        [("months", v.months(kept.months).into()), ("from", v.words.kept_from(kept.from).into())];
    let kept_key = if kept.visa { "paper-privacy-kept-visa" } else { "paper-privacy-kept" };
    let text = [
        v.say_with("paper-privacy-purpose", &purpose),
        v.say_with("paper-privacy-readers", &[("readers", v.said(&privacy.readers).into())]),
        v.say_with(kept_key, &times),
        v.say_with("paper-privacy-rights", &[("basis", privacy.basis.code().into())]),
    ];
    Privacy { title: v.say("paper-privacy-title"), text: text.join(" ") }
}

pub(super) fn counter(v: &Voice, procedure: &Procedure) -> CounterWords {
    let group = v.words.key_group(procedure.group);
    CounterWords {
        title: v.say_with("paper-counter-title", &[("group", group.into())]),
        urgent: procedure.urgent.then(|| v.say("paper-counter-urgent")),
        received: v.say("paper-counter-received"),
        by: v.say("paper-counter-by"),
        identity: v.say("paper-counter-identity"),
        typed: v.say("paper-counter-typed"),
        captions: day_captions(v),
    }
}

pub(super) fn counterfoil(v: &Voice) -> Counterfoil {
    Counterfoil {
        title: v.say("paper-counterfoil-title"),
        what: v.say("paper-counterfoil-what"),
        stamp: v.say("paper-counterfoil-stamp"),
    }
}
