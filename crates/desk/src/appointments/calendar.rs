//! The agenda of the town's own software, read from iCalendar (RFC 5545).
//!
//! Rules: what is read is data from outside: bounded in size, events and repetitions, and one bad
//! event does not spoil the others, it is counted; times are taken where the file says that its
//! clock stands, and shown on the town's. Only the days that a sheet may be printed for are kept.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_town::{Instant, agenda::Day};
use beffroi_words::Zone;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rrule::RRuleSet;

use super::sheet::Kept;

/// Largest file, bytes.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most events of a file.
pub const EVENTS_MAX: usize = 20_000;
/// Most repetitions of one event that are counted through.
const REPETITIONS_MAX: usize = 20_000;
/// Longest text of an event that is kept, characters.
const TEXT_CHARS_MAX: usize = 200;

/// Why a file is no agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not UTF-8.
    #[error("it is no text in UTF-8: export it again as iCalendar (.ics)")]
    NotText,
    /// Something else.
    #[error(
        "it is no iCalendar file: it must begin with BEGIN:VCALENDAR and end with END:VCALENDAR"
    )]
    NotCalendar,
    /// Too large.
    #[error("it is larger than 8 MB: export fewer months")]
    TooLarge,
    /// Too many.
    #[error("it has more than 20000 events: export fewer months")]
    TooMany,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Who comes, by day.
    pub days: BTreeMap<Day, Vec<Kept>>,
    /// Events that could not be read.
    pub unreadable: usize,
}

/// From which day to which is kept, and where the town's clock stands.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    /// The first day.
    pub first: Day,
    /// The last.
    pub last: Day,
    /// The town's clock.
    pub zone: &'a Zone,
}

