//! Paper typed in, and a clerk who writes for somebody at the counter or on the telephone.
//!
//! Rules: the code of a paper form opens the same form, whether it is typed or read by a device that
//! types; the paper's own date counts; the same code typed in twice is told before and after; who
//! asks a clerk to write has agreed, and that is noted.

use askama::Template;
use beffroi_desk::{
    codes,
    requests::{self, Filed, Sending},
};
use beffroi_store::desk::requests as rows;
use beffroi_town::{
    Actor, Procedure,
    procedure::{
        Answers, CopyCode, Field, FieldKind, YES,
        given::{self, Typed},
    },
    request::RequestWay,
};

use super::{health, opening, procedure};
use crate::{
    Refusal,
    call::Call,
    console::{page, wrong},
    desk::told,
    fields::Fields,
    frame::Frame,
    markup::{Choice, Markup, Piece},
    reply,
    routes::Answer,
};

#[derive(Template)]
#[template(path = "console/desk_entry.html")]
struct EntryPage {
    f: Frame,
    form: Fields,
    procedures: Vec<(String, String)>,
    clocks: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/desk_form.html")]
struct FormPage {
    f: Frame,
    form: Fields,
    action: String,
    copy: String,
    twins: Vec<(String, String)>,
    ways: Vec<Choice>,
    sections: Vec<(String, Vec<Markup>)>,
}

#[derive(Template)]
#[template(path = "console/desk_filed.html")]
struct FiledPage {
    f: Frame,
    reference: String,
    tracking: String,
}

async fn entry_page(call: &Call, form: Fields) -> Result<EntryPage, Refusal> {
    let facts = call.facts().await?;
    let f = call.frame(call.words().say("desk-entry-title"), "desk", &facts);
    let all = &call.doors.settings.desk.procedures;
    let title = |one: &Procedure| one.title.in_lang(call.lang).to_owned();
    let procedures = all.iter().map(|one| (format!("/console/desk/new/{}", one.code), title(one)));
    let clocks =
        all.iter().flat_map(|one| one.clocks.iter().zip(0_usize..).map(move |each| (one, each)));
    let clocks = clocks.map(|(one, (clock, at))| {
        let months = f.tn("paper-months", usize::from(clock.months));
        Choice::new(format!("{} {at}", one.code), format!("{} – {months}", title(one)))
            .note(clock.law.clone())
    });
    Ok(EntryPage { procedures: procedures.collect(), clocks: clocks.collect(), form, f })
}

/// The code of a paper form, or a form to write for somebody.
pub async fn show(call: Call) -> Answer {
    page(&entry_page(&call, Fields::default()).await?)
}

/// Opens the form of a code.
pub async fn by_code(call: Call) -> Answer {
    let typed = call.form.get("copy");
    let all = &call.doors.settings.desk.procedures;
    let code = CopyCode::read_for(call.caller()?.scope.tenant(), typed).ok();
    let found = code.and_then(|code| {
        let one = all.iter().find(|one| one.mark == code.mark())?;
        Some((one, code))
    });
    let Some((one, code)) = found else {
        let mut form = Fields::default().with("copy", typed);
        form.wrong("copy", call.words().say("desk-copy-wrong"));
        return wrong(&entry_page(&call, form).await?);
    };
    Ok(reply::see_other(&format!("/console/desk/new/{}?copy={}", one.code, code.printed())))
}

fn known(call: &Call) -> Result<&Procedure, Refusal> {
    let code = call.params.get("procedure").map(String::as_str).unwrap_or_default();
    procedure(call, code).ok_or(Refusal::NotFound)
}

/// The code of the copy that a form is typed in from, as it is printed; empty without one.
fn copy_of(text: &str) -> String {
    CopyCode::read(text).map(|code| code.printed()).unwrap_or_default()
}

async fn form_page(call: &Call, form: Fields, copy: String) -> Result<FormPage, Refusal> {
    let (one, facts) = (known(call)?, call.facts().await?);
    let f = call.frame(one.title.in_lang(call.lang).to_owned(), "desk", &facts);
    let mut conn = call.doors.store.read().await?;
    let twins = match copy.as_str() {
        "" => Vec::new(),
        copy => rows::by_copy(&mut conn, &call.caller()?.scope, copy).await?,
    };
    drop(conn);
    let ways = [RequestWay::Paper, RequestWay::Counter, RequestWay::Phone].map(|way| {
        let on = (way == RequestWay::Counter) == copy.is_empty();
        Choice::new(way.code(), f.t(&format!("desk-way-{}", way.code())))
            .on(on && way != RequestWay::Phone)
    });
    let sections = one.sections.iter().map(|section| {
        let asked = section.fields.iter().filter(|field| {
            field.kind != FieldKind::Attachment
                && (!field.health || health(call) == beffroi_town::procedure::Health::Checked)
        });
        let pieces = asked.flat_map(|field| pieces(&f, &form, field)).collect();
        (section.title.in_lang(call.lang).to_owned(), pieces)
    });
    let sections = sections.collect();
    let twins = twins.into_iter().map(|one| (format!("/console/desk/{}", one.id), one.reference));
    Ok(FormPage {
        action: format!("/console/desk/new/{}", one.code),
        twins: twins.collect(),
        ways: ways.to_vec(),
        sections,
        copy,
        form,
        f,
    })
}

/// What is typed for one question.
fn pieces(f: &Frame, form: &Fields, field: &Field) -> Vec<Markup> {
    let label = field.label.in_lang(f.lang);
    let said = |name: &str, kind: &'static str, label: String| {
        Markup::of(&Piece::said(form, kind, name, label))
    };
    let choices = || -> Vec<Choice> {
        let of = |one: &beffroi_town::procedure::Choice| {
            Choice::new(one.code.as_str(), one.label.in_lang(f.lang))
        };
        field.options.iter().map(of).collect()
    };
    match field.kind {
        FieldKind::Choice | FieldKind::Choices => {
            let kind = if field.is_many() { "checkbox" } else { "radio" };
            let piece = Piece::said(form, kind, &field.code, label.to_owned());
            vec![Markup::of(&piece.choices(form, &choices()))]
        }
        FieldKind::YesNo => {
            let both = [Choice::new("yes", f.t("paper-yes")), Choice::new("no", f.t("paper-no"))];
            let piece = Piece::said(form, "radio", &field.code, label.to_owned());
            vec![Markup::of(&piece.choices(form, &both))]
        }
        FieldKind::Date => vec![said(&field.code, "date", label.to_owned())],
        FieldKind::LongText => vec![said(&field.code, "area", label.to_owned())],
        _ => {
            let one = |part: beffroi_town::procedure::Part| {
                let label = match part.code {
                    "" => label.to_owned(),
                    code => format!("{label} – {}", f.t(&format!("paper-part-{code}"))),
                };
                said(&field.key(part), "text", label)
            };
            field.parts().into_iter().map(one).collect()
        }
    }
}

