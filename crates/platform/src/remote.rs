//! Another machine, reached by rsync over ssh.
//!
//! Rules: ssh asks nobody, gives up soon, and believes only hosts whose key is known; rsync puts a
//! file in place when it is whole, never before; what fails says so in one line that names the way
//! to mend it.

use std::{io::Write as _, path::Path, process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

use crate::config::remote::{Remote, Ssh};

/// How long one push may take altogether.
const PUSH_MAX: Duration = Duration::from_mins(30);

/// The command that rsync starts to reach the other machine.
fn ssh_command(ssh: &Ssh, data: &Path) -> String {
    let known = ssh.known_hosts.clone().unwrap_or_else(|| data.join("known_hosts"));
    let mut words = vec![
        "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10".to_owned(),
        "-o ServerAliveInterval=5 -o ServerAliveCountMax=3".to_owned(),
        format!("-o UserKnownHostsFile='{}'", known.display()),
    ];
    if let Some(key) = &ssh.key {
        words.push(format!("-i '{}' -o IdentitiesOnly=yes", key.display()));
    }
    words.extend(ssh.options.iter().map(|option| format!("-o {option}")));
    words.join(" ")
}

fn rsync(remote: &Remote, data: &Path) -> Command {
    let mut command = Command::new("rsync");
    command
        .args(["--timeout=30", "-e", &ssh_command(&remote.ssh, data)])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs rsync to its end; what it printed.
async fn run(mut command: Command, ssh: &Ssh, data: &Path) -> Result<String, String> {
    let ended = timeout(PUSH_MAX, command.output()).await;
    let output = match ended {
        Err(_) => return Err("it took more than half an hour".to_owned()),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err("rsync is not installed: apt install rsync openssh-client".to_owned());
        }
        Ok(Err(error)) => return Err(format!("rsync does not start: {error}")),
        Ok(Ok(output)) => output,
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let known = ssh.known_hosts.clone().unwrap_or_else(|| data.join("known_hosts"));
    if said.contains("Host key verification failed") {
        return Err(format!(
            "its key is not in {}, or is another one: ask for its fingerprint by telephone, compare, \
             then add the line that ssh-keyscan prints",
            known.display()
        ));
    }
    // What matters comes before rsync's lines about itself, and perhaps after a greeting.
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    let telling = |line: &&str| ["ssh:", "rsync:", "enied"].iter().any(|word| line.contains(word));
    let first = lines.clone().find(telling).or_else(|| lines.next());
    Err(first.map_or_else(|| format!("rsync ended with {}", output.status), str::to_owned))
}

/// Copies one file, then asks whether the copy is the same.
pub(crate) async fn push_file(file: &Path, remote: &Remote, data: &Path) -> Result<(), String> {
    let mut copy = rsync(remote, data);
    copy.args(["--times", "--chmod=F600", "--"]).arg(file).arg(remote.to_string());
    run(copy, &remote.ssh, data).await?;
    let mut compare = rsync(remote, data);
    compare.args(["--dry-run", "--checksum", "--out-format=%n", "--"]);
    compare.arg(file).arg(remote.to_string());
    let differs = run(compare, &remote.ssh, data).await?;
    if differs.trim().is_empty() { Ok(()) } else { Err("what arrived is another file".to_owned()) }
}

/// Copies these files below a folder, each put in place once all have arrived; those that are no
/// longer here are removed there. Nothing else there is touched.
pub(crate) async fn push_tree(
    folder: &Path,
    names: &[String],
    remote: &Remote,
    data: &Path,
) -> Result<(), String> {
    let list = data.join(".mirror-list");
    let written = std::fs::File::create(&list)
        .and_then(|mut file| names.iter().try_for_each(|name| write!(file, "{name}\0")));
    written.map_err(|error| format!("cannot write {}: {error}", list.display()))?;
    let mut copy = rsync(remote, data);
    copy.args(["--times", "--chmod=D755,F644", "--delay-updates", "--delete-missing-args"]);
    copy.args(["--from0", "--mkpath", "--files-from"]).arg(&list).arg("--");
    copy.arg(format!("{}/", folder.display())).arg(remote.to_string());
    run(copy, &remote.ssh, data).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_host_is_never_believed() {
        let ssh = Ssh {
            key: Some("/k".into()),
            known_hosts: None,
            options: vec!["Port=2222".to_owned()],
        };
        let line = ssh_command(&ssh, Path::new("/data"));
        assert!(line.contains("StrictHostKeyChecking=yes") && line.contains("BatchMode=yes"));
        assert!(line.contains("UserKnownHostsFile='/data/known_hosts'") && line.contains("'/k'"));
        assert!(line.ends_with("-o Port=2222"), "{line}");
    }
}
