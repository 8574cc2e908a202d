//! A repository carried on a disk, and taken into a vault that has lost it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Client, PASSWORD, Town, contents, saved};
use crate::program::{BEFFROI, Said};

/// Asks with a server's own credential and password.
fn carry(client: &Client, way: &str, folder: &Path) -> Said {
    let secret = |name: &str, text: &str| -> PathBuf {
        let path = client.folder.join(name);
        fs::write(&path, text).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&path, mode).unwrap();
        path
    };
    let (address, password) = (secret("address", &client.repository), secret("password", PASSWORD));
    let output = Command::new(BEFFROI)
        .args(["vault", "carry", way])
        .arg(folder)
        .arg("--repository-file")
        .arg(address)
        .arg("--password-file")
        .arg(password)
        .output();
    output.unwrap().into()
}

#[test]
fn a_repository_is_carried_out_and_back_into_another_vault() {
    let (mut town, client, share, snapshot) = saved("");
    let disk = town.here().join("disk");
    carry(&client, "out", &disk).well();
    let alone = |folder: PathBuf| Client { repository: disk.to_str().unwrap().to_owned(), folder };
    alone(client.folder.clone()).is_whole(&snapshot, &share);
    let all = contents(&disk);
    // Pulled out in the middle, and bytes rotten: again, it goes on and mends.
    let (path, bytes) = all.iter().find(|(path, _)| path.starts_with("data")).unwrap();
    let mut rotten = bytes.clone();
    rotten[7] ^= 1;
    fs::write(disk.join(path), rotten).unwrap();
    let gone = all.keys().find(|path| path.starts_with("index")).unwrap();
    fs::remove_file(disk.join(gone)).unwrap();
    fs::remove_file(disk.join("config")).unwrap();
    let again = carry(&client, "out", &disk).well();
    assert!(again.starts_with("2 objects"), "{again}");
    assert!(contents(&disk) == all);

    // The vault burns; a new one knows the server's name, and nothing else.
    drop(town.server.take());
    let fresh = Town::new("");
    let server = fresh.client("file_server");
    // A damaged object is told, and not taken in; the next time it comes.
    fs::write(disk.join(path), b"rotten").unwrap();
    let damaged = carry(&server, "in", &disk);
    assert_eq!(damaged.code, 1, "{damaged:?}");
    assert!(damaged.err.contains("NOT WHOLE"), "{damaged:?}");
    fs::write(disk.join(path), bytes).unwrap();
    let last = carry(&server, "in", &disk).well();
    assert!(last.starts_with("1 objects"), "{last}");
    server.is_whole(&snapshot, &share);
    let shelf = fresh.shelf("file_server");
    for (path, bytes) in &all {
        assert!(fs::read(shelf.join(path)).unwrap() == *bytes, "{}", path.display());
    }
    assert_eq!(fresh.alarms(), Vec::<String>::new());
}

#[test]
fn what_is_no_copy_of_that_repository_is_refused() {
    let (town, client, share, snapshot) = saved("");
    let disk = town.here().join("disk");
    carry(&client, "out", &disk).well();
    // Another server's repository, with the same password.
    let other = town.client("nas");
    other.init();
    let refused = carry(&other, "in", &disk).refused();
    assert!(refused.contains("no copy of the repository"), "{refused}");
    let refused = carry(&other, "out", &disk).refused();
    assert!(refused.contains("another repository"), "{refused}");
    let refused = carry(&client, "in", &town.here().join("nothing")).refused();
    assert!(refused.contains("there is no repository"), "{refused}");
    client.is_whole(&snapshot, &share);
}
