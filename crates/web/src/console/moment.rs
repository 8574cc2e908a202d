//! Dates and times as a form's field has them: `2024-04-25T11:04`, by the tenant's own clock.

use beffroi_town::Instant;
use beffroi_words::Zone;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

fn zone_of(zone: &Zone) -> TimeZone {
    TimeZone::get(zone.name()).unwrap_or(TimeZone::UTC)
}

/// As the field shows it.
pub(super) fn typed(at: Instant, zone: &Zone) -> String {
    let Ok(stamp) = Timestamp::from_millisecond(at.ms()) else { return String::new() };
    stamp.to_zoned(zone_of(zone)).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// As the field sends it, or as a person types it where the field is plain text. An hour that a
/// change of clocks skips or repeats is read as the earlier of the two it may mean.
pub(super) fn read(text: &str, zone: &Zone) -> Option<Instant> {
    let tidy = text.trim().replace(' ', "T");
    let tidy = tidy.get(..16).unwrap_or(&tidy);
    let civil = DateTime::strptime("%Y-%m-%dT%H:%M", tidy).ok()?;
    let stamp = zone_of(zone).to_ambiguous_zoned(civil).earlier().ok()?;
    Some(Instant::from_ms(stamp.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back_by_the_towns_own_clock() {
        let at = Instant::from_ms(1_714_035_840_000);
        for (department, shown) in [("59", "2024-04-25T11:04"), ("971", "2024-04-25T05:04")] {
            let zone = Zone::of_department(Some(department));
            assert_eq!(typed(at, &zone), shown);
            assert_eq!(read(shown, &zone), Some(at));
        }
        let paris = Zone::paris();
        assert_eq!(read(" 2024-04-25 11:04 ", &paris), Some(at));
        for bad in ["", "25/04/2024", "2024-13-01T00:00", "2024-04-25T11", "9999999-01-01T00:00"] {
            assert_eq!(read(bad, &paris), None, "{bad}");
        }
    }
}
