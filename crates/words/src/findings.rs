//! What the doctor found, in words.

use beffroi_town::finding::{Detail, Finding, Severity};

use crate::{Value, Words, Zone};

impl Words {
    /// One line: what is wrong and how to mend it.
    pub fn finding(&self, finding: &Finding, zone: &Zone) -> String {
        let values: Vec<(&str, Value<'_>)> = finding
            .details
            .iter()
            .map(|(name, detail)| (name.as_str(), self.detail(detail, zone)))
            .collect();
        self.say_with(&format!("doctor-{}", finding.code), &values)
    }

    fn detail<'d>(&self, detail: &'d Detail, zone: &Zone) -> Value<'d> {
        match detail {
            Detail::Text(text) => text.into(),
            Detail::Count(count) => Value::Count(*count),
            Detail::At(at) => self.date_full(*at, zone).into(),
            Detail::Lasting(ms) => self.duration(*ms).into(),
            Detail::Bytes(bytes) => self.size(*bytes).into(),
        }
    }

    /// How bad it is, in a word or two.
    pub fn severity(&self, severity: Severity) -> String {
        self.say(&format!("severity-{}", severity.code()))
    }

    /// `340 Mo`, `340 MB`; thousands of bytes, as disks are sold.
    pub fn size(&self, bytes: u64) -> String {
        let (key, unit) = match bytes {
            0..1_000_000 => ("size-kilobytes", 1_000),
            1_000_000..1_000_000_000 => ("size-megabytes", 1_000_000),
            _ => ("size-gigabytes", 1_000_000_000),
        };
        self.say_with(key, &[("number", self.number(bytes / unit).into())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_town::Lang;

    #[test]
    fn sizes_are_said_as_people_say_them() {
        let plain = |lang, bytes| Words::of(lang).size(bytes).replace(['\u{a0}', '\u{202f}'], " ");
        assert_eq!(plain(Lang::Fr, 340_500_000), "340 Mo");
        assert_eq!(plain(Lang::En, 2_000_000_000_000), "2,000 GB");
        assert_eq!(plain(Lang::Fr, 900), "0 Ko");
    }

    #[test]
    fn every_severity_has_its_word() {
        for lang in Lang::ALL {
            for severity in Severity::ALL {
                assert!(!Words::of(lang).severity(severity).contains('⟦'), "{severity:?}");
            }
        }
    }
}
