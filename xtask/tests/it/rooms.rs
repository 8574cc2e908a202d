//! Which room may import which.

use crate::tree;

/// The jobs never import one another: what one must know of another it reads from the store.
const JOBS: &[&str] = &["registry", "vault", "crisis", "desk", "post", "names", "sites", "path"];

/// The rooms that a room may import. A room that stands in no line here fails the test: it must be
/// thought about first.
fn may_import(room: &str) -> Option<Vec<&'static str>> {
    let below_jobs = ["town", "words", "store", "paper", "pages"];
    Some(match room {
        "town" | "xtask" => vec![],
        "words" | "store" | "backup" => vec!["town"],
        "pages" | "paper" => vec!["town", "words"],
        "guard" => vec!["town", "backup"],
        "web" => [JOBS, &["pages", "words", "store", "town"]].concat(),
        "platform" => [JOBS, &["web", "pages", "words", "store", "town"]].concat(),
        "drills" => [JOBS, &below_jobs, &["backup", "guard", "web", "platform"]].concat(),
        "beffroi" => {
            [JOBS, &below_jobs, &["backup", "guard", "web", "platform", "drills"]].concat()
        }
        job if JOBS.contains(&job) => below_jobs.to_vec(),
        _ => return None,
    })
}

fn room(package: &str) -> &str {
    package.strip_prefix("beffroi-").unwrap_or(package)
}

#[test]
fn each_room_imports_only_what_it_may() {
    let metadata = tree::metadata();
    let ours: Vec<&str> = metadata.ours().map(|package| package.name.as_str()).collect();
    assert!(ours.contains(&"beffroi-town") && ours.contains(&"beffroi"), "{ours:?}");
    let mut wrong = Vec::new();
    for package in metadata.ours() {
        let name = room(&package.name);
        let Some(allowed) = may_import(name) else {
            wrong.push(format!("{name} is in no line of the import table (rooms.rs)"));
            continue;
        };
        for dependency in &package.dependencies {
            let other = room(&dependency.name);
            if ours.contains(&dependency.name.as_str()) && !allowed.contains(&other) {
                wrong.push(format!("{name} must not import {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_room_lies_where_its_name_says_and_obeys_the_lints_of_the_house() {
    for package in tree::metadata().ours() {
        let manifest = package.manifest_path.strip_prefix(tree::root()).expect("in the repository");
        let expected = match room(&package.name) {
            "xtask" => "xtask/Cargo.toml".to_owned(),
            name => format!("crates/{name}/Cargo.toml"),
        };
        assert_eq!(manifest.to_str(), Some(expected.as_str()), "{}", package.name);
        let text = tree::text(manifest).expect("a manifest is text");
        assert!(
            text.contains("[lints]\nworkspace = true\n"),
            "{expected} must end with [lints] workspace = true"
        );
        assert!(!text.contains("[features]"), "{expected}: the house has no features of its own");
    }
}

#[test]
fn the_table_says_what_the_design_says() {
    let may = |room, other| may_import(room).is_some_and(|allowed| allowed.contains(&other));
    assert!(may("web", "crisis") && may("guard", "town") && may("drills", "platform"));
    for (room, other) in [
        ("crisis", "registry"),
        ("registry", "crisis"),
        ("guard", "store"),
        ("pages", "store"),
        ("web", "platform"),
        ("drills", "beffroi"),
        ("town", "words"),
        ("xtask", "town"),
    ] {
        assert!(!may(room, other), "{room} -> {other}");
    }
    assert!(may_import("util").is_none());
}
