//! Appointments without an account: choose a service point, a day and an hour, say who comes, look
//! it over, keep the code; and with the code, cancel or move.
//!
//! Rules: no script, no cookie; each page leads on by a link or a form and says how to get help;
//! what a resident typed is shown to that resident alone, on a page that nobody keeps.

mod matter;

use askama::Template;
use beffroi_town::{Instant, Lang, TownFacts, agenda::Taking};

use crate::{
    PageError,
    inert::{self, LINE_CHARS_MAX},
    status::{Head, Other, Town, top},
    style,
    voice::Voice,
};

pub use matter::{DayLine, Held, Matter, PointLine, Typed};

/// The folder of these pages below a town's own.
pub const FOLDER: &str = "rendez-vous/";

/// Which of these pages.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// The town.
    pub facts: &'a TownFacts,
    /// The language.
    pub lang: Lang,
    /// Whether it is a rehearsal.
    pub exercise: bool,
}

/// A name and a value.
struct Row {
    name: String,
    value: String,
}

/// One text field.
struct Field {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    why: Option<String>,
    kind: &'static str,
    auto: &'static str,
    mode: &'static str,
}

/// A day as it is shown.
struct DayShown {
    name: String,
    hours: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "appointments.html")]
struct Page<'a> {
    head: Head,
    v: &'a Voice,
    name: &'a str,
    home: String,
    start: String,
    manage: String,
    other: Other,
    lead: Vec<String>,
    error_title: String,
    errors: Vec<(&'static str, String)>,
    points: Vec<PointLine>,
    rows: Vec<Row>,
    code: Option<String>,
    bring: Vec<String>,
    days: Vec<DayShown>,
    later: Option<String>,
    fields: Vec<Field>,
    people: Option<(u16, u16)>,
    hidden: Vec<(&'static str, String)>,
    /// Names of buttons, what each sends as `step`, and whether it is the main one.
    buttons: Vec<(String, &'static str, bool)>,
    /// The hours are answers of a form, not links.
    chooses: bool,
    help: Vec<String>,
    calendar: Option<String>,
    prints: bool,
    /// Where forms go; empty: to this very page.
    action: String,
    taken: bool,
}

/// Why a service point takes none, in one sentence; none when it does.
pub fn why_not(taking: Taking, lang: Lang) -> Option<String> {
    let v = Voice::of_nobody(lang);
    let key = match taking {
        Taking::Yes => return None,
        Taking::NotSaid => "agenda-not-said",
        Taking::No => "agenda-none-now",
        Taking::Paused => "agenda-paused",
        Taking::Closed => "agenda-service-closed",
    };
    Some(v.say(key))
}

/// One page of the way to an appointment. `hidden`: what its form carries on.
///
/// # Errors
/// [`PageError`] when the template fails, which would be a fault of the program.
pub fn appointments_page(
    visit: &Visit<'_>,
    matter: Matter,
    hidden: Vec<(&'static str, String)>,
) -> Result<String, PageError> {
    let town = Town::new(visit.facts, visit.lang);
    let mut page = Page::new(&town, visit, title(&matter));
    page.hidden = hidden;
    page.fill(matter);
    if !page.errors.is_empty() {
        page.error_title = page.v.say_count("form-errors", page.errors.len());
    }
    page.render().map_err(|source| PageError::Template { page: "appointments", source })
}

const fn title(matter: &Matter) -> &'static str {
    match matter {
        Matter::Points(_) => "agenda-title",
        Matter::Days(..) => "agenda-choose",
        Matter::Who(..) => "agenda-who",
        Matter::Check(..) => "agenda-check",
        Matter::Done(_) => "agenda-done",
        Matter::Moved(_) => "agenda-moved",
        Matter::Cancelled => "agenda-cancelled",
        Matter::Code(_) => "agenda-code-title",
        Matter::Mine(_) => "agenda-mine",
        Matter::Move(..) => "agenda-move-title",
        Matter::Sure(_) => "agenda-sure",
        Matter::Gone(_) => "agenda-gone",
        Matter::Broken => "agenda-broken",
    }
}

impl<'a> Page<'a> {
    fn new(town: &'a Town<'_>, visit: &Visit<'_>, title: &str) -> Self {
        let v = &town.voice;
        let path = |lang: Lang| {
            let folder = if lang == Lang::En { "en/" } else { "" };
            format!("{}{folder}", visit.facts.tenant.id.path())
        };
        let home = path(visit.lang);
        let start = format!("{home}{FOLDER}");
        let title = v.say(title);
        let number = top::number(town).map(|(number, _)| number);
        let help = match number {
            // A number is not broken over two lines.
            Some(phone) => {
                let phone = phone.replace(' ', "\u{a0}");
                v.say_with("agenda-help-phone", &[("phone", phone.into())])
            }
            None => v.say("agenda-help"),
        };
        Self {
            head: Head {
                css: style::desk_css(),
                ..Head::new(visit.lang, title.clone(), title).marked(visit.exercise, v)
            },
            v,
            name: &town.name,
            manage: format!("{start}gerer/"),
            other: Other {
                tag: visit.lang.other().tag(),
                link: format!("{}{FOLDER}", path(visit.lang.other())),
            },
            home,
            start,
            lead: Vec::new(),
            error_title: String::new(),
            errors: Vec::new(),
            points: Vec::new(),
            rows: Vec::new(),
            code: None,
            bring: Vec::new(),
            days: Vec::new(),
            later: None,
            fields: Vec::new(),
            people: None,
            hidden: Vec::new(),
            buttons: Vec::new(),
            chooses: false,
            help: vec![help],
            calendar: None,
            prints: false,
            action: String::new(),
            taken: false,
        }
    }

    fn fill(&mut self, matter: Matter) {
        let say = |key: &str| self.v.say(key);
        match matter {
            Matter::Points(points) => self.list(points),
            Matter::Days(point, days, later) => {
                self.point(&point, None);
                self.lead.extend(point.notes);
                if days.is_empty() {
                    self.lead.push(say("agenda-full"));
                }
                self.days = self.shown(days);
                self.later = later;
            }
            Matter::Who(point, at, people_max, typed) => {
                self.point(&point, Some(at));
                self.who(people_max, typed);
            }
            Matter::Check(point, at, typed) => {
                self.point(&point, Some(at));
                self.typed(&typed);
                self.buttons = vec![
                    (say("agenda-send"), "send", true),
                    (say("agenda-change"), "change", false),
                ];
            }
            Matter::Done(held) => self.taken("agenda-done-text", held),
            Matter::Moved(held) => self.taken("agenda-moved-text", held),
            Matter::Cancelled => self.lead = vec![say("agenda-cancelled-text")],
            Matter::Code(typed) => {
                self.lead = vec![say("agenda-code-text")];
                let field = self.field("code", ("agenda-code", "agenda-code-hint"), &typed);
                self.fields = vec![Field { auto: "off", ..field }];
                self.errors = typed.errors;
                self.buttons = vec![(say("agenda-code-go"), "find", true)];
            }
            Matter::Mine(held) => self.mine(held),
            Matter::Move(held, days, why) => {
                self.errors.extend(why.map(|why| ("slot", why)));
                self.moves(held, days);
            }
            Matter::Sure(held) => self.sure(held),
            Matter::Gone(point) => {
                self.lead = vec![say("agenda-gone-text")];
                self.point(&point, None);
                self.points = vec![point];
            }
            Matter::Broken => self.lead = vec![say("agenda-broken-text")],
        }
    }

    fn taken(&mut self, key: &str, held: Held) {
        self.lead = vec![self.v.say(key)];
        self.taken = true;
        self.held(held, true);
    }

    fn mine(&mut self, held: Held) {
        self.held(held, true);
        self.buttons = vec![
            (self.v.say("agenda-move"), "move", true),
            (self.v.say("agenda-cancel"), "sure", false),
        ];
        self.action.clone_from(&self.manage);
    }

    fn moves(&mut self, held: Held, days: Vec<DayLine>) {
        self.held(held, false);
        let key = if days.is_empty() { "agenda-full" } else { "agenda-move-text" };
        self.lead = vec![self.v.say(key)];
        self.chooses = true;
        self.days = self.shown(days);
        if !self.days.is_empty() {
            self.buttons.push((self.v.say("agenda-move-go"), "moved", true));
        }
        self.buttons.push((self.v.say("agenda-keep"), "find", false));
    }

    fn sure(&mut self, held: Held) {
        self.lead = vec![self.v.say("agenda-sure-text")];
        self.held(held, false);
        self.buttons = vec![
            (self.v.say("agenda-cancel-go"), "cancel", true),
            (self.v.say("agenda-keep"), "find", false),
        ];
    }

    fn list(&mut self, points: Vec<PointLine>) {
        let open = points.iter().any(|one| one.link.is_some());
        let key = match (points.is_empty(), open) {
            (true, _) => "agenda-nowhere",
            (false, true) => "agenda-text",
            (false, false) => "agenda-kept-text",
        };
        self.lead = vec![self.v.say(key)];
        self.points = points;
    }

    fn row(&mut self, key: &str, value: &str) {
        let value = inert::line(value, 300);
        if !value.is_empty() {
            self.rows.push(Row { name: self.v.say(key), value });
        }
    }

    fn point(&mut self, point: &PointLine, at: Option<Instant>) {
        self.row("agenda-for", &point.about);
        self.row("agenda-where", &point.place);
        if let Some(at) = at {
            let date = self.v.date(at);
            self.row("agenda-when", &date);
        }
    }

    fn shown(&self, days: Vec<DayLine>) -> Vec<DayShown> {
        let hour = |(link, minute): (String, u16)| (link, self.v.words.clock_at(minute));
        let day = |one: DayLine| DayShown {
            name: self.v.day(one.at),
            hours: one.hours.into_iter().map(hour).collect(),
        };
        days.into_iter().map(day).collect()
    }

    fn field(&self, name: &'static str, (label, hint): (&str, &str), typed: &Typed) -> Field {
        Field {
            name,
            label: self.v.say(label),
            hint: if hint.is_empty() { String::new() } else { self.v.say(hint) },
            value: typed.value(name).to_owned(),
            why: typed.error(name).map(ToOwned::to_owned),
            kind: "text",
            auto: "off",
            mode: "text",
        }
    }

    fn who(&mut self, people_max: u16, typed: Typed) {
        let name = self.field("name", ("agenda-name", ""), &typed);
        let phone = self.field("phone", ("agenda-phone", "agenda-phone-hint"), &typed);
        let mail = self.field("mail", ("agenda-mail", ""), &typed);
        let about = self.field("about", ("agenda-about", "agenda-about-hint"), &typed);
        self.fields = vec![
            Field { auto: "name", ..name },
            Field { kind: "tel", auto: "tel", mode: "tel", ..phone },
            Field { kind: "email", auto: "email", mode: "email", ..mail },
            about,
        ];
        let chosen = typed.value("people").parse().unwrap_or(1);
        self.people = (people_max > 1).then_some((people_max, chosen));
        self.lead = vec![self.v.say("agenda-who-text")];
        self.errors = typed.errors;
        self.buttons = vec![(self.v.say("agenda-go-on"), "check", true)];
    }

    fn typed(&mut self, typed: &Typed) {
        for (name, key) in [
            ("name", "agenda-name"),
            ("phone", "agenda-phone"),
            ("mail", "agenda-mail"),
            ("people", "agenda-people"),
            ("about", "agenda-about"),
        ] {
            self.row(key, typed.value(name));
        }
        self.lead = vec![self.v.say("agenda-check-text")];
    }

    fn held(&mut self, held: Held, whole: bool) {
        let point = PointLine { about: held.about, place: held.place, ..PointLine::default() };
        self.point(&point, Some(held.at));
        if held.people > 1 {
            self.row("agenda-people", &held.people.to_string());
        }
        self.row("agenda-reference", &held.reference);
        if whole {
            self.code = Some(held.code);
            let tidy = |text: String| inert::line(&text, LINE_CHARS_MAX * 3);
            self.bring = held.bring.into_iter().map(tidy).collect();
            self.calendar = Some(format!("{}agenda.ics", self.manage));
            self.prints = true;
        }
    }
}
