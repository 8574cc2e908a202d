//! A list is taken in: the file is looked at, each field shown with the heading it is read from, and
//! nothing is kept before a person has seen that.
//!
//! Rules: between the two steps the table is in the page alone, never here; wrong rows are told, and
//! then nothing is taken; a list about health has no such form.

use std::collections::BTreeMap;

use askama::Template;
use beffroi_desk::packs::{
    self as desk, Entry,
    table::{self, List, Mapping, Place},
};
use beffroi_town::{PackKind, pack::Field};
use beffroi_words::csv_in::{self, RowErrors, Table};

use super::{Again, address, counter, kind, pack_page, page, wrong};
use crate::{
    Refusal, call::Call, console::csv_words, fields::Fields, frame::Frame, markup::Choice, reply,
    routes::Answer,
};

/// The largest file that is taken: it comes back once more inside a form.
const FILE_BYTES_MAX: usize = 1024 * 1024;
/// How many wrong rows are told.
const ERRORS_SHOWN: usize = 20;
/// The name of the field that holds the table between the two steps.
const TABLE: &str = "table";

/// A field of the list, to choose its heading.
struct Read {
    label: String,
    id: String,
    needed: bool,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "console/pack_import.html")]
struct ImportPage {
    f: Frame,
    form: Fields,
    kind: PackKind,
    /// How many rows it would have; none while something is wrong.
    look: Option<String>,
    fields: Vec<Read>,
    /// Headings that nothing is read from, in a sentence.
    unused: Option<String>,
    first: Vec<(String, String)>,
    wrong_rows: Vec<String>,
    table: String,
}

fn select_name(code: &str) -> String {
    format!("map_{code}")
}

fn label(f: &Frame, field: &Field) -> String {
    f.t(&format!("pack-field-{}", field.code))
}

/// The file that was sent, or the table that came back from the page.
fn sent(call: &mut Call) -> Vec<u8> {
    let carried = |form: &Fields| {
        // As it came: spaces at its ends may be cells.
        let found = form.pairs().iter().find(|(name, _)| name == TABLE);
        found.map(|(_, text)| text.clone().into_bytes()).unwrap_or_default()
    };
    call.file.take().unwrap_or_else(|| carried(&call.form))
}

fn told(f: &Frame, errors: &RowErrors) -> Vec<String> {
    let all = errors.list();
    let mut told: Vec<String> =
        all.iter().take(ERRORS_SHOWN).map(|error| csv_words::told(f.words, error)).collect();
    if all.len() > ERRORS_SHOWN {
        told.push(f.tn("csv-more", all.len() - ERRORS_SHOWN));
    }
    told
}

/// What a person chose, if this is the second step.
fn chosen(form: &Fields, kind: PackKind) -> Option<Mapping> {
    let mut mapping = BTreeMap::new();
    let mut asked = false;
    for field in table::fields(kind, Place::Platform) {
        let name = select_name(field.code);
        asked |= form.all(&name).next().is_some();
        let heading = form.get(&name);
        if !heading.is_empty() {
            mapping.insert(field.code.to_owned(), heading.to_owned());
        }
    }
    asked.then_some(Mapping(mapping))
}

/// The page of the kind, with what is wrong with the file.
async fn back(call: &Call, why: &str, wrong_rows: Vec<String>) -> Answer {
    let mut form = Fields::default();
    form.wrong("file", call.words().say(why));
    wrong(&pack_page(call, Again { form, wrong_rows }).await?)
}

/// Looks at a file, or takes in the table that somebody has looked at.
pub async fn import(mut call: Call) -> Answer {
    let kind = kind(&call)?;
    if kind.is_health() {
        return Err(Refusal::NotFound);
    }
    if !counter::opening(&call).await?.open {
        return Err(Refusal::Stale);
    }
    let bytes = sent(&mut call);
    if bytes.is_empty() {
        return back(&call, "pack-file-missing", Vec::new()).await;
    }
    if bytes.len() > 2 * FILE_BYTES_MAX {
        return back(&call, "pack-file-large", Vec::new()).await;
    }
    let frame = call.bare_frame(String::new());
    let read = csv_in::text_of(&bytes).map(std::borrow::Cow::into_owned);
    let read = read.and_then(|text| Ok((Table::read(text.as_bytes())?, text)));
    let (table, text) = match read {
        Ok(read) => read,
        Err(errors) => return back(&call, "pack-file-wrong", told(&frame, &errors)).await,
    };
    let mut conn = call.doors.store.read().await?;
    let saved = desk::saved(&mut conn, &call.caller()?.scope, kind).await?;
    drop(conn);
    let by_person = chosen(&call.form, kind);
    let confirmed = by_person.is_some() && call.form.is("confirm", "yes");
    let place = (kind, Place::Platform);
    let mapping = by_person.unwrap_or_else(|| table::proposed(&table, place, saved.as_ref()));
    let headings = table::headings(&table);
    match table::read(table, place, &mapping) {
        Ok(list) if confirmed => {
            desk::import(&counter::hand(&call)?, kind, (&list.entries, &mapping)).await?;
            Ok(reply::see_other(&format!("{}?done=pack_imported", address(kind))))
        }
        read => looked_at(&call, kind, (text, headings.as_slice(), &mapping), read).await,
    }
}

/// What the file says, before it is taken in.
async fn looked_at(
    call: &Call,
    kind: PackKind,
    (text, headings, mapping): (String, &[String], &Mapping),
    read: Result<List, RowErrors>,
) -> Answer {
    let facts = call.facts().await?;
    let f = call.frame(call.words().pack_kind(kind), "packs", &facts);
    let field = |field: &'static Field| {
        let now = mapping.0.get(field.code);
        let mut choices = vec![Choice::new("", f.t("pack-field-none")).on(now.is_none())];
        choices.extend(headings.iter().map(|one| Choice::new(one, one).on(now == Some(one))));
        Read { label: label(&f, field), id: select_name(field.code), needed: field.needed, choices }
    };
    let fields = table::fields(kind, Place::Platform).map(field).collect();
    let mut form = Fields::default();
    let (list, wrong_rows) = match read {
        Ok(list) => (Some(list), Vec::new()),
        Err(errors) => {
            form.wrong("rows", f.t("pack-rows-refused"));
            (None, told(&f, &errors))
        }
    };
    let unused = list.as_ref().map(|list| list.unused.join(", ")).filter(|all| !all.is_empty());
    let first = list.as_ref().and_then(|list| list.entries.first());
    let shown = ImportPage {
        look: list.as_ref().map(|list| f.tn("pack-look", list.entries.len())),
        first: first.map(|first| said(&f, kind, first)).unwrap_or_default(),
        unused: unused.map(|all| f.t1("pack-unused", "headings", all)),
        table: text,
        fields,
        wrong_rows,
        form,
        kind,
        f,
    };
    if list.is_some() { page(&shown) } else { wrong(&shown) }
}

/// What one row says, field by field.
fn said(f: &Frame, kind: PackKind, entry: &Entry) -> Vec<(String, String)> {
    let fields = table::fields(kind, Place::Platform);
    fields.filter_map(|one| Some((label(f, one), entry.get(one.code)?.clone()))).collect()
}
