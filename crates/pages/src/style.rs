//! The look of every page: one style sheet inside the page, and the mark.

use data_encoding::BASE64;
use ring::digest::{SHA256, digest};
use std::sync::LazyLock;

const SOURCE: &str = include_str!("../style/page.css");
/// What the forms of the counter have besides: the page of a bad day carries none of it.
const DESK: &str = include_str!("../style/desk.css");

/// The mark: a small bell tower, as one path in a square of 32 by 32, filled by the even-odd rule.
pub const MARK_PATH: &str = "M16 0l5.2 9.5H10.8zM7.6 4.4l2.2 5.1H5.4zm16.8 0l2.2 5.1h-4.4z\
M5 10.4h22v2.2H5zM7 13.6h18v10.2h-3.6v-3.3a5.4 5.4 0 0 0-10.8 0v3.3H7zm9 2.7c2 0 2.7 1.5 2.7 3 \
0 1.5.4 2.1 1.2 2.9h-7.8c.8-.8 1.2-1.4 1.2-2.9 0-1.5.7-3 2.7-3zm-1.1 6.6h2.2a1.1 1.1 0 0 1-2.2 0z\
M5 24.7h22v2.2H5zM7 27.8h18V32H7z";

/// The mark as a file.
pub fn mark_svg() -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><path fill=\"#0b5a50\" \
         fill-rule=\"evenodd\" d=\"{MARK_PATH}\"/></svg>\n"
    )
}

/// The mark as the address of an icon that needs no request.
pub(crate) fn icon() -> String {
    let path = MARK_PATH.replace(' ', "%20");
    format!(
        "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2032%2032'\
         %3E%3Cpath%20fill='%230b5a50'%20fill-rule='evenodd'%20d='{path}'/%3E%3C/svg%3E"
    )
}

/// The style sheet as it stands in each page.
pub fn css() -> &'static str {
    static CSS: LazyLock<String> = LazyLock::new(|| squeeze(SOURCE));
    &CSS
}

/// The style sheet as it stands in each page of the counter.
pub(crate) fn desk_css() -> &'static str {
    static CSS: LazyLock<String> = LazyLock::new(|| format!("{}{}", css(), squeeze(DESK)));
    &CSS
}

/// The content security policy that fits the pages of the counter.
pub fn desk_csp() -> &'static str {
    static CSP: LazyLock<String> = LazyLock::new(|| policy(desk_css()));
    &CSP
}

/// The content security policy that fits these pages: nothing but their own style and mark.
/// `form-action 'self'` is for the search on the list of towns.
pub fn csp() -> &'static str {
    static CSP: LazyLock<String> = LazyLock::new(|| policy(css()));
    &CSP
}

/// The policy of a page whose only style is this one.
pub(crate) fn policy(style: &str) -> String {
    let hash = BASE64.encode(digest(&SHA256, style.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self' data:; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

/// Takes comments and needless white space out.
pub(crate) fn squeeze(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    let lines: String = out.lines().map(str::trim).collect();
    let mut tight = lines;
    for (loose, short) in [(" {", "{"), (": ", ":"), (", ", ","), (";}", "}"), (" > ", ">")] {
        tight = tight.replace(loose, short);
    }
    tight
}

#[cfg(test)]
mod tests;
