//! What everything that is made to be printed has in common: one style sheet of its own, A4, black
//! on white; readable on a telephone too.

use std::sync::LazyLock;

use beffroi_town::Lang;

use crate::style;

const SOURCE: &str = include_str!("../style/print.css");

fn css() -> &'static str {
    static CSS: LazyLock<String> = LazyLock::new(|| style::squeeze(SOURCE));
    &CSS
}

/// The content security policy that fits what is made to be printed.
pub fn print_csp() -> &'static str {
    static CSP: LazyLock<String> = LazyLock::new(|| style::policy(css()));
    &CSP
}

/// What stands in the head of everything that is printed.
pub(crate) struct PrintHead {
    pub(crate) lang: &'static str,
    pub(crate) title: String,
    pub(crate) icon: String,
    pub(crate) css: &'static str,
    pub(crate) mark: &'static str,
}

impl PrintHead {
    pub(crate) fn new(lang: Lang, title: String) -> Self {
        Self { lang: lang.tag(), title, icon: style::icon(), css: css(), mark: style::MARK_PATH }
    }
}
