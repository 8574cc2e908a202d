//! The mirror on another machine: a real sshd and rsync, on loopback.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::tempdir;

use crate::{
    lasting::round,
    program::run,
    server::{Running, get, own_port, serve, within},
};

/// Another machine, as ssh sees it.
struct Host {
    folder: PathBuf,
    port: u16,
    sshd: Option<Running>,
}

impl Host {
    fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        for name in ["host", "client"] {
            let path = folder.join(name);
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(&path)
                .status();
            assert!(made.unwrap().success());
        }
        fs::copy(folder.join("client.pub"), folder.join("authorized")).unwrap();
        // Where sshd as root looks for its own folder.
        if user() == "root" {
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let mut host = Self { folder: folder.to_owned(), port: own_port(), sshd: None };
        host.start();
        let key = fs::read_to_string(folder.join("host.pub")).unwrap();
        let known = format!("[127.0.0.1]:{} {key}", host.port);
        fs::write(folder.join("known_hosts"), known).unwrap();
        host
    }

    fn start(&mut self) {
        let folder = self.folder.display();
        let settings = format!(
            "ListenAddress 127.0.0.1\nPort {}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n\
             PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n",
            self.port
        );
        let (file, log) = (self.folder.join("sshd_config"), self.folder.join("log"));
        fs::write(&file, settings).unwrap();
        let mut command = Command::new("/usr/sbin/sshd");
        command.args(["-D", "-e", "-f"]).arg(&file).stdout(Stdio::null());
        command.stderr(fs::File::create(&log).unwrap());
        let mut sshd = command.spawn().expect("sshd is missing: scripts/setup-tests installs it");
        let answers = within(Duration::from_secs(10), || {
            let ended = sshd.try_wait().unwrap().is_some();
            let answers = std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok();
            (ended || answers).then_some(answers && !ended)
        });
        assert_eq!(answers, Some(true), "{}", fs::read_to_string(log).unwrap());
        self.sshd = Some(Running(sshd));
    }

    fn known(&self) -> PathBuf {
        self.folder.join("known_hosts")
    }

    fn stop(&mut self) {
        self.sshd = None;
    }

    fn settings(&self, to: &Path) -> String {
        format!(
            "[mirror]\nrsync = \"{}@127.0.0.1:{}\"\nssh_key = \"{}\"\nknown_hosts = \"{}\"\nssh_options = [\"Port={}\"]\n",
            user(),
            to.display(),
            self.folder.join("client").display(),
            self.known().display(),
            self.port
        )
    }
}

fn user() -> String {
    let said = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(said.stdout).unwrap().trim().to_owned()
}

const MINUTE: Duration = Duration::from_mins(1);

