//! Dates, times and durations as people read them.
//!
//! Dates in full, the 24-hour clock, the town's own time zone: an overseas town reads its own
//! hour. Machines get RFC 3339 in UTC.

use beffroi_town::{
    Instant, Lang, Tenant,
    agenda::{Day, Slot},
    oncall::Local,
};
use jiff::{
    Span, Timestamp, Zoned,
    civil::Date,
    tz::{AmbiguousOffset, TimeZone},
};
use std::sync::LazyLock;

use crate::{Value, Words, typography::HARD};

/// Overseas départements and collectivities, and where their clocks are.
///
/// The Marquesas and the Gambier Islands (in 987) keep clocks of their own; they read Tahiti's.
const OVERSEAS: [(&str, &str); 11] = [
    ("971", "America/Guadeloupe"),
    ("972", "America/Martinique"),
    ("973", "America/Cayenne"),
    ("974", "Indian/Reunion"),
    ("975", "America/Miquelon"),
    ("976", "Indian/Mayotte"),
    ("977", "America/St_Barthelemy"),
    ("978", "America/Marigot"),
    ("986", "Pacific/Wallis"),
    ("987", "Pacific/Tahiti"),
    ("988", "Pacific/Noumea"),
];

/// Overseas régions, and the département whose clock they share.
const OVERSEAS_REGIONS: [(&str, &str); 5] =
    [("01", "971"), ("02", "972"), ("03", "973"), ("04", "974"), ("06", "976")];

/// Where a clock stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

static PARIS: LazyLock<Zone> = LazyLock::new(|| Zone::named("Europe/Paris"));

impl Zone {
    /// Paris.
    pub fn paris() -> Self {
        PARIS.clone()
    }

    /// The zone of a département by its code (`59`, `971`); Paris when none is given.
    pub fn of_department(code: Option<&str>) -> Self {
        let overseas = OVERSEAS.iter().find(|(department, _)| Some(*department) == code);
        overseas.map_or_else(Self::paris, |(_, name)| Self::named(name))
    }

    /// The zone of a tenant, by its département, else by its région.
    pub fn of(tenant: &Tenant) -> Self {
        Self::of_place(tenant.department.as_deref(), tenant.region.as_deref())
    }

    /// The same from the codes alone.
    pub fn of_place(department: Option<&str>, region: Option<&str>) -> Self {
        let by_region = || {
            let found = OVERSEAS_REGIONS.iter().find(|(code, _)| Some(*code) == region);
            found.map(|(_, department)| *department)
        };
        Self::of_department(department.or_else(by_region))
    }