/// Names that Windows gives to zones a French town may meet.
const WINDOWS_ZONES: [(&str, &str); 5] = [
    ("Romance Standard Time", "Europe/Paris"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("GMT Standard Time", "Europe/London"),
    ("SA Western Standard Time", "America/Guadeloupe"),
];

/// A line of the file: its name, its parameters, its value.
struct Line {
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

impl Line {
    fn parse(text: &str) -> Option<Self> {
        let mut quoted = false;
        let colon = text.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == ':' && !quoted
        });
        let (head, value) = text.split_at_checked(colon?.0)?;
        let mut parts = head.split(';');
        let name = parts.next()?.to_ascii_uppercase();
        let pair = |part: &str| {
            let (key, value) = part.split_once('=')?;
            Some((key.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
        };
        let parameters = parts.filter_map(pair).collect();
        Some(Self { name, parameters, value: value.get(1..)?.to_owned() })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The text of the value, its escapes undone, on one line.
    fn text(&self) -> String {
        let mut out = String::new();
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match (c, c == '\\') {
                (_, true) => match chars.next() {
                    Some('n' | 'N') | None => out.push(' '),
                    Some(other) => out.push(other),
                },
                (c, _) if c.is_control() => out.push(' '),
                (c, _) => out.push(c),
            }
        }
        out.trim().chars().take(TEXT_CHARS_MAX).collect()
    }
}

/// A moment as the file writes it: on some clock, or a whole day.
#[derive(Clone, Debug)]
struct Moment {
    wall: DateTime,
    zone: TimeZone,
    whole_day: bool,
}

/// `20261130T091500`, `20261130`, on its own.
fn wall(text: &str) -> Option<(DateTime, bool)> {
    let digits = |from: usize, to: usize| -> Option<i16> {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let small = |from, to| digits(from, to).and_then(|number| i8::try_from(number).ok());
    let date = (digits(0, 4)?, small(4, 6)?, small(6, 8)?);
    let rest = text.get(8..)?;
    let (hour, minute, whole) = match rest {
        "" => (0, 0, true),
        rest if rest.starts_with('T') && rest.len() == 7 => (small(9, 11)?, small(11, 13)?, false),
        _ => return None,
    };
    Some((DateTime::new(date.0, date.1, date.2, hour, minute, 0, 0).ok()?, whole))
}

impl Moment {
    fn read(value: &str, zone: Option<&str>, window: &Window<'_>) -> Option<Self> {
        let own = || TimeZone::get(window.zone.name()).unwrap_or(TimeZone::UTC);
        if let Some(text) = value.strip_suffix('Z') {
            let (wall, whole_day) = wall(text)?;
            return Some(Self { wall, zone: TimeZone::UTC, whole_day });
        }
        let (wall, whole_day) = wall(value)?;
        let named = |name: &str| {
            let known = WINDOWS_ZONES.iter().find(|(windows, _)| *windows == name);
            TimeZone::get(known.map_or(name, |(_, name)| name)).ok()
        };
        // A clock that nobody knows, or none at all, is the town's own.
        let zone = zone.filter(|_| !whole_day).and_then(named).unwrap_or_else(own);
        Some(Self { wall, zone, whole_day })
    }

    /// The same clock at another time.
    fn at(&self, wall: DateTime) -> Self {
        Self { wall, zone: self.zone.clone(), whole_day: self.whole_day }
    }

    /// Day and minute on the town's clock.
    fn local(&self, window: &Window<'_>) -> Option<(Day, u16)> {
        let at = self.zone.to_ambiguous_zoned(self.wall).compatible().ok()?.timestamp();
        let at = Instant::from_ms(at.as_millisecond());
        let local = window.zone.local(at);
        Some((Day::of(local), local.minute))
    }
}

/// An event as it is read.
#[derive(Default)]
struct Event {
    uid: String,
    start: Option<Moment>,
    summary: String,
    about: String,
    phone: String,
    rule: Option<String>,
    without: Vec<Moment>,
    instead_of: Option<Moment>,
    cancelled: bool,
}

impl Event {
    fn take(&mut self, line: &Line, window: &Window<'_>) {
        let zone = line.parameter("TZID");
        let moment = |value: &str| Moment::read(value, zone, window);
        match line.name.as_str() {
            "UID" => self.uid.clone_from(&line.value),
            "DTSTART" => self.start = moment(&line.value),
            "SUMMARY" => self.summary = line.text(),
            "DESCRIPTION" => self.about = line.text(),
            "CONTACT" => self.phone = line.text(),
            "RRULE" => self.rule = Some(line.value.clone()),
            "EXDATE" => self.without.extend(line.value.split(',').filter_map(moment)),
            "RECURRENCE-ID" => self.instead_of = moment(&line.value),
            "STATUS" => self.cancelled = line.value.eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }

    /// Each time it takes place within the window; none when it cannot be read.
    fn moments(&self, window: &Window<'_>) -> Option<Vec<Moment>> {
        let start = self.start.as_ref()?;
        let Some(rule) = &self.rule else { return Some(vec![start.clone()]) };
        // The rule is counted on the event's own clock, as if that were UTC: ten o'clock stays ten
        // o'clock when the hour changes. jiff alone says which moment that is.
        let text = format!(
            "DTSTART:{}Z\nRRULE:{}",
            start.wall.strftime("%Y%m%dT%H%M%S"),
            self.until(rule)?
        );
        let set: RRuleSet = text.parse().ok()?;
        let (first, last) = (window.first.plus(-1).to_string(), window.last.plus(1).to_string());
        let mut found = Vec::new();
        for (number, at) in (&set).into_iter().enumerate() {
            if number >= REPETITIONS_MAX {
                return None;
            }
            let at = Timestamp::from_second(at.timestamp()).ok()?;
            let wall = TimeZone::UTC.to_datetime(at);
            let day = wall.date().to_string();
            if day > last {
                break;
            }
            if day >= first {
                found.push(start.at(wall));
            }
        }
        Some(found)
    }

    /// The rule with its end on the event's own clock.
    fn until(&self, rule: &str) -> Option<String> {
        let start = self.start.as_ref()?;
        let part = |part: &str| match part.split_once('=') {
            Some((key, value)) if key.eq_ignore_ascii_case("UNTIL") => {
                let (end, whole) = wall(value.trim_end_matches('Z'))?;
                let end = match (whole, value.ends_with('Z')) {
                    (true, _) => end.date().at(23, 59, 59, 0),
                    (false, true) => {
                        let at = TimeZone::UTC.to_ambiguous_zoned(end).compatible().ok()?;
                        start.zone.to_datetime(at.timestamp())
                    }
                    (false, false) => end,
                };
                Some(format!("UNTIL={}Z", end.strftime("%Y%m%dT%H%M%S")))
            }
            _ => Some(part.to_owned()),
        };
        Some(rule.split(';').map(part).collect::<Option<Vec<_>>>()?.join(";"))
    }
}

/// Folded lines put together again (section 3.1).
fn unfolded(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next()?.to_owned();
        while let Some(more) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
            line.push_str(more.get(1..).unwrap_or_default());
        }
        Some(line)
    })
}

/// Reads a file.
///
/// # Errors
/// [`CalendarError`]: nothing of it is used.
pub fn read(bytes: &[u8], window: &Window<'_>) -> Result<Read, CalendarError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(CalendarError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| CalendarError::NotText)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let upper = |text: &str| text.trim().to_ascii_uppercase();
    let ends = text.lines().next_back().map(upper);
    if text.lines().next().map(upper).as_deref() != Some("BEGIN:VCALENDAR")
        || ends.as_deref() != Some("END:VCALENDAR")
    {
        return Err(CalendarError::NotCalendar);
    }
    let events = events(text, window)?;
    Ok(kept(&events, window))
}

fn events(text: &str, window: &Window<'_>) -> Result<Vec<Event>, CalendarError> {
    let (mut all, mut inside, mut deeper) = (Vec::new(), None::<Event>, 0_usize);
    for line in unfolded(text) {
        let Some(line) = Line::parse(&line) else { continue };
        let component = line.value.trim().to_ascii_uppercase();
        match (line.name.as_str(), &mut inside) {
            ("BEGIN", None) if component == "VEVENT" => inside = Some(Event::default()),
            // An event may hold a reminder, with times of its own.
            ("BEGIN", Some(_)) => deeper += 1,
            ("END", Some(_)) if deeper > 0 => deeper -= 1,
            ("END", Some(_)) => all.extend(inside.take()),
            (_, Some(event)) if deeper == 0 => event.take(&line, window),
            _ => {}
        }
        if all.len() > EVENTS_MAX {
            return Err(CalendarError::TooMany);
        }
    }
    Ok(all)
}

fn kept(events: &[Event], window: &Window<'_>) -> Read {
    // One time of a series that was changed stands apart, and is not taken twice.
    let replaced: BTreeSet<(&str, (Day, u16))> = events
        .iter()
        .filter_map(|one| Some((one.uid.as_str(), one.instead_of.as_ref()?.local(window)?)))
        .collect();
    let mut read = Read::default();
    for event in events.iter().filter(|one| !one.cancelled) {
        let Some(moments) = event.moments(window) else {
            read.unreadable += 1;
            continue;
        };
        let without: BTreeSet<(Day, u16)> =
            event.without.iter().filter_map(|one| one.local(window)).collect();
        for place in moments.iter().filter_map(|one| one.local(window)) {
            let (day, minute) = place;
            let own = event.instead_of.is_some();
            let changed = !own && replaced.contains(&(event.uid.as_str(), place));
            if changed || without.contains(&place) || !(window.first..=window.last).contains(&day) {
                continue;
            }
            let one = Kept {
                minute,
                who: event.summary.clone(),
                about: event.about.clone(),
                phone: event.phone.clone(),
            };
            read.days.entry(day).or_default().push(one);
        }
    }
    read
}

#[cfg(test)]
mod tests;
