//! Licence expressions (SPDX 2.3, annex D), as far as crates use them.

/// Licences that ask for no more than credit.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "bzip2-1.0.6",
    "Zlib",
];

/// Whether one may choose licences so that all of them are permissive.
pub(crate) fn is_permissive(expression: &str) -> bool {
    // Older crates write '/' for OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_ascii_whitespace().collect();
    let mut reader = Reader { words: &words, is_whole: true };
    let holds = reader.or();
    holds && reader.is_whole && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
    /// False once something was missing.
    is_whole: bool,
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        let is_next = self.words.first() == Some(&word);
        if is_next {
            self.words = &self.words[1..];
        }
        is_next
    }

    fn or(&mut self) -> bool {
        let mut holds = self.and();
        while self.take("OR") {
            // Both sides are read, whatever the first says.
            holds |= self.and();
        }
        holds
    }

    fn and(&mut self) -> bool {
        let mut holds = self.one();
        while self.take("AND") {
            holds &= self.one();
        }
        holds
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let holds = self.or();
            self.is_whole &= self.take(")");
            return holds;
        }
        let Some((name, rest)) = self.words.split_first() else {
            self.is_whole = false;
            return false;
        };
        self.words = rest;
        // An exception grants more, it never asks for more.
        if self.take("WITH") {
            self.words = self.words.get(1..).unwrap_or_default();
        }
        PERMISSIVE.contains(name)
    }
}

#[test]
fn expressions_are_weighed() {
    for good in [
        "MIT",
        "MIT/Apache-2.0",
        "MIT OR GPL-3.0",
        "(MIT OR GPL-2.0-only) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
        "GPL-3.0 OR MIT AND ISC",
    ] {
        assert!(is_permissive(good), "{good}");
    }
    for bad in [
        "",
        "GPL-3.0",
        "AGPL-3.0-only",
        "LGPL-2.1",
        "MIT AND GPL-3.0",
        "(MIT OR ISC) AND GPL-2.0",
        "MIT OR",
        "MIT ISC",
        "(MIT",
        "MIT AND (GPL-3.0 OR AGPL-3.0)",
        "GPL-2.0 WITH MIT",
    ] {
        assert!(!is_permissive(bad), "{bad}");
    }
}