#[test]
fn the_mirror_follows_and_outlives_the_platform() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let mut host = Host::new(&here.join("host"));
    let remote = here.join("www");
    fs::write(here.join("beffroi.toml"), host.settings(&remote)).unwrap();
    run(here, &["tenant", "add", "59273"]).well();
    run(here, &["tenant", "add", "62473"]).well();
    let key = run(here, &["mirror", "key"]).well().trim().to_owned();
    let www = remote.display().to_string();
    let verify = || run(here, &["mirror", "verify", &www, "--key", &key, "--json"]);
    let page = remote.join("c/59273/index.html");
    let says = |what: &str| {
        let started = Instant::now();
        within(MINUTE, || fs::read_to_string(&page).ok().filter(|page| page.contains(what)))
            .unwrap_or_else(|| panic!("the mirror does not say '{what}' within a minute"));
        started.elapsed()
    };

    let server = serve(here);
    let first = says("comme d’habitude");
    let whole = within(MINUTE, || Some(verify()).filter(|said| said.code == 0));
    let report: serde_json::Value = serde_json::from_str(&whole.expect("it verifies").out).unwrap();
    assert!(report["files"].as_u64() > Some(15), "{report}");
    assert!(fs::read_to_string(&page).unwrap().contains("Copie de secours"));
    assert!(
        fs::read_to_string(remote.join("c/59273/en/index.html")).unwrap().contains("Spare copy")
    );
    let untouched = fs::metadata(remote.join("c/62473/index.html")).unwrap().modified().unwrap();
    run(here, &["asset", "set", "59273", "family_portal", "--state", "down"]).well();
    let change = says("Au guichet, sur papier");
    println!("first {first:?}, a change {change:?}");
    let still = fs::metadata(remote.join("c/62473/index.html")).unwrap().modified().unwrap();
    assert_eq!(still, untouched, "what did not change is not sent");

    // The host is gone: said since when, nobody waits, and it catches up.
    host.stop();
    run(here, &["asset", "set", "59273", "family_portal", "--state", "up"]).well();
    let failing = within(MINUTE, || round(here, "mirror")?.failing_since);
    assert!(failing.is_some(), "nobody says that the host is gone");
    assert!(get(&server, "/c/59273/").contains("comme d’habitude"));
    run(here, &["tenant", "close", "62473"]).well();
    host.start();
    says("comme d’habitude");
    within(MINUTE, || (!remote.join("c/62473/index.html").exists()).then_some(())).unwrap();
    let mended = within(MINUTE, || round(here, "mirror").filter(|one| one.failing_since.is_none()));
    assert!(mended.is_some());

    // The platform is killed: the mirror is still right.
    drop(server);
    fs::remove_dir_all(here.join("data")).unwrap();
    assert_eq!(verify().code, 0, "{}", verify().err);
    let stranger = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA";
    let said = run(here, &["mirror", "verify", &www, "--key", stranger]).refused();
    assert!(said.contains("another platform"), "{said}");
    assert_eq!(run(here, &["mirror", "verify", &www]).code, 3, "author unproven");
    fs::write(remote.join("c/59273/virement.html"), "pay here").unwrap();
    assert!(verify().refused().contains("c/59273/virement.html"));
    fs::remove_file(remote.join("c/59273/virement.html")).unwrap();
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, text.replace("Gravelines", "Grave lines")).unwrap();
    assert!(verify().refused().contains("c/59273/index.html"));
    fs::remove_file(&page).unwrap();
    assert!(verify().refused().contains("is missing"));
}

#[test]
fn a_host_that_is_not_known_is_never_believed() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let host = Host::new(&here.join("host"));
    run(here, &["tenant", "add", "59273"]).well();
    fs::write(here.join("beffroi.toml"), host.settings(&here.join("www"))).unwrap();
    fs::copy(host.folder.join("client.pub"), here.join("x")).unwrap();
    let other = fs::read_to_string(here.join("x")).unwrap();
    fs::write(host.known(), format!("[127.0.0.1]:{} {other}", host.port)).unwrap();
    let said = run(here, &["--config", "beffroi.toml", "mirror", "push"]).refused();
    assert!(said.contains("known_hosts") && said.contains("fingerprint"), "{said}");
    assert!(!here.join("www").exists());
    assert!(run(here, &["mirror", "push"]).refused().contains("[mirror] folder"));
}

#[test]
fn a_backup_is_copied_to_another_machine() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let host = Host::new(&here.join("host"));
    run(here, &["tenant", "add", "59273"]).well();
    fs::create_dir(here.join("copies")).unwrap();
    let settings = host.settings(&here.join("copies")).replace("[mirror]\nrsync", "[backup]\npush");
    fs::write(here.join("beffroi.toml"), settings).unwrap();
    let words = ["--config", "beffroi.toml", "backup", "--unsealed", "--to", "b", "--json"];
    let made: serde_json::Value = serde_json::from_str(&run(here, &words).well()).unwrap();
    let made = Path::new(made["path"].as_str().unwrap());
    let copy = here.join("copies").join(made.file_name().unwrap());
    assert_eq!(fs::read(copy).unwrap(), fs::read(here.join(made)).unwrap());
    assert!(round(here, "backup_copy").unwrap().failing_since.is_none());
}
