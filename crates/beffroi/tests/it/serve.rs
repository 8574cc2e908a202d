//! The server as residents and operators meet it.

use std::{
    fs,
    process::{Command, Stdio},
    time::Duration,
};

use tempfile::tempdir;

use crate::{
    program::{BEFFROI, Said, run},
    server::{get, request, serve, within},
};

#[test]
fn a_fact_set_by_the_command_line_is_on_the_page_within_a_second() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let server = serve(here);
    let calm = get(&server, "/c/59273/");
    assert!(calm.starts_with("HTTP/1.1 200"), "{calm}");
    assert!(calm.contains("comme d’habitude"));
    run(here, &["asset", "set", "59273", "family_portal", "--state", "down"]).well();
    let told = within(Duration::from_secs(1), || {
        Some(get(&server, "/c/59273/")).filter(|page| page.contains("Au guichet, sur papier"))
    });
    assert!(told.is_some(), "the page does not follow within a second");
    assert!(get(&server, "/c/59273/en/").contains("lang=\"en\""));
    assert!(get(&server, "/c/59273/atom.xml").contains("<feed"));
}

#[test]
fn what_is_not_there_and_what_was_closed_answer_alike() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let server = serve(here);
    assert!(get(&server, "/c/59273/").starts_with("HTTP/1.1 200"));
    run(here, &["tenant", "close", "59273"]).well();
    let gone = within(Duration::from_secs(1), || {
        Some(get(&server, "/c/59273/")).filter(|page| page.starts_with("HTTP/1.1 404"))
    });
    assert!(gone.is_some(), "a closed town is hidden within a second");
    for path in [
        "/c/62473/",
        "/c/xxxxx/",
        "/c/59273/../../../etc/passwd",
        "/c/%2e%2e/%2e%2e/",
        "/c/59273/en/nothing",
        "/q/59273/",
        "/api/guard/v1/none",
    ] {
        let answer = get(&server, path);
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {}", &answer[..60.min(answer.len())]);
        assert!(!answer.contains("root:"));
    }
    let wrong = request(
        &server,
        "POST /c/62473/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    assert!(wrong.starts_with("HTTP/1.1 405"), "{wrong}");
    let nonsense = request(&server, "NONSENSE\r\n\r\n");
    assert!(nonsense.starts_with("HTTP/1.1 400"), "{nonsense}");
}

#[test]
fn the_open_world_is_refused_without_tls() {
    let folder = tempdir().unwrap();
    let said = run(folder.path(), &["serve", "--listen", "0.0.0.0:0"]).refused();
    assert!(said.contains("doors.certificate") && said.contains("127.0.0.1"), "{said}");
    fs::write(folder.path().join("bad.toml"), "[doors]\nlisten = 8080\n").unwrap();
    let said = run(folder.path(), &["serve", "--config", "bad.toml"]).refused();
    assert!(said.contains("bad.toml"), "{said}");
}

#[test]
fn who_reads_no_further_ends_a_command_quietly() {
    let folder = tempdir().unwrap();
    run(folder.path(), &["tenant", "add", "59273"]).well();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(BEFFROI);
    command.args(["tenant", "list"]).env("BEFFROI_DATA", folder.path().join("data"));
    let said = Said::from(command.stdout(writer).stderr(Stdio::piped()).output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (141, ""));
}

#[test]
fn pages_are_written_as_plain_files() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    run(here, &["export-pages", "out"]).well();
    let page = fs::read_to_string(here.join("out/c/59273/index.html")).unwrap();
    assert!(page.contains("Gravelines") && page.contains("en/index.html"));
    assert!(here.join("out/c/59273/en/index.html").exists());
    assert!(here.join("out/c/59273/banner.html").exists());
    fs::write(here.join("file"), "").unwrap();
    let said = run(here, &["export-pages", "file"]).refused();
    assert!(said.contains("cannot write"), "{said}");
}

#[test]
fn a_page_that_is_known_already_is_not_sent_again() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let server = serve(here);
    for _ in 0..2 {
        // The first time from the store, the second from memory.
        let page = get(&server, "/c/59273/");
        let field = |name: &str| {
            let line = page.lines().find(|line| line.to_lowercase().starts_with(name));
            line.unwrap_or_else(|| panic!("no {name} in {page}")).to_owned()
        };
        assert!(field("content-security-policy").contains("default-src 'none'"));
        assert!(field("cache-control").contains("no-cache"));
        let etag = field("etag").split_once(": ").unwrap().1.to_owned();
        let again = request(
            &server,
            &format!(
                "GET /c/59273/ HTTP/1.1\r\nHost: x\r\nIf-None-Match: {etag}\r\nConnection: close\r\n\r\n"
            ),
        );
        assert!(again.starts_with("HTTP/1.1 304") && !again.contains("<html"), "{again}");
    }
    let redirected = get(&server, "/c/59273");
    assert!(redirected.starts_with("HTTP/1.1 308"), "{redirected}");
    assert!(redirected.to_lowercase().contains("location: /c/59273/"), "{redirected}");
}