    /// The name in the tz database.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The tz database is part of the program; a test reads every name.
    fn named(name: &str) -> Self {
        Self(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    /// The hour there, as its clock and calendar show it; midnight of 1970 beyond all calendars.
    pub fn local(&self, at: Instant) -> Local {
        let small = |number: i8| u8::try_from(number).unwrap_or(1);
        self.at(at).map_or(Local { year: 1970, month: 1, day: 1, minute: 0 }, |zoned| Local {
            year: i32::from(zoned.year()),
            month: small(zoned.month()),
            day: small(zoned.day()),
            minute: u16::from(small(zoned.hour())) * 60 + u16::from(small(zoned.minute())),
        })
    }

    /// The day there.
    pub fn day(&self, at: Instant) -> Day {
        Day::of(self.local(at))
    }

    /// The instant at which the clock there shows a minute of a day; none for a minute that it
    /// jumps over in spring, the first of the two that it shows in autumn.
    pub fn instant(&self, slot: Slot) -> Option<Instant> {
        let (year, month, day) = slot.day.civil();
        let small = |number: u16| i8::try_from(number).ok();
        let date = Date::new(i16::try_from(year).ok()?, small(month.into())?, small(day.into())?);
        let shown = date.ok()?.at(small(slot.minute / 60)?, small(slot.minute % 60)?, 0, 0);
        let ambiguous = self.0.to_ambiguous_timestamp(shown);
        if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
            return None;
        }
        Some(Instant::from_ms(ambiguous.earlier().ok()?.as_millisecond()))
    }

    /// The last moment of the day that comes so many months later: same number of the day, or the
    /// month's last day where it has none (31 January and one month: 28 or 29 February).
    #[must_use]
    pub fn end_of_months(&self, at: Instant, months: u32) -> Instant {
        let later = self.at(at).and_then(|zoned| {
            let day = zoned.date().checked_add(Span::new().try_months(months).ok()?).ok()?;
            self.end_of(day)
        });
        later.unwrap_or(at)
    }

    /// The last moment of the school year: the next 31 August.
    #[must_use]
    pub fn end_of_school_year(&self, at: Instant) -> Instant {
        let end = self.at(at).and_then(|zoned| {
            let year = if zoned.month() > 8 { zoned.year() + 1 } else { zoned.year() };
            self.end_of(Date::new(year, 8, 31).ok()?)
        });
        end.unwrap_or(at)
    }

    /// The first moment of a day, written `2024-04-25`.
    pub fn start_of(&self, day: &str) -> Option<Instant> {
        let zoned = day.parse::<Date>().ok()?.to_zoned(self.0.clone()).ok()?;
        Some(Instant::from_ms(zoned.timestamp().as_millisecond()))
    }

    /// Whole days from one moment to another, by the calendar.
    pub fn days_until(&self, from: Instant, to: Instant) -> i64 {
        let days = self.at(from).zip(self.at(to)).and_then(|(from, to)| {
            let days = from.date().until(to.date()).ok()?.get_days();
            Some(i64::from(days))
        });
        days.unwrap_or_default()
    }

    fn end_of(&self, day: Date) -> Option<Instant> {
        let next = day.tomorrow().ok()?.to_zoned(self.0.clone()).ok()?;
        Some(Instant::from_ms(next.timestamp().as_millisecond() - 1))
    }

    fn at(&self, at: Instant) -> Option<Zoned> {
        let timestamp = Timestamp::from_millisecond(at.ms()).ok()?;
        Some(timestamp.to_zoned(self.0.clone()))
    }
}

/// RFC 3339 in UTC, to the second: `2024-04-25T09:04:00Z`. Saturates at the years -9999 and 9999.
pub fn machine(at: Instant) -> String {
    let clamp = if at.ms() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let timestamp = Timestamp::from_millisecond(at.ms()).unwrap_or(clamp);
    timestamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The pieces of a duration that are told: two units at most, the larger first.
fn pieces(ms: i64) -> [(&'static str, u64); 2] {
    let minutes = ms.unsigned_abs() / 60_000;
    let (hours, days) = (minutes / 60, minutes / 1440);
    match (days, hours) {
        (0, 0) => [("duration-minutes", minutes), ("", 0)],
        (0, _) => [("duration-hours", hours), ("duration-minutes", minutes % 60)],
        (1..14, _) => [("duration-days", days), ("duration-hours", hours % 24)],
        _ => [("duration-days", days), ("", 0)],
    }
}

impl Words {
    /// `jeudi 25 avril 2024 à 11 h 04`, `Thursday 25 April 2024 at 11:04`.
    pub fn date_full(&self, at: Instant, zone: &Zone) -> String {
        self.date("date-full", at, zone)
    }

    /// `jeudi 25 avril 2024`, `Thursday 25 April 2024`.
    pub fn day_full(&self, at: Instant, zone: &Zone) -> String {
        self.date("date-day", at, zone)
    }

    /// `25 avril, 11 h 04`, `25 April, 11:04`: where the year goes without saying.
    pub fn date_short(&self, at: Instant, zone: &Zone) -> String {
        self.date("date-short", at, zone)
    }

    /// `11 h 04`, `11:04`.
    pub fn time(&self, at: Instant, zone: &Zone) -> String {
        zone.at(at).map_or_else(|| self.say("date-none"), |zoned| self.clock(&zoned))
    }

    /// `3 heures et 20 minutes`, `3 hours and 20 minutes`; the sign does not count.
    pub fn duration(&self, ms: i64) -> String {
        if ms.unsigned_abs() < 60_000 {
            return self.say("duration-moment");
        }
        let said: Vec<String> = pieces(ms)
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(key, count)| self.say_with(key, &[("count", Value::Count(count))]))
            .collect();
        match said.as_slice() {
            [large, small] => self.say_with(
                "duration-two",
                &[("large", Value::from(large)), ("small", Value::from(small))],
            ),
            one => one.concat(),
        }
    }

    /// For machines' short times: `850 ms`, `3,2 s`, then as [`Words::duration`].
    pub fn stopwatch(&self, ms: u64) -> String {
        let mark = if self.lang() == Lang::Fr { ',' } else { '.' };
        match ms {
            0..1_000 => format!("{ms}{HARD}ms"),
            1_000..60_000 => format!("{}{mark}{}{HARD}s", ms / 1000, ms % 1000 / 100),
            _ => self.duration(i64::try_from(ms).unwrap_or(i64::MAX)),
        }
    }

    /// `depuis 3 heures`, `for 3 hours`.
    pub fn since(&self, at: Instant, now: Instant) -> String {
        let duration = self.duration(now.ms_since(at).max(0));
        self.say_with("duration-since", &[("duration", duration.into())])
    }

    /// `il y a 3 heures`, `3 hours ago`.
    pub fn ago(&self, at: Instant, now: Instant) -> String {
        let duration = self.duration(now.ms_since(at).max(0));
        self.say_with("duration-ago", &[("duration", duration.into())])
    }

    /// A whole number with its thousands apart: `34 969`, `34,969`.
    pub fn number(&self, number: u64) -> String {
        let mark = if self.lang() == Lang::Fr { '\u{202f}' } else { ',' };
        let digits = number.to_string();
        let mut out = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push(mark);
            }
            out.push(digit);
        }
        out
    }