/// The form of a procedure, for a clerk.
pub async fn form(call: Call) -> Answer {
    let copy = copy_of(call.query.get("copy"));
    page(&form_page(&call, Fields::default(), copy).await?)
}

/// What was typed, by the names that residents' forms use.
fn typed(one: &Procedure, form: &Fields) -> Typed {
    let mut typed = Typed::new();
    for field in one.fields() {
        match field.kind {
            FieldKind::Date => {
                let mut parts = form.get(&field.code).splitn(3, '-');
                for part in ["year", "month", "day"] {
                    if let Some(text) = parts.next().filter(|text| !text.is_empty()) {
                        typed.insert(format!("{}.{part}", field.code), text.to_owned());
                    }
                }
            }
            FieldKind::Choices => {
                for option in form.all(&field.code) {
                    typed.insert(format!("{}.{option}", field.code), YES.to_owned());
                }
            }
            _ => {
                for key in field.keys() {
                    let text = form.get(&key);
                    if !text.is_empty() {
                        typed.insert(key.clone(), text.to_owned());
                    }
                }
            }
        }
    }
    typed
}

/// Files what was typed.
pub async fn file(mut call: Call) -> Answer {
    let one = known(&call)?.clone();
    let words = call.words();
    let copy = copy_of(call.form.get("copy"));
    let given = given::read(&one, health(&call), &typed(&one, &call.form));
    for (name, why) in told(words, &one, &given) {
        call.form.wrong(&name, why);
    }
    let way = RequestWay::from_code(call.form.get("way"))
        .filter(|way| !matches!(way, RequestWay::Online | RequestWay::Register));
    if way.is_none() {
        call.form.wrong("way", words.say("form-choose"));
    }
    let asked_at = call.zone().start_of(call.form.get("asked")).filter(|at| *at <= call.at);
    if asked_at.is_none() {
        call.form.wrong("asked", words.say("desk-asked-wrong"));
    }
    let consent = call.form.line(words, "consent");
    if way.is_some_and(|way| way != RequestWay::Paper) && consent.is_none() {
        call.form.wrong("consent", words.say("desk-consent-missing"));
    }
    let (Some(way), Some(asked_at), true) = (way, asked_at, call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&form_page(&call, form, copy).await?);
    };
    let copy_code = (!copy.is_empty()).then_some(copy);
    filed(&call, &one, (given.answers, consent), (way, copy_code, asked_at)).await
}

