//! What is bought in.

use crate::{licence, tree};

/// Crates that need more than Rust and a C compiler to build, or that bring a second TLS.
const UNWANTED: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "aws-lc-fips-sys",
    "openssl",
    "openssl-sys",
    "native-tls",
    // Not what its name says.
    "stalwart",
];

#[test]
fn every_dependency_has_a_permissive_licence() {
    let mut wrong = Vec::new();
    for package in &tree::metadata().packages {
        let told = package.license.as_deref();
        if !told.is_some_and(licence::is_permissive) {
            wrong.push(format!("{} {}: {told:?}", package.name, package.version));
        }
    }
    assert!(wrong.is_empty(), "no licence that we may use:\n{}", wrong.join("\n"));
}

#[test]
fn everything_comes_from_the_public_index() {
    for package in &tree::metadata().packages {
        let source = package.source.as_deref();
        let is_ours = tree::metadata().workspace_members.contains(&package.id);
        let public = source == Some("registry+https://github.com/rust-lang/crates.io-index");
        assert!(is_ours || public, "{} comes from {source:?}", package.name);
    }
    let lock = tree::text("Cargo.lock".as_ref()).expect("a lock file is text");
    for line in lock.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(line, "source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    }
    for path in tree::files("package-lock.json") {
        let lock = tree::text(&path).expect("a lock file is text");
        assert!(
            !lock.contains("\"resolved\""),
            "{}: leave addresses out (npm config omit-lockfile-registry-resolved)",
            path.display()
        );
    }
}

#[test]
fn nothing_needs_more_than_rust_and_a_c_compiler() {
    let lock = tree::text("Cargo.lock".as_ref()).expect("a lock file is text");
    for name in UNWANTED {
        assert!(!lock.contains(&format!("name = \"{name}\"\n")), "{name} is in Cargo.lock");
    }
    assert!(lock.contains("name = \"ring\"\n"), "the lock file is not read as it should be");
}
