//! The look of every page: one style sheet inside the page, and the mark.

use data_encoding::BASE64;
use ring::digest::{SHA256, digest};
use std::sync::LazyLock;

const SOURCE: &str = include_str!("../style/page.css");

/// The mark: a small bell tower, as one path in a square of 32 by 32, filled by the even-odd rule.
pub const MARK_PATH: &str = "M15.4 0h1.2l4.9 9.5h-11zM9 10.5h14v2H9zM10.5 13h11v9.5h-11zm2.2 \
9.5h6.6v-4a3.3 3.3 0 0 0-6.6 0zm3.3-6.3c1.3 0 1.7 1 1.7 2.1 0 1.2.3 1.7.9 2.3h-5.2c.6-.6.9-1.1.9\
-2.3 0-1.1.4-2.1 1.7-2.1zM9 23h14v2H9zM10 25.5h12V32H10z";

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

/// The content security policy that fits these pages: nothing but their own style and mark.
/// `form-action 'self'` is for the search on the list of towns.
pub fn csp() -> &'static str {
    static CSP: LazyLock<String> = LazyLock::new(|| {
        let hash = BASE64.encode(digest(&SHA256, css().as_bytes()).as_ref());
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self' data:; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'none'"
        )
    });
    &CSP
}

/// Takes comments and needless white space out.
fn squeeze(source: &str) -> String {
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
