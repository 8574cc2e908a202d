//! A person's browser, as far as the console needs one: cookies, links, the forms that are really
//! on the page. Counts what a person fills in and presses.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    /// The fields of the form with this action, as they would be sent untouched, and all the names
    /// it offers.
    pub(crate) fn form(&self, action: &str) -> (Vec<(String, String)>, Vec<String>) {
        let found = self.body.split("<form").skip(1).find_map(|rest| {
            let (head, inside) = rest.split_once('>')?;
            let inside = inside.split("</form").next()?;
            // A form's second button may send it elsewhere.
            let sends = attribute(head, "action").as_deref() == Some(action)
                || inside.contains(&format!(" formaction=\"{action}\""));
            sends.then_some(inside)
        });
        let inside = found.unwrap_or_else(|| panic!("no form '{action}' on {}", self.path));
        let (mut sent, mut offered) = (Vec::new(), Vec::new());
        for tag in inside.split('<').skip(1) {
            let (head, text) = tag.split_once('>').unwrap_or((tag, ""));
            let on = |flag: &str| head.split_whitespace().any(|word| word == flag);
            if head.starts_with("option") {
                if on("selected") {
                    let name: &String = offered.last().unwrap();
                    sent.push((name.clone(), attribute(head, "value").unwrap_or_default()));
                }
                continue;
            }
            let Some(name) = attribute(head, "name") else { continue };
            let kind = attribute(head, "type").unwrap_or_default();
            if head.starts_with("textarea") {
                sent.push((name.clone(), unescape(text.trim_start_matches('\n'))));
            } else if head.starts_with("input")
                && (!matches!(kind.as_str(), "radio" | "checkbox") || on("checked"))
            {
                sent.push((name.clone(), attribute(head, "value").unwrap_or_default()));
            }
            offered.push(name);
        }
        (sent, offered)
    }

    pub(crate) fn has_form(&self, action: &str) -> bool {
        self.body.contains(&format!("action=\"{action}\""))
    }
}

fn attribute(head: &str, name: &str) -> Option<String> {
    let at = head.find(&format!(" {name}=\""))?;
    head[at..].split('"').nth(1).map(unescape)
}

fn unescape(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
}

pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) extra: Vec<(&'static str, &'static str)>,
    /// Fields filled in and things pressed.
    pub(crate) inputs: u32,
}

impl Browser {
    pub(crate) fn new(router: &Router) -> Self {
        Self { router: router.clone(), cookies: BTreeMap::new(), extra: Vec::new(), inputs: 0 }
    }

    pub(crate) async fn ask(&mut self, method: Method, path: &str, body: Option<Body>) -> Page {
        self.ask_as(method, path, body.map(|body| ("application/x-www-form-urlencoded", body)))
            .await
    }

    /// Asks with a body of some kind.
    pub(crate) async fn ask_as(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(&str, Body)>,
    ) -> Page {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        for (name, value) in &self.extra {
            request = request.header(*name, *value);
        }
        if let Some((kind, _)) = &body {
            request = request.header(header::CONTENT_TYPE, *kind);
        }
        let body = body.map_or_else(Body::empty, |(_, body)| body);
        let request = request.body(body).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let (name, value) =
                line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        Page {
            status: parts.status,
            headers: parts.headers,
            path: path.to_owned(),
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Opens a page, following where it leads.
    pub(crate) async fn open(&mut self, path: &str) -> Page {
        let mut page = self.ask(Method::GET, path, None).await;
        for _ in 0..5 {
            if page.status != StatusCode::SEE_OTHER {
                break;
            }
            let to = page.location().to_owned();
            page = self.ask(Method::GET, &to, None).await;
        }
        page
    }

    /// Follows a link that is really on the page.
    pub(crate) async fn tap(&mut self, page: &Page, href: &str) -> Page {
        assert!(page.body.contains(&format!("href=\"{href}\"")), "no link {href} on {}", page.path);
        self.inputs += 1;
        self.open(href).await
    }

    /// Fills in a form that is really on the page, and presses its button; where that leads.
    pub(crate) async fn send(
        &mut self,
        page: &Page,
        action: &str,
        filled: &[(&str, &str)],
    ) -> Page {
        let (mut fields, offered) = page.form(action);
        for (name, _) in filled {
            assert!(
                offered.iter().any(|one| one == name),
                "{action} offers no {name}: {offered:?}"
            );
            fields.retain(|(known, _)| known != name);
        }
        fields.extend(filled.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        self.inputs += u32::try_from(filled.len()).unwrap() + 1;
        let answer = self.post(action, &fields).await;
        if answer.status == StatusCode::SEE_OTHER {
            let to = answer.location().to_owned();
            return self.open(&to).await;
        }
        answer
    }

    /// Sends a form without looking for it.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(String, String)]) -> Page {
        let pairs: Vec<String> =
            fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        self.ask(Method::POST, path, Some(Body::from(pairs.join("&")))).await
    }

    /// Comes in with a printed code alone.
    pub(crate) async fn enter(&mut self, code: &str) -> Page {
        let page = self.open("/console/login").await;
        self.send(&page, "/console/login/code", &[("one_time_code", code)]).await
    }
}

pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }
        })
        .collect()
}
