//! What the machine says of itself.

use std::{
    fs,
    net::IpAddr,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use rustix::fs::{statfs, statvfs};
use tokio::{process::Command, time::timeout};

use super::super::facts::{Disk, Place};

/// How long the machine may think about an answer.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// File systems of other machines, by the number that the kernel gives them.
const NETWORK: [u64; 4] = [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42];

pub(super) fn disk(folder: &Path, holds_data: bool) -> Disk {
    let there = existing(folder);
    let about = statvfs(&there).ok();
    let kind = statfs(&there).ok().and_then(|about| u64::try_from(about.f_type).ok());
    Disk {
        folder: folder.to_owned(),
        bytes: about
            .as_ref()
            .map(|about| (about.f_bavail * about.f_frsize, about.f_blocks * about.f_frsize)),
        names: about.map(|about| (about.f_favail, about.f_files)),
        is_network: kind.is_some_and(|kind| NETWORK.contains(&kind)),
        holds_data,
    }
}

/// The folder, or the nearest one above it that exists.
fn existing(folder: &Path) -> PathBuf {
    let found = folder.ancestors().find(|one| one.is_dir());
    found.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

pub(super) fn same_disk(one: &Path, other: &Path) -> Option<bool> {
    Some(fs::metadata(one).ok()?.dev() == fs::metadata(other).ok()?.dev())
}

pub(super) fn mode(file: &Path) -> Option<u32> {
    fs::metadata(file).ok().map(|about| about.mode())
}

/// What systemd says of the clock.
pub(super) async fn clock_follows() -> Option<bool> {
    let mut ask = Command::new("timedatectl");
    ask.args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(ANSWER_MAX, ask.output()).await.ok()?.ok()?;
    match String::from_utf8_lossy(&output.stdout).trim() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

/// Where the name of an address leads.
pub(super) async fn leads_to(url: &str) -> Option<Vec<IpAddr>> {
    let rest = url.split_once("://")?.1;
    let host = match rest.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => rest,
    };
    let host = host.trim_matches(['[', ']']);
    let found = timeout(ANSWER_MAX, tokio::net::lookup_host((host, 443))).await.ok()?.ok()?;
    let addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    (!addresses.is_empty()).then_some(addresses)
}

pub(super) fn place() -> Place {
    Place {
        joined: joined(Path::new("/")),
        virtual_machine: virtual_machine(Path::new("/")),
        hypervisors: Vec::new(),
        resolvers: resolvers(Path::new("/")),
    }
}

/// Signs of a directory of accounts, as its clients leave them.
fn joined(root: &Path) -> Option<Vec<String>> {
    if !root.join("etc").is_dir() {
        return None;
    }
    let signs = [
        "etc/krb5.keytab",
        "etc/sssd/sssd.conf",
        "var/lib/samba/private/secrets.tdb",
        "etc/ipa/default.conf",
    ];
    let there = signs.into_iter().filter(|sign| root.join(sign).exists());
    let mut found: Vec<String> = there.map(|sign| format!("/{sign}")).collect();
    let switch = fs::read_to_string(root.join("etc/nsswitch.conf")).unwrap_or_default();
    let asks = switch.lines().filter(|line| line.starts_with("passwd:"));
    let words = asks.flat_map(str::split_whitespace);
    let through: Vec<&str> =
        words.filter(|word| ["sss", "winbind", "ldap"].contains(word)).collect();
    found.extend(through.into_iter().map(|word| format!("passwd: {word} (/etc/nsswitch.conf)")));
    Some(found)
}

/// The virtual machine that this one says to be; empty: none; nothing: could not be read.
fn virtual_machine(root: &Path) -> Option<String> {
    let read = |name: &str| {
        let text = fs::read_to_string(root.join("sys/class/dmi/id").join(name)).ok()?;
        Some(text.trim().to_owned())
    };
    let told: Vec<String> = [read("sys_vendor")?, read("product_name")?]
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect();
    let told = told.join(" ");
    let makers = [
        "vmware",
        "qemu",
        "kvm",
        "proxmox",
        "virtualbox",
        "xen",
        "hyper-v",
        "microsoft corporation",
        "nutanix",
        "openstack",
        "bochs",
        "parallels",
        "bhyve",
        "scaleway",
        "amazon ec2",
        "google",
        "ovh",
    ];
    let small = told.to_lowercase();
    let is_one = makers.iter().any(|maker| small.contains(maker));
    Some(if is_one { told } else { String::new() })
}

/// The servers asked for names; behind systemd's own, those that it asks.
fn resolvers(root: &Path) -> Option<Vec<IpAddr>> {
    let listed = |name: &str| -> Option<Vec<IpAddr>> {
        let text = fs::read_to_string(root.join(name)).ok()?;
        let servers = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
        Some(servers.filter_map(|server| server.trim().parse().ok()).collect())
    };
    let first = listed("etc/resolv.conf")?;
    let behind = listed("run/systemd/resolve/resolv.conf").filter(|all| !all.is_empty());
    if first.iter().all(IpAddr::is_loopback) { Some(behind.unwrap_or(first)) } else { Some(first) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn a_joined_machine_is_known_by_what_its_clients_leave() {
        let root = with(&[
            ("etc/nsswitch.conf", "passwd: files sss\ngroup: files winbind\n"),
            ("etc/krb5.keytab", ""),
        ]);
        let signs = joined(root.path()).unwrap();
        assert_eq!(signs, ["/etc/krb5.keytab", "passwd: sss (/etc/nsswitch.conf)"]);
        assert_eq!(joined(with(&[("etc/hosts", "")]).path()), Some(vec![]));
        assert_eq!(joined(&root.path().join("nowhere")), None);
    }

    #[test]
    fn a_virtual_machine_says_who_made_it() {
        let id = "sys/class/dmi/id";
        let dmi = |vendor: &str, product: &str| {
            let (vendor_file, product_file) =
                (format!("{id}/sys_vendor"), format!("{id}/product_name"));
            virtual_machine(with(&[(&vendor_file, vendor), (&product_file, product)]).path())
        };
        assert_eq!(dmi("VMware, Inc.\n", "VMware7,1\n").as_deref(), Some("VMware, Inc. VMware7,1"));
        assert_eq!(dmi("Dell Inc.\n", "PowerEdge R640\n").as_deref(), Some(""));
        assert_eq!(virtual_machine(Path::new("/nowhere")), None);
    }

    #[test]
    fn the_servers_behind_the_machine_s_own_are_found() {
        let own = ("etc/resolv.conf", "# x\nnameserver 127.0.0.53\n");
        let behind =
            ("run/systemd/resolve/resolv.conf", "nameserver 192.168.1.1\nnameserver bad\n");
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(resolvers(with(&[own, behind]).path()), Some(vec![address("192.168.1.1")]));
        assert_eq!(resolvers(with(&[own]).path()), Some(vec![address("127.0.0.53")]));
        assert_eq!(resolvers(Path::new("/nowhere")), None);
    }

    #[tokio::test]
    async fn an_address_is_where_its_name_leads() {
        let here = leads_to("https://127.0.0.1:8443").await.unwrap();
        assert!(here[0].is_loopback());
        assert_eq!(leads_to("https://nowhere.invalid").await, None);
    }

    #[test]
    fn a_disk_says_how_much_is_free() {
        let found = disk(Path::new("/nowhere/at/all"), true);
        let (free, all) = found.bytes.unwrap();
        assert!(free <= all && all > 0 && !found.is_network);
        assert_eq!(same_disk(Path::new("/"), Path::new("/")), Some(true));
        assert_eq!(same_disk(Path::new("/"), Path::new("/proc")), Some(false));
    }
}
