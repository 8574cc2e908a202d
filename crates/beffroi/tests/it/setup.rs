//! `beffroi setup`, from answers to a page that answers; twice, wrong, and with nothing lost.

use std::{fs, path::Path};

use tempfile::tempdir;

use crate::{
    program::{Said, run},
    server::{own_port, serve_as_configured},
};

fn setup(here: &Path, more: &[&str]) -> Said {
    let words = ["setup", "--lang", "fr", "--config", "beffroi.toml"];
    run(here, &[&words, more].concat())
}

fn answers(here: &Path, towns: &str, ports: (u16, u16)) {
    let text = format!(
        "towns = [{towns}]\nbackup = \"{}\"\nlisten = \"127.0.0.1:{}\"\nguards = \"127.0.0.1:{}\"\n\
         director = \"Camille Martin\"\n",
        here.join("backups").display(),
        ports.0,
        ports.1
    );
    fs::write(here.join("answers.toml"), text).unwrap();
}

#[test]
fn from_answers_to_a_page_that_answers_and_again() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let ports = (own_port(), own_port());
    answers(here, "\"Gravelines\"", ports);
    let said = setup(here, &["--answers", "answers.toml", "--dry-run"]).well();
    assert!(said.contains("rien n’a été fait") && !here.join("beffroi.toml").exists(), "{said}");
    assert!(!here.join("data").exists());

    let said = setup(here, &["--answers", "answers.toml"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.out.contains("Code à usage unique de Camille Martin"), "{}", said.out);
    assert!(said.out.contains("beffroi serve --config"), "{}", said.out);
    assert!(said.out.contains("AGE-SECRET-KEY-1"), "{}", said.out);
    assert!(said.out.contains("beffroi oncall add 59273"), "nobody is on call: {}", said.out);
    // The key was shown once: neither the configuration nor the data hold it.
    let config = fs::read_to_string(here.join("beffroi.toml")).unwrap();
    assert!(config.contains("\nrecipient = \"age1") && !config.contains("AGE-SECRET-KEY"));

    let _server = serve_as_configured(here);
    let said = setup(here, &["--answers", "answers.toml"]).well();
    let page = format!("Elle répond : https://127.0.0.1:{}/c/59273/", ports.0);
    assert!(said.replace('\u{202f}', " ").contains(&page), "{said}");
    assert!(said.contains("rien ne change") && !said.contains("Code à usage unique"), "{said}");
    assert!(!said.contains("AGE-SECRET-KEY"), "{said}");
    let kept = fs::read_to_string(here.join("beffroi-ca.crt")).unwrap();
    let made = fs::read_to_string(here.join("data/tls/ca.pem")).unwrap().replace('\r', "");
    assert_eq!(kept, made);
    let list = run(here, &["staff", "list", "59273"]).well();
    assert_eq!(list.matches("Camille Martin").count(), 1, "{list}");
}

#[test]
fn run_again_it_changes_what_differs_and_loses_nothing() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let ports = (own_port(), own_port());
    answers(here, "\"59273\"", ports);
    assert_eq!(setup(here, &["--answers", "answers.toml"]).code, 3);
    let config = here.join("beffroi.toml");
    // Data that were moved by hand, with the setting, stay where they are.
    fs::rename(here.join("data"), here.join("moved")).unwrap();
    let text = fs::read_to_string(&config).unwrap();
    let from = format!("\"{}\"", here.join("data").display());
    assert!(text.contains(&from), "{text}");
    let to = format!("\"{}\"", here.join("moved").display());
    fs::write(&config, text.replace(&from, &to)).unwrap();
    let mine = "\n# by hand\n[hooks.switch]\ncut = [\"/bin/true\", \"7\"]\n\n\
                [channels.push]\nkind = \"ntfy\"\nurl = \"https://ntfy.example\"\n";
    fs::write(&config, fs::read_to_string(&config).unwrap() + mine).unwrap();
    let before = fs::read_to_string(&config).unwrap();

    answers(here, "\"59273\", \"62473\"", (own_port(), ports.1));
    let file = here.join("answers.toml");
    let more = fs::read_to_string(&file).unwrap() + "oncall = \"Zoé Roy, push=alarms-59273\"\n";
    fs::write(&file, more).unwrap();
    let said = setup(here, &["--answers", "answers.toml"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(!said.out.contains("astreinte"), "{}", said.out);
    assert!(said.out.contains("avant") && said.out.contains("doors.listen"), "{}", said.out);
    let after = fs::read_to_string(&config).unwrap();
    assert!(after.ends_with(mine) && after != before);
    assert_eq!(fs::read_to_string(here.join("beffroi.toml.old")).unwrap(), before);
    assert!(!here.join("data").exists());
    let moved = here.join("moved");
    let towns = run(here, &["tenant", "list", "--data", moved.to_str().unwrap()]).well();
    assert!(towns.contains("59273") && towns.contains("62473"), "{towns}");
    let words = ["oncall", "list", "59273", "--config", "beffroi.toml", "--data"];
    let list = run(here, &[&words[..], &[moved.to_str().unwrap()]].concat()).well();
    assert!(list.contains("Zoé Roy") && list.contains("push"), "{list}");
}

#[test]
fn answers_that_mean_nothing_are_all_told_and_nothing_is_done() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("answers.toml"), "towns = [\"Saint-Denis\"]\nport = 1\ntls = \"maybe\"\n")
        .unwrap();
    let said = setup(here, &["--answers", "answers.toml"]).refused();
    for word in ["93066", "port", "own, files, proxy", "director"] {
        assert!(said.contains(word), "{word} in {said}");
    }
    fs::write(here.join("answers.toml"), "towns = [").unwrap();
    assert!(setup(here, &["--answers", "answers.toml"]).refused().contains("answers.toml"));
    assert!(setup(here, &["--answers", "nothing.toml"]).refused().contains("nothing.toml"));
    // A dialogue that ends in the middle.
    let said = setup(here, &[]).refused();
    assert!(said.contains("Rien n’a été fait"), "{said}");
    assert!(!here.join("beffroi.toml").exists() && !here.join("data").exists());
}

#[test]
fn a_certificate_that_does_not_fit_is_said() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let (port, door) = (own_port(), own_port());
    answers(here, "\"59273\"", (port, door));
    assert_eq!(setup(here, &["--answers", "answers.toml"]).code, 3);
    let first = serve_as_configured(here);
    assert_eq!(setup(here, &["--answers", "answers.toml"]).code, 0);
    drop(first);
    // The own certificate given as if it were from a public authority: nobody believes it.
    let tls = here.join("data/tls");
    let text = format!(
        "tls = \"files\"\ncertificate = {:?}\nkey = {:?}\npublic_url = \"https://localhost:{port}\"\n",
        tls.join("server.pem"),
        tls.join("server.key")
    );
    fs::write(here.join("answers.toml"), text).unwrap();
    assert_eq!(setup(here, &["--answers", "answers.toml"]).code, 3, "nothing runs yet");
    let _second = serve_as_configured(here);
    let said = setup(here, &["--answers", "answers.toml"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.out.contains("certificat"), "{}", said.out);
    assert!(said.out.contains(&format!("https://localhost:{port}")), "{}", said.out);
}
