//! What setup does, once it was agreed to.

use std::{
    fs,
    io::{ErrorKind, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use beffroi_platform::{
    config::{Config, Tls},
    look::{self, Believed, NotSeen},
    tls::{fingerprint, first_certificate},
};
use serde_json::Value;

/// The platform's unit.
const UNIT: &str = "beffroi.service";
/// How long a platform that was just started may take to answer.
const START: Duration = Duration::from_secs(20);

/// This program, called as a person would call it.
pub(super) struct Program {
    exe: PathBuf,
    config: PathBuf,
}

impl Program {
    pub(super) fn of(config: &Path) -> Result<Self> {
        let exe = std::env::current_exe().context("find this program's own file")?;
        Ok(Self { exe, config: config.to_owned() })
    }

    fn ask(&self, words: &[&str]) -> Result<Value> {
        let said = self.call(&[words, &["--json"]].concat())?;
        serde_json::from_slice(&said).context("understand this program's answer")
    }

    fn call(&self, words: &[&str]) -> Result<Vec<u8>> {
        let mut command = Command::new(&self.exe);
        // What the environment says of another platform must not come in between.
        command.args(words).arg("--config").arg(&self.config).env_remove("BEFFROI_DATA");
        let said = command.output().context("start this program")?;
        if !said.status.success() {
            let why = String::from_utf8_lossy(&said.stderr);
            bail!("{}", why.trim().trim_start_matches("beffroi: "));
        }
        Ok(said.stdout)
    }

    /// The codes of the open towns of this platform.
    pub(super) fn towns(&self) -> Result<Vec<String>> {
        let all = self.ask(&["tenant", "list"])?;
        let open = all.as_array().into_iter().flatten().filter(|one| one["closed_at"].is_null());
        Ok(open.filter_map(|one| one["id"].as_str().map(str::to_owned)).collect())
    }

    pub(super) fn has_director(&self, town: &str) -> Result<bool> {
        let all = self.ask(&["staff", "list", town])?;
        let directs = |one: &Value| one["role"] == "director" && one["disabled_at"].is_null();
        Ok(all.as_array().into_iter().flatten().any(directs))
    }

    pub(super) fn is_watched(&self, town: &str) -> Result<bool> {
        let all = self.ask(&["oncall", "list", town])?;
        Ok(all.as_array().is_some_and(|all| !all.is_empty()))
    }

    pub(super) fn add_on_call(&self, town: &str, name: &str, way: &str) -> Result<()> {
        self.call(&["oncall", "add", town, name, "--way", way]).map(drop)
    }

    pub(super) fn add_town(&self, code: &str) -> Result<()> {
        self.ask(&["tenant", "add", code]).map(drop)
    }

    /// Returns the code of the first log-in.
    pub(super) fn add_director(&self, town: &str, name: &str) -> Result<String> {
        let added = self.ask(&["staff", "add", town, name, "--role", "director"])?;
        added
            .get("code")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .context("no code for the director")
    }
}

/// Writes the configuration whole, for root and the platform's group alone; the earlier one stays
/// beside it as `.old`.
pub(super) fn write_config(path: &Path, text: &str, data: &Path) -> Result<()> {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let (half, old) = (beside(".half"), beside(".old"));
    let written = || -> std::io::Result<()> {
        remove(&half)?;
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o640).open(&half)?;
        file.write_all(text.as_bytes())?;
        if let Ok(about) = fs::metadata(data) {
            std::os::unix::fs::fchown(&file, None, Some(about.gid()))?;
        }
        file.sync_all()?;
        if path.exists() {
            remove(&old)?;
            fs::hard_link(path, &old)?;
        }
        fs::rename(&half, path)?;
        path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
    };
    written().with_context(|| format!("cannot write {}", path.display()))
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Where the unit is told of the folders that it may write to beside its own.
const FOLDERS: &str = "/etc/systemd/system/beffroi.service.d/folders.conf";

/// Opens the folders that the configuration names to the platform: makes those of the backups and
/// of the vault for the owner of the data, and tells the unit, which writes nowhere else.
pub(super) fn open_folders(config: &Config, data: &Path) -> Result<()> {
    let owner = fs::metadata(data).with_context(|| format!("look at {}", data.display()))?;
    let vault = config.vault.as_ref().map(|vault| &vault.settings.folder);
    for folder in config.backup.folder.iter().chain(vault).filter(|folder| !folder.exists()) {
        let made = || {
            // Those above it are anybody's to pass through; itself is its owner's alone.
            folder.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::DirBuilder::new().mode(0o700).create(folder)?;
            std::os::unix::fs::chown(folder, Some(owner.uid()), Some(owner.gid()))
        };
        made().with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let all = [config.backup.folder.as_ref(), config.mirror.folder.as_ref(), vault];
    let outside = all.into_iter().flatten().filter(|folder| !folder.starts_with(data));
    // '-': a folder of a disk that is away does not keep the platform from starting.
    let lines: Vec<String> =
        outside.map(|folder| format!("ReadWritePaths=-{}\n", folder.display())).collect();
    let text = format!("# Written by: beffroi setup\n[Service]\n{}", lines.concat());
    let path = Path::new(FOLDERS);
    let written = if lines.is_empty() {
        remove(path)
    } else {
        path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, &text))
    };
    written.with_context(|| format!("cannot write {FOLDERS}"))
}

/// Starts the unit, or starts it anew where the configuration changed. False where this machine is
/// not run by systemd.
pub(super) fn start_unit(changed: bool) -> Result<bool> {
    if !Path::new("/run/systemd/system").is_dir() {
        return Ok(false);
    }
    let verb = if changed { "restart" } else { "start" };
    for words in [&["daemon-reload"][..], &["enable", "--quiet", UNIT], &[verb, "--quiet", UNIT]] {
        let done = Command::new("systemctl").args(words).status().context("start systemctl")?;
        if !done.success() {
            bail!("systemctl {} failed; it says why: journalctl -u {UNIT}", words.join(" "));
        }
    }
    Ok(true)
}

/// What a person types where no systemd runs.
pub(super) fn command_to_start(config: &Path, installed: bool) -> String {
    let serve = format!("beffroi serve --config {}", config.display());
    if installed {
        format!(
            "setpriv --reuid=beffroi --regid=beffroi --init-groups --inh-caps=+net_bind_service \
             --ambient-caps=+net_bind_service {serve}"
        )
    } else {
        serve
    }
}

/// Whether the platform answers.
pub(super) enum Answering {
    Yes,
    Nobody,
    /// Somebody does, but not as it should.
    No(String),
}

/// Looks at the platform's own page; waits for it where it was just started.
pub(super) fn look(config: &Config, path: &str, started: bool) -> Answering {
    let end = Instant::now() + if started { START } else { Duration::ZERO };
    loop {
        let seen = look_once(config, path);
        if matches!(seen, Answering::Yes) || Instant::now() >= end {
            return seen;
        }
        std::thread::park_timeout(Duration::from_millis(100));
    }
}

fn look_once(config: &Config, path: &str) -> Answering {
    let mut address = config.doors.listen;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    let public = config.doors.public_url.clone().unwrap_or_default();
    let (url, believed) = match &config.doors.tls {
        // By its address here: the own authority vouches for that too.
        Some(Tls::Own) => match first_certificate(&authority(config)) {
            Ok(own) => (format!("https://{address}{path}"), Believed::Own(own)),
            // It is made by the platform's first start.
            Err(_) => return Answering::Nobody,
        },
        Some(Tls::Files { .. }) => (format!("{public}{path}"), Believed::System),
        None => (format!("http://{address}{path}"), Believed::System),
    };
    match look::at(address, &url, &believed) {
        Ok(()) => Answering::Yes,
        Err(NotSeen::NobodyThere(_)) => Answering::Nobody,
        Err(other) => Answering::No(other.to_string()),
    }
}

fn authority(config: &Config) -> PathBuf {
    config.folder.join("tls/ca.pem")
}

/// The certificate that browsers must trust.
pub(super) struct Authority {
    pub(super) file: String,
    pub(super) fingerprint: String,
}

/// Puts the authority's certificate beside the configuration, where it may be copied from. What is
/// written is the certificate that was read, never the bytes of a file that root was led to.
pub(super) fn give_authority(config: &Config, beside: &Path) -> Result<Authority> {
    let der = first_certificate(&authority(config))?;
    let path = beside.with_file_name("beffroi-ca.crt");
    let lines = data_encoding::BASE64.encode(&der);
    let lines: Vec<&str> = (0..lines.len())
        .step_by(64)
        .filter_map(|from| lines.get(from..lines.len().min(from + 64)))
        .collect();
    let pem =
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
    fs::write(&path, pem).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Authority { file: path.display().to_string(), fingerprint: fingerprint(&der) })
}
