//! The eleven public holidays of metropolitan France (Code du travail, L3133-1).
//!
//! Left out, and said so to whoever fills in a list: the two further days of Alsace-Moselle, and
//! the day of the abolition of slavery, which differs from one overseas authority to the next.

/// A day of the calendar, as the number of days since 1 January 1970.
pub(crate) fn day_number(year: i32, month: u8, day: u8) -> i64 {
    // The year begins in March, so that the leap day is its last.
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let months = (i64::from(month) + 9) % 12;
    let of_year = (153 * months + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Easter Sunday (Meeus, Jones, Butcher).
fn easter(year: i32) -> i64 {
    let golden = year.rem_euclid(19);
    let (century, in_century) = (year.div_euclid(100), year.rem_euclid(100));
    let drift = century / 4 + (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - drift + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - moon - in_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * to_sunday) / 451;
    let count = moon + to_sunday - 7 * late + 114;
    let (month, day) = (u8::try_from(count / 31), u8::try_from(count % 31 + 1));
    day_number(year, month.unwrap_or(3), day.unwrap_or(31))
}

/// Whether a day is a public holiday.
pub(super) fn is_holiday(year: i32, number: i64) -> bool {
    const FIXED: [(u8, u8); 8] =
        [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
    // Easter Monday, Ascension, Whit Monday.
    const AFTER_EASTER: [i64; 3] = [1, 39, 50];
    let easter = easter(year);
    FIXED.iter().any(|(month, day)| day_number(year, *month, *day) == number)
        || AFTER_EASTER.iter().any(|days| easter + days == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_the_calendars_say() {
        for (year, month, day) in [
            (1961, 4, 2),
            (2000, 4, 23),
            (2008, 3, 23),
            (2011, 4, 24),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2038, 4, 25),
            (2285, 3, 22),
        ] {
            assert_eq!(easter(year), day_number(year, month, day), "{year}");
        }
    }

    #[test]
    fn each_year_has_its_eleven_days() {
        for year in 1971..2100 {
            let (first, next) = (day_number(year, 1, 1), day_number(year + 1, 1, 1));
            let days = (first..next).filter(|day| is_holiday(year, *day)).count();
            // Ascension may fall on 1 May (2008) or 8 May (1997).
            let ascension = easter(year) + 39;
            let shared = [1, 8].iter().any(|day| day_number(year, 5, *day) == ascension);
            assert_eq!(days, 11 - usize::from(shared), "{year}");
        }
        let named = [(2024, 5, 9), (2024, 5, 20), (2024, 4, 1), (2026, 12, 25), (2026, 5, 14)];
        for (year, month, day) in named {
            assert!(is_holiday(year, day_number(year, month, day)), "{year}-{month}-{day}");
        }
        for (year, month, day) in [(2024, 3, 31), (2024, 12, 26), (2026, 4, 3)] {
            assert!(!is_holiday(year, day_number(year, month, day)), "{year}-{month}-{day}");
        }
    }
}
