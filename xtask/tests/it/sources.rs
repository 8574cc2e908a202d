//! What the text of the repository must not hold.

use std::path::{Path, PathBuf};

use crate::tree;

/// The longest Rust file that a person reads in one sitting.
const LINES_MAX: usize = 450;

/// Files that are longer for now, with their length. This list may only shrink: a file that grew
/// or that became short fails the test until its line here is corrected.
const TOO_LONG: &[(&str, usize)] = &[];

#[test]
fn a_person_reads_each_file_in_one_sitting() {
    let mut wrong = Vec::new();
    for path in tree::files(".rs") {
        let lines = tree::text(&path).expect("Rust is text").lines().count();
        let known = TOO_LONG.iter().find(|(name, _)| Path::new(name) == path);
        let limit = known.map_or(LINES_MAX, |(_, length)| *length);
        if lines > limit {
            wrong.push(format!("{}: {lines} lines, at most {limit}", path.display()));
        } else if known.is_some() && (lines < limit || lines <= LINES_MAX) {
            wrong.push(format!("{}: {lines} lines now, correct TOO_LONG", path.display()));
        }
    }
    for (name, _) in TOO_LONG {
        assert!(tree::root().join(name).is_file(), "{name} is gone: correct TOO_LONG");
    }
    assert!(wrong.is_empty(), "split these by what they do:\n{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_stands_in_one_file_of_the_guard() {
    let found: Vec<PathBuf> = tree::files(".rs")
        .into_iter()
        .filter(|path| has_unsafe_code(&tree::text(path).expect("Rust is text")))
        .collect();
    let in_guard = found.iter().all(|path| path.starts_with("crates/guard/src"));
    assert!(in_guard && found.len() <= 1, "unsafe code in {found:?}");
}

/// Whether a line opens unsafe code; comments and the name of the lint do not.
fn has_unsafe_code(text: &str) -> bool {
    let key = "unsafe";
    text.lines().any(|line| {
        let code = line.split("//").next().unwrap_or("");
        code.match_indices(key).any(|(at, _)| {
            let starts =
                !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"');
            let after = code[at + key.len()..].trim_start();
            let opens = ["{", "(", "fn ", "impl ", "impl<", "trait ", "extern "];
            starts && opens.iter().any(|open| after.starts_with(open))
        })
    })
}

#[test]
fn unsafe_code_is_recognised() {
    // Written with another word, so that this file has none itself.
    let real = |code: &str| code.replace("risky", "unsafe");
    for code in
        ["let a = risky { b() };", "  risky {", "pub risky fn a() {}", "#[risky(no_mangle)]"]
    {
        assert!(has_unsafe_code(&real(code)), "{code}");
    }
    for code in ["// risky { }", "risky_code = 1", "#![deny(risky_op)]", "let riskyly = (1);"] {
        assert!(!has_unsafe_code(&real(code)), "{code}");
    }
}

/// A path of the machine on which the tests run says nothing to anybody else.
#[test]
fn no_file_names_the_machine_it_was_written_on() {
    let mut paths = vec![tree::root().to_path_buf()];
    paths.extend(std::env::var_os("CARGO_HOME").map(PathBuf::from));
    paths.extend(std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let forbidden: Vec<String> = paths
        .iter()
        // A path of one segment ('/src') is too common to mean this machine.
        .filter(|path| path.components().count() > 2)
        .map(|path| format!("{}/", path.display()))
        .collect();
    let mut wrong = Vec::new();
    for path in tree::files("") {
        let Some(text) = tree::text(&path) else { continue };
        for name in &forbidden {
            if text.contains(name.as_str()) {
                wrong.push(format!("{}: {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "paths of this machine:\n{}", wrong.join("\n"));
}

#[test]
fn no_text_holds_a_conflict_a_tab_or_a_space_at_the_end_of_a_line() {
    let mut wrong = Vec::new();
    for path in [".rs", ".toml", ".ftl", ".html", ".css"].into_iter().flat_map(tree::files) {
        let text = tree::text(&path).unwrap_or_else(|| panic!("{} is no text", path.display()));
        for (number, line) in text.lines().enumerate() {
            let conflict = line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
            if conflict || line.contains('\t') || line.ends_with(' ') {
                wrong.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
