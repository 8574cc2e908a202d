//! The guards' own door: a real guard at a real platform, by the enrolment that the command line
//! makes.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use tempfile::tempdir;

use crate::{
    program::{BEFFROI, run},
    server::{Running, own_port, serve_as_configured, soon},
};

fn configure(here: &Path, port: u16, public: &str) {
    let text = format!(
        "[doors]\nlisten = \"127.0.0.1:0\"\nguards = \"127.0.0.1:{port}\"\npublic_url = \"{public}\"\n"
    );
    fs::write(here.join("beffroi.toml"), text).unwrap();
}

/// A guard with a state folder of its own; what it says goes to a file.
fn guard(here: &Path, name: &str, enrol: &Path) -> (Running, std::path::PathBuf) {
    let (share, state) = (here.join(format!("{name}-share")), here.join(name));
    fs::create_dir_all(&share).unwrap();
    let log = here.join(format!("{name}.log"));
    let said = fs::File::create(&log).unwrap();
    let mut command = Command::new(BEFFROI);
    command.args(["guard", "--watch"]).arg(&share).arg("--state").arg(&state);
    command.arg("--enrol").arg(enrol).env("BEFFROI_LOG", "info,beffroi_guard=debug");
    let child = command.stdout(Stdio::null()).stderr(said).spawn().unwrap();
    (Running(child), log)
}

fn invite(here: &Path, file: &str) -> serde_json::Value {
    let words = ["guard", "invite", "59273", "--config", "beffroi.toml", "--out", file];
    run(here, &words).well();
    let path = here.join(file);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    serde_json::from_slice(&fs::read(&path).unwrap()).unwrap()
}

pub(crate) fn says(log: &Path, words: &str) -> usize {
    fs::read_to_string(log).unwrap().matches(words).count()
}

#[test]
fn a_guard_believes_the_key_of_its_platform_and_no_other() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let port = own_port();
    configure(here, port, "https://mairie.example");
    // The invitation needs no running platform.
    let mut enrolment = invite(here, "enrol.json");
    let platform = enrolment["platforms"][0].clone();
    assert_eq!(platform["url"], format!("https://127.0.0.1:{port}"));
    let key = platform["key_sha256"].as_str().unwrap().to_owned();
    let server = serve_as_configured(here);

    // A wrong pin: nothing is said to that door, and the token stays good.
    let first = if key.starts_with('A') { "B" } else { "A" };
    enrolment["platforms"][0]["key_sha256"] = format!("{first}{}", &key[1..]).into();
    fs::write(here.join("wrong.json"), enrolment.to_string()).unwrap();
    let (wrong, log) = guard(here, "wrong", &here.join("wrong.json"));
    soon("the wrong pin is not refused", || says(&log, "messenger: the guard goes on alone") == 1);
    drop(wrong);
    assert!(!here.join("wrong/membership.json").exists());

    let (_guard, log) = guard(here, "guard", &here.join("enrol.json"));
    let member = here.join("guard/membership.json");
    soon("the guard does not enrol", || member.exists());
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(&member).unwrap()).unwrap();
    assert_eq!(kept["platforms"][0]["key_sha256"], key);

    // Another name, so another certificate, of the same key: the guard comes back.
    let shown = || fs::read_to_string(here.join("data/tls/server.pem")).unwrap();
    let before = shown();
    drop(server);
    soon("the silence is not noticed", || says(&log, "messenger: the guard goes on alone") == 1);
    configure(here, port, "https://ville.example");
    let server = serve_as_configured(here);
    assert_ne!(shown(), before, "the certificate is not another");
    soon("the renewed certificate is refused", || says(&log, "the platform is heard again") == 1);

    // Another platform's authority at the same address: not believed.
    drop(server);
    soon("the silence is not noticed", || says(&log, "messenger: the guard goes on alone") == 2);
    fs::rename(here.join("data/tls"), here.join("tls-kept")).unwrap();
    let server = serve_as_configured(here);
    let tried = says(&log, "still alone");
    soon("the guard does not try", || says(&log, "still alone") > tried + 2);
    assert_eq!(says(&log, "the platform is heard again"), 1);
    drop(server);
    // With the earlier one put back, it is.
    fs::remove_dir_all(here.join("data/tls")).unwrap();
    fs::rename(here.join("tls-kept"), here.join("data/tls")).unwrap();
    let _server = serve_as_configured(here);
    soon("the guard does not come back", || says(&log, "the platform is heard again") == 2);
}
