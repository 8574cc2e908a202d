//! Where a town's pages stand.
//!
//! Links between the pages of one town are relative, so that the same bytes work under a path, at
//! the root of a host name and as plain files.

use beffroi_town::Lang;

/// Where the pages of one town are served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The path of the French page on this deployment, with `/` at both ends: `/c/59273/`, or `/`.
    pub base_path: String,
    /// The address of the French page as residents know it (`https://…/`), if there is one: feeds,
    /// banner and print name it.
    pub public_url: Option<String>,
    /// Whether the pages are plain files: links then name files, not folders.
    pub files: bool,
    /// Whether these are the pages of a rehearsal: each then says so on top.
    pub exercise: bool,
}

impl Place {
    /// A place served by this program.
    pub fn served(base_path: &str, public_url: Option<&str>) -> Self {
        Self {
            base_path: with_slash(base_path),
            public_url: public_url
                .filter(|url| url.starts_with("https://") || url.starts_with("http://"))
                .map(with_slash),
            files: false,
            exercise: false,
        }
    }

    /// The same pages, each marked as an exercise when it is one.
    #[must_use]
    pub fn exercise(self, exercise: bool) -> Self {
        Self { exercise, ..self }
    }

    /// The same pages as plain files.
    #[must_use]
    pub fn as_files(&self) -> Self {
        Self { files: true, ..self.clone() }
    }

    /// The address of a page of this town from outside: absolute when the public address is
    /// known, else from the root of this host.
    pub fn url(&self, lang: Lang, rest: &str) -> String {
        let base = self.public_url.as_deref().unwrap_or(&self.base_path);
        format!("{base}{}{}", folder(lang), self.named(rest))
    }

    /// The link from a page in `depth` folders below the French page to another of the same town.
    pub(crate) fn link(&self, depth: usize, lang: Lang, rest: &str) -> String {
        let link = format!("{}{}{}", "../".repeat(depth), folder(lang), self.named(rest));
        if link.is_empty() { "./".to_owned() } else { link }
    }

    /// A folder is a page of its own when served, a file named `index.html` when not.
    fn named(&self, rest: &str) -> String {
        let is_folder = rest.is_empty() || rest.ends_with('/');
        if self.files && is_folder { format!("{rest}index.html") } else { rest.to_owned() }
    }
}

/// The folder of a language: French is at the top.
pub(crate) const fn folder(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => "",
        Lang::En => "en/",
    }
}

/// How deep a language's own page is.
pub(crate) const fn depth(lang: Lang) -> usize {
    match lang {
        Lang::Fr => 0,
        Lang::En => 1,
    }
}

fn with_slash(text: &str) -> String {
    if text.ends_with('/') { text.to_owned() } else { format!("{text}/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_work_under_a_path_and_as_files() {
        let place = Place::served("/c/59273", Some("https://etat.exemple.fr"));
        assert_eq!(place.link(0, Lang::En, ""), "en/");
        assert_eq!(place.link(1, Lang::Fr, ""), "../");
        assert_eq!(place.link(1, Lang::En, "history/"), "../en/history/");
        assert_eq!(place.link(0, Lang::Fr, ""), "./");
        assert_eq!(place.url(Lang::En, "atom.xml"), "https://etat.exemple.fr/en/atom.xml");
        assert_eq!(place.as_files().link(2, Lang::Fr, ""), "../../index.html");
        assert_eq!(place.as_files().link(0, Lang::Fr, "history/"), "history/index.html");
        assert_eq!(place.as_files().link(0, Lang::Fr, "atom.xml"), "atom.xml");
    }

    #[test]
    fn an_address_that_is_no_web_address_is_not_used() {
        let place = Place::served("/", Some("javascript:alert(1)"));
        assert_eq!(place.url(Lang::Fr, ""), "/");
    }
}
