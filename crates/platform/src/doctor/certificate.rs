//! When a certificate ends, read from its DER (RFC 5280, section 4.1): as much as that takes.

use std::path::Path;

use beffroi_town::Instant;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const DAY_MS: i64 = 24 * 3_600_000;

/// When the first certificate of a PEM file ends; none when it cannot be read.
pub(super) fn ends_at(file: &Path) -> Option<Instant> {
    let certificate = CertificateDer::from_pem_file(file).ok()?;
    let (_, outer, _) = element(&certificate)?;
    let (_, mut rest, _) = element(outer)?;
    let (tag, _, after) = element(rest)?;
    if tag == VERSION {
        rest = after;
    }
    // Serial number, signature, issuer; then what is looked for.
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (tag, validity, _) = element(rest)?;
    let (_, _, after_start) = element(validity)?;
    let (kind, end, _) = element(after_start)?;
    if tag == SEQUENCE { instant(kind, std::str::from_utf8(end).ok()?) } else { None }
}

/// Tag, content and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if digits.len() > 4 {
            return None;
        }
        (digits.iter().fold(0, |all, digit| all << 8 | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn instant(kind: u8, text: &str) -> Option<Instant> {
    let digits = text.strip_suffix('Z')?;
    let (year, rest) = match kind {
        UTC_TIME => {
            let (two, rest) = digits.split_at_checked(2)?;
            let two: i64 = two.parse().ok()?;
            (if two < 50 { 2_000 + two } else { 1_900 + two }, rest)
        }
        GENERALIZED_TIME => {
            let (four, rest) = digits.split_at_checked(4)?;
            (four.parse().ok()?, rest)
        }
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at + 2)?.parse::<i64>().ok();
    let (month, day) = (part(0)?, part(2)?);
    let seconds = part(4)? * 3_600 + part(6)? * 60 + part(8)?;
    Some(Instant::from_ms(days_since_epoch(year, month, day) * DAY_MS + seconds * 1_000))
}

/// Days from 1970-01-01 in the Gregorian calendar, the year taken to begin in March.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_real_certificate_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.pem");
        for (year, month, day, days) in
            [(2030, 2, 28, 21_973), (2060, 12, 31, 33_237), (1999, 3, 1, 10_651)]
        {
            let key = rcgen::KeyPair::generate().unwrap();
            let mut params = rcgen::CertificateParams::new(vec!["x".to_owned()]).unwrap();
            params.not_before = rcgen::date_time_ymd(1990, 1, 1);
            params.not_after = rcgen::date_time_ymd(year, month, day);
            std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
            assert_eq!(ends_at(&file), Some(Instant::from_ms(days * DAY_MS)), "{year}");
        }
        std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
            .unwrap();
        assert_eq!(ends_at(&file), None);
        assert_eq!(ends_at(&folder.path().join("nowhere")), None);
    }
}
