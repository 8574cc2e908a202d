//! Every key that the program asks for exists, and every key that exists is asked for.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use beffroi_town::Lang;
use beffroi_words::names::PREFIXES;

use crate::locales::sentences;

/// Rust sources and templates of the whole workspace, but for this crate's own tests.
fn sources() -> Vec<(PathBuf, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![crates];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the workspace") {
            let path = entry.expect("an entry of a folder").path();
            if path.ends_with("words/tests") || path.ends_with("target") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|end| end == "rs" || end == "html" || end == "xml")
            {
                let text = fs::read_to_string(&path).expect("a source file");
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}

/// Every text between double quotes that could be a key.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let key = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.split('"').filter(move |piece| !piece.is_empty() && piece.chars().all(key))
}

/// The first argument of each call of `say`, `say_with` where it is a literal.
fn asked(text: &str) -> impl Iterator<Item = &str> {
    [".say(", ".say_with(", "::say(", "::say_with("]
        .into_iter()
        .flat_map(|call| text.split(call).skip(1))
        .filter_map(|rest| rest.trim_start().strip_prefix('"'))
        .filter_map(|rest| rest.split_once('"').map(|(key, _)| key))
}

/// Beginnings of keys that are put together while the program runs: `"drill-check-{name}"`.
fn prefixes(text: &str) -> impl Iterator<Item = &str> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.split('"')
        .filter_map(|piece| piece.split_once('{').map(|(start, _)| start))
        .filter(move |start| start.len() > 3 && start.ends_with('-') && start.chars().all(part))
}

#[test]
fn every_key_asked_for_exists() {
    let known = sentences(Lang::Fr);
    let mut missing = Vec::new();
    for (path, text) in sources() {
        for key in asked(&text).filter(|key| !known.contains_key(*key)) {
            missing.push(format!("{key} in {}", path.display()));
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_key_is_asked_for() {
    let sources = sources();
    let used: BTreeSet<&str> = sources.iter().flat_map(|(_, text)| quoted(text)).collect();
    let put_together: BTreeSet<&str> =
        sources.iter().flat_map(|(_, text)| prefixes(text)).collect();
    let by_code = |key: &str| {
        put_together.iter().any(|start| key.starts_with(start))
            || PREFIXES
                .iter()
                .any(|prefix| key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-')))
    };
    // By the kind of an entry, and by no other beginning: a file is called `journal-…` too.
    let by_kind = |key: &str| {
        key.strip_prefix("journal-").map(|kind| used.contains(kind.replace('-', "_").as_str()))
    };
    let unused: Vec<String> = sentences(Lang::Fr)
        .into_keys()
        .filter(|key| !used.contains(key.as_str()))
        .filter(|key| !by_kind(key).unwrap_or_else(|| by_code(key)))
        .collect();
    assert_eq!(unused, Vec::<String>::new(), "take these out of both languages");
}
