//! The dialogue, and the answers file in its place.

use std::{
    io::{BufRead, Write},
    path::Path,
};

use anyhow::{Context, Result, bail};
use beffroi_words::{Value, Words};
use toml::Table;

use super::questions::{Answers, Known, QUESTIONS, Question, Wrong, agrees};

/// What Enter accepts: what is true already, else the sane answer.
fn offered(question: &Question, known: &Known, answers: &Answers) -> String {
    let present = known.answers.get(question.name).cloned();
    present.unwrap_or_else(|| (question.default)(known, answers))
}

fn refusal(words: &Words, wrong: &Wrong) -> String {
    words.say_with(wrong.key, &[("list", Value::from(wrong.list.as_str()))])
}

/// Asks each question until its answer can be used.
pub(super) fn by_dialogue(
    words: &Words,
    known: &Known,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<Answers> {
    let mut answers = Answers::new();
    for question in QUESTIONS {
        if !(question.applies)(known, &answers) {
            continue;
        }
        let offered = offered(question, known, &answers);
        let name = question.name;
        writeln!(out, "\n{}", words.say(&format!("setup-ask-{name}")))?;
        loop {
            let typed = read_line(words, &offered, input, out)?;
            let text = if typed.is_empty() { &offered } else { &typed };
            if text.is_empty() {
                writeln!(out, "  {}", words.say("setup-wrong-empty"))?;
                continue;
            }
            match (question.check)(text, &answers) {
                Ok(answer) => {
                    answers.insert(name, answer);
                    break;
                }
                Err(wrong) => writeln!(out, "  {}", refusal(words, &wrong))?,
            }
        }
    }
    Ok(answers)
}

/// Whether the person agrees to what was shown.
pub(super) fn agreed(
    words: &Words,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<bool> {
    writeln!(out, "\n{}", words.say("setup-agree"))?;
    loop {
        let offered = words.say("setup-yes");
        let typed = read_line(words, &offered, input, out)?;
        match agrees(if typed.is_empty() { &offered } else { &typed }) {
            Some(answer) => return Ok(answer),
            None => writeln!(out, "  {}", words.say("setup-wrong-yes"))?,
        }
    }
}

fn read_line(
    words: &Words,
    offered: &str,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<String> {
    if offered.is_empty() {
        write!(out, "> ")?;
    } else {
        write!(out, "[{offered}] > ")?;
    }
    out.flush()?;
    let mut line = String::new();
    if input.read_line(&mut line).context("read an answer")? == 0 {
        bail!("{}", words.say("setup-ended"));
    }
    Ok(line.trim().to_owned())
}

/// Reads the answers of a file; tells everything that is wrong with them at once.
pub(super) fn by_file(words: &Words, known: &Known, path: &Path) -> Result<Answers> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let table: Table =
        text.parse().with_context(|| format!("cannot understand {}", path.display()))?;
    let mut problems: Vec<String> = table
        .keys()
        .filter(|key| !QUESTIONS.iter().any(|question| question.name == key.as_str()))
        .map(|key| {
            let names: Vec<&str> = QUESTIONS.iter().map(|question| question.name).collect();
            let list = names.join(", ");
            words.say_with("setup-wrong-unknown", &[("name", key.into()), ("list", list.into())])
        })
        .collect();
    let mut answers = Answers::new();
    for question in QUESTIONS {
        if !(question.applies)(known, &answers) {
            continue;
        }
        let given = table.get(question.name).and_then(as_text);
        let text = given.unwrap_or_else(|| offered(question, known, &answers));
        let checked = if text.trim().is_empty() {
            Err(Wrong { key: "setup-wrong-empty", list: String::new() })
        } else {
            (question.check)(text.trim(), &answers)
        };
        match checked {
            Ok(answer) => drop(answers.insert(question.name, answer)),
            Err(wrong) => problems.push(format!("{}: {}", question.name, refusal(words, &wrong))),
        }
    }
    if problems.is_empty() {
        return Ok(answers);
    }
    let values = [("file", Value::from(path.display().to_string()))];
    bail!("{}\n  {}", words.say_with("setup-refused", &values), problems.join("\n  "));
}

/// A value of the file as a person would have typed it.
fn as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Boolean(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        toml::Value::Array(all) => {
            let parts: Option<Vec<String>> = all.iter().map(as_text).collect();
            Some(parts?.join(", "))
        }
        toml::Value::Integer(number) => Some(number.to_string()),
        // Nothing that is asked for is of another kind: refused as an empty answer.
        _ => Some(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use beffroi_town::Lang;

    use super::*;

    fn known() -> Known {
        Known {
            answers: Answers::new(),
            installed: true,
            has_director: false,
            is_watched: false,
            channels: Vec::new(),
        }
    }

    #[test]
    fn enter_accepts_and_a_wrong_answer_is_asked_again() {
        let words = Words::of(Lang::Fr);
        let typed = "Saint-Denis\nGravelines\n\n\n\n\n\n\nCamille Martin\n";
        let mut out = Vec::new();
        let answers = by_dialogue(words, &known(), &mut typed.as_bytes(), &mut out).unwrap();
        let said = String::from_utf8(out).unwrap();
        assert!(said.contains("93066 Saint-Denis"), "{said}");
        assert_eq!(answers["towns"], "59273");
        assert_eq!((answers["tls"].as_str(), answers["listen"].as_str()), ("own", "0.0.0.0:443"));
        assert_eq!(answers["director"], "Camille Martin");
        assert!(!answers.contains_key("certificate") && !answers.contains_key("members"));
        let ended = by_dialogue(words, &known(), &mut "59273\n".as_bytes(), &mut Vec::new());
        assert!(ended.is_err(), "an end of the input is no answer");
    }

    #[test]
    fn every_mistake_of_a_file_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.toml");
        let bad = "towns = [\"Gravelinnes\"]\ntls = \"files\"\ncertificate = \"/nowhere.pem\"\nlisten \
                   = 443\nport = 1\n";
        std::fs::write(&path, bad).unwrap();
        let said = by_file(Words::of(Lang::En), &known(), &path).unwrap_err().to_string();
        for word in ["port", "towns: ", "59273", "certificate: ", "key: ", "listen: ", "director: "]
        {
            assert!(said.contains(word), "{word} in {said}");
        }
        let good =
            "towns = [\"59273\", \"Isbergues\"]\nguards = false\ndirector = \"Camille Martin\"\n";
        std::fs::write(&path, good).unwrap();
        let answers = by_file(Words::of(Lang::En), &known(), &path).unwrap();
        assert_eq!((answers["towns"].as_str(), answers["guards"].as_str()), ("59273, 62473", "no"));
    }
}
