//! Watches and quiet hours as people read them.

use beffroi_town::oncall::{Contact, Holidays, Hours, Span};

use crate::Words;

impl Words {
    /// `de 18 h à 8 h`, `from 18:00 to 8:00`.
    pub fn hours(&self, hours: Hours) -> String {
        if hours.from == hours.to {
            return self.say("oncall-hours-all");
        }
        let values =
            [("from", self.clock_at(hours.from).into()), ("to", self.clock_at(hours.to).into())];
        self.say_with("oncall-hours", &values)
    }

    /// `du lundi au vendredi, de 18 h à 8 h`.
    pub fn span(&self, span: &Span) -> String {
        let values = [("days", self.days(span).into()), ("hours", self.hours(span.hours).into())];
        self.say_with("oncall-span", &values)
    }

    fn days(&self, span: &Span) -> String {
        let on: Vec<usize> = (0..7).filter(|at| span.days.get(*at) == Some(&true)).collect();
        let name = |at: &usize| self.say(&format!("weekday-{}", at + 1));
        let in_a_row = on.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
        match on.as_slice() {
            [] | [_, _, _, _, _, _, _] => self.say("oncall-days-all"),
            [one] => name(one),
            [first, .., last] if in_a_row && on.len() > 2 => {
                let values = [("from", name(first).into()), ("to", name(last).into())];
                self.say_with("oncall-days", &values)
            }
            [rest @ .., last] => {
                let first: Vec<String> = rest.iter().map(name).collect();
                let values = [("first", first.join(", ").into()), ("last", name(last).into())];
                self.say_with("console-list-and", &values)
            }
        }
    }

    /// When somebody is on watch, holidays included.
    pub fn watch(&self, contact: &Contact) -> String {
        let mut parts: Vec<String> = contact.watch.iter().map(|span| self.span(span)).collect();
        if parts.is_empty() {
            parts.push(self.say("oncall-always"));
        }
        match contact.holidays {
            Holidays::AsDays => {}
            Holidays::On => parts.push(self.say("oncall-holidays-on")),
            Holidays::Off => parts.push(self.say("oncall-holidays-off")),
        }
        parts.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_town::Lang;

    #[test]
    fn spans_are_read_as_people_say_them() {
        let french = Words::of(Lang::Fr);
        for (typed, said) in [
            ("mon-fri 18:00-08:00", "du lundi au vendredi, de 18 h à 8 h"),
            ("sat,sun", "samedi et dimanche, toute la journée"),
            ("all 8:30-12:00", "tous les jours, de 8 h 30 à 12 h"),
            ("wed", "mercredi, toute la journée"),
        ] {
            let span = Span::parse(typed).unwrap();
            assert_eq!(french.span(&span).replace('\u{a0}', " "), said);
        }
        let span = Span::parse("mon-fri 18:00-08:00").unwrap();
        assert_eq!(Words::of(Lang::En).span(&span), "Monday to Friday, from 18:00 to 8:00");
    }
}
