//! Templates of requests: text with holes, each filled in as its place demands.
//!
//! Rules: a hole is one of a fixed list of names in braces; anything else in braces that looks
//! like a name is a mistake; what goes in can never become more than a value of its place.

use std::fmt::Write as _;

use beffroi_crisis::calls::Message;
use data_encoding::BASE64;

/// Where a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a text of JSON.
    Json,
    /// In a form.
    Form,
    /// In XML.
    Xml,
    /// In a URL.
    Url,
    /// In a header.
    Header,
    /// By itself.
    Plain,
}

impl Place {
    /// What a body of this type is.
    pub fn of_body(content_type: &str) -> Self {
        let small = content_type.to_ascii_lowercase();
        if small.contains("json") {
            Self::Json
        } else if small.contains("x-www-form-urlencoded") {
            Self::Form
        } else if small.contains("xml") {
            Self::Xml
        } else {
            Self::Plain
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    To,
    Digits,
    Text,
    Link,
    Code,
    Title,
    Id,
    Priority,
    Tag,
}

const HOLES: [(&str, Hole); 9] = [
    ("to", Hole::To),
    ("digits", Hole::Digits),
    ("text", Hole::Text),
    ("link", Hole::Link),
    ("code", Hole::Code),
    ("title", Hole::Title),
    ("id", Hole::Id),
    ("priority", Hole::Priority),
    ("tag", Hole::Tag),
];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Hole(Hole),
}

/// Text with holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
    place: Place,
}

impl Template {
    /// Reads a template for one place; the reason when it cannot be one.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn parse(text: &str, place: Place) -> Result<Self, String> {
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            let name = from.get(1..).and_then(|inner| inner.split_once('}')).map(|(name, _)| name);
            let name = name.filter(|name| {
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            });
            let Some(name) = name else {
                plain.push('{');
                rest = from.get(1..).unwrap_or_default();
                continue;
            };
            let Some((_, hole)) = HOLES.iter().find(|(known, _)| *known == name) else {
                let known: Vec<String> =
                    HOLES.iter().map(|(name, _)| format!("{{{name}}}")).collect();
                return Err(format!("'{{{name}}}' is not one of {}", known.join(" ")));
            };
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(Part::Hole(*hole));
            rest = from.get(name.len() + 2..).unwrap_or_default();
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        let template = Self { parts, place };
        template.check()?;
        Ok(template)
    }

    /// A body of JSON must be JSON whatever goes in; a header and a URL are one line.
    fn check(&self) -> Result<(), String> {
        let hostile = Message {
            id: "1".to_owned(),
            channel: String::new(),
            to: "+33600000000\"},{".to_owned(),
            title: "\"\\\n".to_owned(),
            text: "}\"'<&\u{1}".to_owned(),
            link: "https://a.example/\"".to_owned(),
            code: "ABC".to_owned(),
            urgent: true,
            test: false,
        };
        let filled = self.fill(&hostile);
        match self.place {
            Place::Json if serde_json::from_str::<serde_json::Value>(&filled).is_err() => Err(
                "is not JSON once it is filled in: write every hole but {priority} between quotation marks"
                    .to_owned(),
            ),
            Place::Url | Place::Header if filled.contains(['\n', '\r']) => {
                Err("holds a line end: take it out".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Fills the holes in.
    pub fn fill(&self, message: &Message) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Hole(hole) => escape(self.place, &value(*hole, message), &mut out),
            }
        }
        // A header with anything but ASCII travels as an encoded word (RFC 2047).
        if self.place == Place::Header && !out.is_ascii() {
            return format!("=?UTF-8?B?{}?=", BASE64.encode(out.as_bytes()));
        }
        out
    }
}

fn value(hole: Hole, message: &Message) -> String {
    match hole {
        Hole::To => message.to.clone(),
        Hole::Digits => message.to.chars().filter(char::is_ascii_digit).collect(),
        Hole::Text => message.text.clone(),
        Hole::Link => message.link.clone(),
        Hole::Code => message.code.clone(),
        Hole::Title => message.title.clone(),
        Hole::Id => message.id.clone(),
        // ntfy's scale: 5 rings through, 3 is an ordinary message.
        Hole::Priority => if message.urgent { "5" } else { "3" }.to_owned(),
        Hole::Tag => if message.test { "test_tube" } else { "rotating_light" }.to_owned(),
    }
}

fn escape(place: Place, value: &str, out: &mut String) {
    match place {
        Place::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            out.push_str(quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default());
        }
        Place::Url | Place::Form => {
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                    out.push(char::from(byte));
                } else {
                    // A formatter that writes to memory does not fail.
                    let _written: std::fmt::Result = write!(out, "%{byte:02X}");
                }
            }
        }
        Place::Xml => {
            for c in value.chars() {
                match c {
                    '<' => out.push_str("&lt;"),
                    '>' => out.push_str("&gt;"),
                    '&' => out.push_str("&amp;"),
                    '"' => out.push_str("&quot;"),
                    '\'' => out.push_str("&apos;"),
                    c if c.is_control() => out.push(' '),
                    c => out.push(c),
                }
            }
        }
        Place::Header => out.extend(value.chars().filter(|c| !c.is_control())),
        Place::Plain => out.push_str(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Message {
        Message {
            id: "t1".to_owned(),
            channel: "sms".to_owned(),
            to: "+33612345678".to_owned(),
            title: "Alarme\u{202f}: Gravelines".to_owned(),
            text: text.to_owned(),
            link: "https://b.example/a/X".to_owned(),
            code: "ABC-DEF".to_owned(),
            urgent: true,
            test: false,
        }
    }

    fn filled(template: &str, place: Place, text: &str) -> String {
        Template::parse(template, place).unwrap().fill(&message(text))
    }

    #[test]
    fn what_goes_in_stays_a_value() {
        let evil = "a\"b}&to=x\r\nX: y\\<>'\u{0}é";
        let json = filled(r#"{"to":"{to}","m":{"t":"{text}"},"p":{priority}}"#, Place::Json, evil);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((read["m"]["t"].as_str(), read["p"].as_i64()), (Some(evil), Some(5)));
        let form = filled("to={digits}&m={text}", Place::Form, "é &=");
        assert_eq!(form, "to=33612345678&m=%C3%A9%20%26%3D");
        assert_eq!(filled("<m>{text}</m>", Place::Xml, "<&>"), "<m>&lt;&amp;&gt;</m>");
        let header = filled("{title}", Place::Header, "");
        assert!(header.starts_with("=?UTF-8?B?") && header.is_ascii(), "{header}");
        assert_eq!(filled("x {text}", Place::Header, "a\r\nB: c"), "x aB: c");
        assert_eq!(filled("{text}", Place::Plain, "a\nb"), "a\nb");
        for quote in ["\"", "\"\"", "\\", "\\\""] {
            let json = filled(r#"{"t":"{text}"}"#, Place::Json, quote);
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            assert_eq!(read["t"], quote);
        }
    }

    #[test]
    fn braces_of_the_format_itself_stay() {
        assert_eq!(filled("{\"a\":{}} {", Place::Plain, ""), "{\"a\":{}} {");
        assert!(Template::parse("{nothing}", Place::Plain).unwrap_err().contains("{text}"));
        assert!(Template::parse("{\"a\":{text}}", Place::Json).is_err());
        assert!(Template::parse("a\r\nb", Place::Header).is_err());
    }
}