async fn filed(
    call: &Call,
    one: &Procedure,
    (answers, consent): (Answers, Option<String>),
    (way, copy_code, asked_at): (RequestWay, Option<String>, beffroi_town::Instant),
) -> Answer {
    if !opening(call).await?.open {
        return Err(Refusal::Stale);
    }
    let (caller, zone) = (call.caller()?, call.zone());
    let sending = Sending {
        store: &call.doors.store,
        scope: &caller.scope,
        procedure: one,
        health: health(call),
        lang: call.lang,
        zone: &zone,
        at: call.at,
    };
    let new = Filed {
        answers,
        files: Vec::new(),
        consent,
        way,
        copy_code,
        asked_at,
        tracking: codes::new_tracking(&*call.doors.entropy),
        sent: None,
        by: Actor::Account(caller.account.id.clone()),
    };
    let receipt = requests::file(&sending, new).await?.ok_or(Refusal::Stale)?;
    let facts = call.facts().await?;
    page(&FiledPage {
        f: call.frame(call.words().say("desk-filed-title"), "desk", &facts),
        reference: receipt.reference,
        tracking: receipt.tracking,
    })
}

/// Notes a time that the law counts, from the stamped paper register.
pub async fn register(mut call: Call) -> Answer {
    let words = call.words();
    let chosen = call.form.get("clock").to_owned();
    let found = chosen.rsplit_once(' ').and_then(|(code, at)| {
        let one = procedure(&call, code)?;
        Some((one.clone(), one.clocks.get(at.parse::<usize>().ok()?)?.clone()))
    });
    let stamped = call.zone().start_of(call.form.get("stamped")).filter(|at| *at <= call.at);
    let number = call.form.needed(words, "number", "desk-register-number-missing");
    if found.is_none() {
        call.form.wrong("clock", words.say("form-choose"));
    }
    if stamped.is_none() {
        call.form.wrong("stamped", words.say("desk-asked-wrong"));
    }
    let (Some((one, clock)), Some(stamped), true) = (found, stamped, call.form.fine()) else {
        let form = call.form.clone();
        return wrong(&entry_page(&call, form).await?);
    };
    let mut answers = Answers::default();
    if let Some(when) = &clock.when
        && let Some(is) = when.is.first()
    {
        let many = one.field(&when.field).is_some_and(Field::is_many);
        let (key, text) = if many {
            (format!("{}.{is}", when.field), YES.to_owned())
        } else {
            (when.field.clone(), is.clone())
        };
        answers.0.insert(key, text);
    }
    let way = (RequestWay::Register, None, stamped);
    filed(&call, &one, (answers, Some(number)), way).await
}
