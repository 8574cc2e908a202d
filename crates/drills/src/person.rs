//! A played person at a console: opens pages, fills in the forms that are really there, presses
//! the buttons that are really there. No script, no short cut past what a person would see.

use anyhow::{Context, Result, bail};
use ureq::{Agent, Body, http::Response};

/// Longest page that is read.
const PAGE_BYTES_MAX: u64 = 2 << 20;

/// Somebody with a browser of their own.
#[derive(Debug)]
pub struct Person {
    agent: Agent,
    base: String,
    /// Fields filled in and buttons pressed so far.
    pub inputs: u32,
}

/// A page as it was received.
#[derive(Clone, Debug)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// Path it was found at, after redirects.
    pub path: String,
    /// The page.
    pub body: String,
}

/// A form as it stands on a page, with the values that it would send untouched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// Whether it is sent in parts, as one with files is (RFC 7578).
    pub in_parts: bool,
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
    /// Names that it offers, sent or not (an unchecked box is offered and not sent).
    pub offered: Vec<String>,
}

impl Person {
    /// Somebody whose browser starts at `base`, such as `http://127.0.0.1:8080`.
    pub fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(std::time::Duration::from_secs(30)))
            .max_redirects(5)
            .build();
        Self { agent: config.into(), base: base.trim_end_matches('/').to_owned(), inputs: 0 }
    }

    /// Opens a page.
    ///
    /// # Errors
    /// When the platform does not answer.
    pub fn open(&self, path: &str) -> Result<Page> {
        let url = format!("{}{path}", self.base);
        Self::read(self.agent.get(&url).call().with_context(|| format!("open {url}"))?)
    }

    /// Fills in `filled` on the form of `page` whose address ends with `action`, and presses its
    /// button.
    ///
    /// # Errors
    /// When there is no such form, or it does not offer one of the fields.
    pub fn send(&mut self, page: &Page, action: &str, filled: &[(&str, &str)]) -> Result<Page> {
        let forms = forms(&page.body);
        let Some(form) = forms.iter().find(|form| form.action.ends_with(action)) else {
            let there: Vec<_> = forms.iter().map(|form| form.action.as_str()).collect();
            bail!("{} has no form '{action}'; it has {there:?}", page.path);
        };
        let mut fields = form.fields.clone();
        for (name, _) in filled {
            if !form.offered.iter().any(|offered| offered == name) {
                bail!("the form {action} offers no '{name}'; it offers {:?}", form.offered);
            }
            fields.retain(|(known, _)| known != name);
        }
        fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.inputs += u32::try_from(filled.len()).unwrap_or(u32::MAX).saturating_add(1);
        let path = if form.action.is_empty() { &page.path } else { &form.action };
        let url = format!("{}{path}", self.base);
        let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = self.agent.post(&url).header("origin", &self.base);
        let answer = if form.in_parts {
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            request.header("content-type", kind).send(parts(pairs))
        } else {
            request.send_form(pairs)
        };
        Self::read(answer.with_context(|| format!("send the form {url}"))?)
    }

    fn read(mut answer: Response<Body>) -> Result<Page> {
        use ureq::ResponseExt;
        let path = answer.get_uri().path().to_owned();
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(PAGE_BYTES_MAX).read_to_string();
        Ok(Page { status, body: body.with_context(|| format!("read {path}"))?, path })
    }
}

/// Between the parts of a form; nobody types it.
const BOUNDARY: &str = "played-person-7f3c19";

fn parts<'f>(fields: impl Iterator<Item = (&'f str, &'f str)>) -> String {
    let part = |(name, value): (&str, &str)| {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        format!("--{BOUNDARY}\r\n{head}\r\n\r\n{value}\r\n")
    };
    let mut all: Vec<String> = fields.map(part).collect();
    all.push(format!("--{BOUNDARY}--\r\n"));
    all.concat()
}

/// The forms of a page. Understands what our own templates write: quoted attributes.
pub fn forms(html: &str) -> Vec<Form> {
    html.split("<form")
        .skip(1)
        .filter_map(|rest| {
            let (head, rest) = rest.split_once('>')?;
            let inside = rest.split("</form").next()?;
            let mut form = Form {
                action: attribute(head, "action").unwrap_or_default(),
                in_parts: attribute(head, "enctype").is_some_and(|kind| kind.starts_with("multi")),
                ..Form::default()
            };
            for tag in inside.split('<').skip(1) {
                collect(&mut form, tag);
            }
            Some(form)
        })
        .collect()
}

/// Takes in one tag and the text that follows it.
fn collect(form: &mut Form, tag: &str) {
    let (head, text) = tag.split_once('>').unwrap_or((tag, ""));
    let name = attribute(head, "name");
    let kind = attribute(head, "type").unwrap_or_default();
    let has = |flag: &str| head.split_whitespace().any(|word| word.trim_end_matches('/') == flag);
    if head.starts_with("option") {
        let value = attribute(head, "value").unwrap_or_else(|| unescape(text.trim()));
        if let (true, Some(select)) = (has("selected"), form.offered.last().cloned()) {
            form.fields.push((select, value));
        }
        return;
    }
    let Some(name) = name else { return };
    let value = attribute(head, "value");
    if head.starts_with("input") {
        let sent = !matches!(kind.as_str(), "checkbox" | "radio") || has("checked");
        if sent {
            form.fields.push((name.clone(), value.unwrap_or_default()));
        }
    } else if head.starts_with("textarea") {
        form.fields.push((name.clone(), unescape(text.trim_start_matches('\n'))));
    } else if !(head.starts_with("select") || head.starts_with("button")) {
        return;
    }
    form.offered.push(name);
}

/// The value of a quoted attribute.
pub fn attribute(head: &str, name: &str) -> Option<String> {
    let at = head.find(&format!(" {name}=\"")).or_else(|| head.find(&format!("\n{name}=\"")))?;
    let value = head.get(at..)?.split('"').nth(1)?;
    Some(unescape(value))
}

fn unescape(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&lt;", "<")
        .replace("&#60;", "<")
        .replace("&gt;", ">")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_would_send_it() {
        let html = r#"<form method="post" action="/x/declare">
            <input type="hidden" name="csrf" value="a&quot;b">
            <input type="radio" name="nature" value="failure"><input type="radio" name="nature" value="cyberattack" checked>
            <input type="checkbox" name="also" value="1">
            <select name="phase"><option value="a">A</option><option value="b" selected>B</option></select>
            <textarea name="note">l&#39;eau</textarea><button>Go</button></form><form action="/y"></form>"#;
        let found = forms(html);
        assert_eq!(found.len(), 2);
        let pairs: Vec<_> = found[0].fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(
            pairs,
            [("csrf", "a\"b"), ("nature", "cyberattack"), ("phase", "b"), ("note", "l'eau")]
        );
        assert!(found[0].offered.contains(&"also".to_owned()));
    }
}
