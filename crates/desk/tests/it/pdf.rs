//! A PDF as other programs see it: poppler's tools, and zbar for the squares.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A printed document on the disk.
pub(crate) struct Printed {
    folder: TempDir,
    pub(crate) pages: usize,
}

impl Printed {
    pub(crate) fn new(pdf: &beffroi_paper::Pdf) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("a.pdf"), &pdf.bytes).expect("written");
        Self { folder, pages: pdf.pages }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("a.pdf")
    }

    fn tool(&self, program: &str, arguments: &[&str]) -> String {
        run(Command::new(program).args(arguments).arg(self.path()))
    }

    /// What `pdfinfo` says.
    pub(crate) fn info(&self) -> String {
        self.tool("pdfinfo", &[])
    }

    /// Its metadata: XML.
    pub(crate) fn metadata(&self) -> String {
        self.tool("pdfinfo", &["-meta"])
    }

    /// Its structure, as somebody who does not see it hears it.
    pub(crate) fn structure(&self) -> String {
        self.tool("pdfinfo", &["-struct-text"])
    }

    pub(crate) fn fonts(&self) -> String {
        self.tool("pdffonts", &[])
    }

    /// Its text, white space folded: lines break where they must.
    pub(crate) fn text(&self) -> String {
        let text = run(Command::new("pdftotext").arg("-raw").arg(self.path()).arg("-"));
        folded(&text)
    }

    /// What the squares of a page hold, seen half as sharp as an office scanner sees.
    pub(crate) fn squares(&self, page: usize) -> Vec<String> {
        let page = page.to_string();
        let stem = self.folder.path().join(format!("page-{page}"));
        let limits = ["-r", "150", "-png", "-gray", "-singlefile", "-f", &page, "-l", &page];
        run(Command::new("pdftoppm").args(limits).arg(self.path()).arg(&stem));
        let output = output(Command::new("zbarimg").args(["--quiet", "--raw"]).arg(png(&stem)));
        // 4: there is none.
        assert!([Some(0), Some(4)].contains(&output.status.code()), "{output:?}");
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }
}

fn png(stem: &Path) -> PathBuf {
    stem.with_extension("png")
}

/// White space of every kind as one space.
pub(crate) fn folded(text: &str) -> String {
    text.split(|c: char| c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn output(command: &mut Command) -> Output {
    match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{command:?}: {error}; scripts/setup-tests installs it"),
    }
}

fn run(command: &mut Command) -> String {
    let output = output(command);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
