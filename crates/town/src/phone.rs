//! Telephone lines as residents meet them: which number, whether it answers, what to dial instead.
//!
//! Rules:
//! - Numbers are compared by what they dial, whatever their spelling.
//! - The newest word counts: a line that was said to work before the telephony broke is as broken
//!   as the telephony; said after, it works.
//! - A number on no line stands on the town's telephony; a short number (17, 3939) is nobody's.
//! - Nobody is sent to a number that is known not to answer. Unknown is never 'it answers'.
//! - Where a line is forwarded to ([`Forward`]) is no part of a [`PhoneLine`]: what the public
//!   pages are made from does not hold it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Asset, AssetKind, Instant, LineId,
    asset::coded,
    status::{self, Works},
};

coded! {
    /// Whether a line answers, as a person last said.
    LineState {
        /// It answers.
        Works = "works",
        /// It does not.
        Down = "down",
        /// Nobody knows. Counts as the worst case.
        Unknown = "unknown",
    }
}

/// A telephone line of the town.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneLine {
    /// Its identifier.
    pub id: LineId,
    /// Its number, as it is shown.
    pub number: String,
    /// What staff call it: `Standard`, `Astreinte eau`.
    pub label: String,
    /// Whether it answers, as a person last said.
    pub state: LineState,
    /// When that was said.
    pub state_at: Instant,
    /// The number that the public dials instead.
    pub instead: Option<String>,
}

/// Where a line is forwarded to. For staff alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// Who forwards it.
    pub who: String,
    /// To which telephone.
    pub mobile: String,
    /// How: what to type, whom to ask.
    pub how: String,
}

/// A telephone number as it should be shown: a French one in pairs (`03 28 51 34 34`), a short
/// number bare (`112`, `3939`), a foreign one as `+` and digits; none when it is no number.
pub fn tidy(text: &str) -> Option<String> {
    let tidy = text.trim().replace("(0)", "");
    let (international, body) = match tidy.strip_prefix('+').or_else(|| tidy.strip_prefix("00")) {
        Some(body) => (true, body),
        None => (false, tidy.as_str()),
    };
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '.' | '-' | '/' | '\u{2011}');
    let digits: String = body.chars().filter(|c| !is_gap(*c)).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match (international, digits.strip_prefix("33")) {
        (false, _) => national(&digits),
        (true, Some(rest)) => national(&format!("0{rest}")),
        // ITU-T E.164: a country code that does not begin with 0, at most 15 digits in all.
        (true, None) if (7..=15).contains(&digits.len()) && !digits.starts_with('0') => {
            Some(format!("+{digits}"))
        }
        (true, None) => None,
    }
}

/// A number of the French plan: ten digits, or a short number (15, 112, 3939, 118 712).
fn national(digits: &str) -> Option<String> {
    let first_two = digits.get(..2)?;
    match digits.len() {
        10 if digits.starts_with('0') && first_two != "00" => {
            let pairs: Vec<&str> = digits
                .as_bytes()
                .chunks(2)
                .filter_map(|pair| std::str::from_utf8(pair).ok())
                .collect();
            Some(pairs.join(" "))
        }
        2 | 3 if digits.starts_with('1') => Some(digits.to_owned()),
        4 if digits.starts_with('3') || digits.starts_with("10") => Some(digits.to_owned()),
        6 if digits.starts_with("118") || digits.starts_with("116") => Some(digits.to_owned()),
        _ => None,
    }
}

/// What a number dials, for comparing: `+33 3 28 51 34 34` and `03.28.51.34.34` are the same.
pub fn key(text: &str) -> Option<String> {
    tidy(text).map(|shown| shown.replace(' ', ""))
}

/// Every number in a text, as it should be shown: `03 28 00 00 10 ou 06 00 00 00 01`.
pub fn numbers(text: &str) -> Vec<String> {
    let plain = |c: char| {
        c.is_ascii_digit() || c.is_whitespace() || matches!(c, '+' | '.' | '-' | '/' | '\u{2011}')
    };
    let tidy_text = text.replace("(0)", "");
    let runs = tidy_text.split(|c| !plain(c)).filter(|run| !run.trim().is_empty());
    runs.flat_map(|run| match tidy(run) {
        Some(one) => vec![one],
        None => several(run),
    })
    .collect()
}