    /// The time alone when it was today, else the day too: `11 h 04`, `24 avril, 11 h 04`.
    pub fn moment_short(&self, at: Instant, now: Instant, zone: &Zone) -> String {
        match (zone.at(at), zone.at(now)) {
            (Some(then), Some(today)) if then.date() == today.date() => self.clock(&then),
            _ => self.date_short(at, zone),
        }
    }

    fn date(&self, key: &str, at: Instant, zone: &Zone) -> String {
        let Some(zoned) = zone.at(at) else {
            return self.say("date-none");
        };
        let weekday = format!("weekday-{}", zoned.weekday().to_monday_one_offset());
        let month = format!("month-{}", zoned.month());
        let day = match (self.lang(), zoned.day()) {
            (Lang::Fr, 1) => "1er".to_owned(),
            (_, day) => day.to_string(),
        };
        self.say_with(
            key,
            &[
                ("weekday", self.say(&weekday).into()),
                ("day", day.into()),
                ("month", self.say(&month).into()),
                ("year", zoned.year().to_string().into()),
                ("time", self.clock(&zoned).into()),
            ],
        )
    }

    fn clock(&self, zoned: &Zoned) -> String {
        let small = |number: i8| u16::try_from(number).unwrap_or(0);
        self.clock_at(small(zoned.hour()) * 60 + small(zoned.minute()))
    }

    /// A minute of the day on the clock: `11 h 04`, `11:04`.
    pub fn clock_at(&self, minute_of_day: u16) -> String {
        let (hour, minute) = (minute_of_day / 60, minute_of_day % 60);
        match self.lang() {
            Lang::Fr if minute == 0 => format!("{hour}{HARD}h"),
            Lang::Fr => format!("{hour}{HARD}h{HARD}{minute:02}"),
            Lang::En => format!("{hour}:{minute:02}"),
        }
    }
}

#[cfg(test)]
mod tests;
