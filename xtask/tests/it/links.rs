//! Links between the pages of the documentation.

use std::path::{Path, PathBuf};

use crate::tree;

#[test]
fn every_relative_link_leads_somewhere() {
    let pages = tree::files(".md");
    assert!(pages.contains(&PathBuf::from("README.md")), "{pages:?}");
    let mut wrong = Vec::new();
    for page in &pages {
        let text = tree::text(page).expect("Markdown is text");
        for target in targets(&text) {
            if !leads_somewhere(page, &target) {
                wrong.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these links lead nowhere:\n{}", wrong.join("\n"));
}

fn leads_somewhere(page: &Path, target: &str) -> bool {
    if ["https://", "http://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)) {
        return true;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = page.parent().unwrap_or(Path::new(""));
    let path = if file.is_empty() { page.to_path_buf() } else { folder.join(file) };
    if !tree::root().join(&path).exists() {
        return false;
    }
    anchor.is_empty()
        || tree::text(&path).is_some_and(|text| anchors(&text).iter().any(|own| own == anchor))
}

/// Lines outside of fenced code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// What the links and pictures of a page point to: `[text](target)`, `src="target"`.
fn targets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        // Code between back quotes is no link.
        let shown: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for (opening, closing) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
            for (at, _) in shown.match_indices(opening) {
                let rest = &shown[at + opening.len()..];
                let end = rest.find(closing).unwrap_or(rest.len());
                let target = rest[..end].split_ascii_whitespace().next().unwrap_or("");
                found.push(target.to_owned());
            }
        }
    }
    found
}

/// The anchors that a forge makes of headings.
fn anchors(text: &str) -> Vec<String> {
    prose(text)
        .filter(|line| line.starts_with('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

#[test]
fn links_are_found_and_followed() {
    let text = "# A B\n[a](README.md) ![b](gone.png \"t\") `[c](d)`\n```\n[e](f)\n```\n\
                <img src=\"g.png\"> [h](#a-b)";
    let mut found = targets(text);
    found.sort();
    assert_eq!(found, ["#a-b", "README.md", "g.png", "gone.png"]);
    assert_eq!(anchors(text), ["a-b"]);
    assert!(leads_somewhere(Path::new("docs/GLOSSARY.md"), "../README.md"));
    assert!(!leads_somewhere(Path::new("docs/GLOSSARY.md"), "README.md"));
    assert!(!leads_somewhere(Path::new("README.md"), "#no-such-heading"));
}

/// A type that the glossary names exists, so that the glossary cannot grow old unseen.
#[test]
fn the_glossary_names_types_that_exist() {
    let sources: Vec<String> =
        tree::files(".rs").iter().filter_map(|path| tree::text(path)).collect();
    let glossary = tree::text("docs/GLOSSARY.md".as_ref()).expect("Markdown is text");
    let mut seen = 0;
    for line in glossary.lines().filter(|line| line.starts_with("| ")) {
        let code = line.split('|').nth(3).unwrap_or("");
        for word in code.split('`').skip(1).step_by(2) {
            let name = word.split("::").next().unwrap_or(word);
            if !name.starts_with(|c: char| c.is_ascii_uppercase()) {
                continue;
            }
            seen += 1;
            // `identifiers!` and its like write 'Name {' or 'Name,' without the keyword.
            let defined = ["struct ", "enum ", "    ", "trait "]
                .iter()
                .any(|before| sources.iter().any(|text| defines(text, before, name)));
            assert!(defined, "docs/GLOSSARY.md names `{name}`, which is nowhere in the code");
        }
    }
    assert!(seen > 20, "only {seen} names were found: the table has another shape now");
}

fn defines(text: &str, before: &str, name: &str) -> bool {
    let start = format!("{before}{name}");
    text.match_indices(&start).any(|(at, _)| {
        !text[at + start.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}