/// French numbers that stand one after the other with nothing but a dash between them.
fn several(run: &str) -> Vec<String> {
    let digits: Vec<u8> = run.bytes().filter(u8::is_ascii_digit).collect();
    if !digits.len().is_multiple_of(10) {
        return Vec::new();
    }
    let each = digits.chunks(10).filter_map(|ten| std::str::from_utf8(ten).ok());
    each.filter_map(national).collect()
}

/// A number that does not answer, or may not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble<'a> {
    /// The number, as it should be shown.
    pub number: String,
    /// [`Works::No`] or [`Works::Doubtful`].
    pub works: Works,
    /// What to dial instead, if there is a number that is not known to be dead too.
    pub instead: Option<&'a str>,
    /// Since when, as far as is known.
    pub since: Instant,
}

/// What residents are told of the telephone of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach<'a> {
    /// Whether anybody can be reached: by one of its numbers, or by what is dialled instead.
    pub works: Works,
    /// Its numbers that do not answer, or may not.
    pub troubles: Vec<Trouble<'a>>,
}

/// Which of a town's numbers answer.
#[derive(Clone, Debug)]
pub struct PhoneBook<'a> {
    lines: BTreeMap<String, &'a PhoneLine>,
    telephony: Option<(Works, Instant)>,
}

impl<'a> PhoneBook<'a> {
    /// From the lines and the assets of one town.
    pub fn of(lines: &'a [PhoneLine], assets: &[Asset]) -> Self {
        Self {
            lines: lines.iter().filter_map(|line| Some((key(&line.number)?, line))).collect(),
            telephony: status::works(assets, AssetKind::Telephony),
        }
    }

    /// The line that a number is on.
    pub fn line(&self, number: &str) -> Option<&'a PhoneLine> {
        self.lines.get(&key(number)?).copied()
    }

    /// Whether a line answers, and since when that is so.
    pub fn answers(&self, line: &PhoneLine) -> (Works, Instant) {
        match (line.state, self.telephony) {
            (LineState::Down, _) => (Works::No, line.state_at),
            (LineState::Unknown, _) => (Works::Doubtful, line.state_at),
            (LineState::Works, Some((works, at))) if works != Works::Yes && at >= line.state_at => {
                (works, at)
            }
            (LineState::Works, _) => (Works::Yes, line.state_at),
        }
    }

    /// What the public dials instead of a line; none when that is known to be dead as well.
    pub fn instead(&self, line: &'a PhoneLine) -> Option<&'a str> {
        let other = line.instead.as_deref()?;
        let dead = self.line(other).is_some_and(|its| self.answers(its).0 == Works::No);
        (!dead).then_some(other)
    }

    /// What is wrong with a number, if anything is.
    pub fn trouble(&self, number: &str) -> Option<Trouble<'a>> {
        let shown = tidy(number)?;
        let (works, since, instead) = match self.line(number) {
            Some(line) => {
                let (works, since) = self.answers(line);
                (works, since, self.instead(line))
            }
            // Whoever has a number of ten digits on no line: it stands on the town's telephony.
            None if shown.len() > 6 => {
                let (works, since) = self.telephony?;
                (works, since, None)
            }
            None => return None,
        };
        (works != Works::Yes).then_some(Trouble { number: shown, works, instead, since })
    }

    /// What residents are told of the telephone of a service whose number reads `phone`.
    pub fn reach(&self, phone: Option<&str>) -> Reach<'a> {
        let all = phone.map(numbers).unwrap_or_default();
        let troubles: Vec<Trouble<'a>> =
            all.iter().filter_map(|number| self.trouble(number)).collect();
        let works = if all.is_empty() {
            self.telephony.map_or(Works::Doubtful, |(works, _)| works)
        } else if troubles.len() < all.len() || troubles.iter().any(|one| one.instead.is_some()) {
            Works::Yes
        } else {
            troubles.iter().map(|one| one.works).min().unwrap_or(Works::Doubtful)
        };
        Reach { works, troubles }
    }
}

#[cfg(test)]
mod tests;
