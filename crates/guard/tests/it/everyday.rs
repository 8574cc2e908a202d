//! Everyday work that must not raise an alarm.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::playground::{Playground, wait_for};
use serde_json::json;

/// An ordinary user unpacks an archive, works in it, packs and removes it all, then saves files the
/// way office programs do.
pub(crate) fn play(share: &Path) {
    rustix::process::setsid().unwrap();
    println!("ready");
    let sh = |script: &str| {
        let done = Command::new("sh").arg("-ec").arg(script).current_dir(share).status().unwrap();
        assert!(done.success(), "{script}");
    };
    sh("mkdir w && cd w && for n in $(seq 1 300); do echo \"ligne $n\" > f$n; done");
    sh("tar cf a.tar w && rm -r w && tar xf a.tar && gzip <a.tar >a.tar.gz && rm -r w a.tar");
    // Logs are rotated by copying and emptying; originals packed; a table edited; a base at work.
    sh(
        "for n in 20 21 22 23 24; do cp \"dossier 00$n.txt\" log.$n; : > \"dossier 00$n.txt\"; done",
    );
    sh("for n in 25 26 27; do gzip -f \"dossier 00$n.txt\"; done");
    sh(
        "sed -i s/cantine/restaurant/ 'dossier 0028.txt' && cp 'dossier 0028.txt' 'dossier 0029.txt'",
    );
    sh(PYTHON_AT_WORK);
    for number in 0..15 {
        let name = share.join(format!("dossier {number:04}.txt"));
        let text = fs::read_to_string(&name).unwrap_or_default() + "une ligne de plus\n";
        // Written beside and renamed over, as most editors save.
        let beside = share.join(format!(".~{number}"));
        fs::write(&beside, &text).unwrap();
        fs::rename(&beside, &name).unwrap();
        // In place, as the others do.
        fs::write(&name, text + "et une autre\n").unwrap();
    }
    println!("done");
}

/// A base is filled, changed and vacuumed; a file mapped and changed a little.
const PYTHON_AT_WORK: &str = "exec python3 -c '
import mmap, sqlite3
base = sqlite3.connect(\"base.db\")
base.execute(\"create table actes (n integer, texte text)\")
for tour in range(20):
    with base:
        base.executemany(\"insert into actes values (?, ?)\", [(n, \"acte \" * 20) for n in range(200)])
        base.execute(\"delete from actes where n % 7 = ?\", [tour % 7])
base.execute(\"vacuum\")
with open(\"dossier 0016.txt\", \"r+b\") as file, mmap.mmap(file.fileno(), 0) as view:
    view[10:14] = b\"vu: \"
'";

#[test]
fn untar_remove_and_save_raise_no_alarm() {
    no_alarm(&Playground::new(30));
}

#[test]
fn nor_do_they_where_each_write_is_seen_on_a_whole_disk() {
    no_alarm(&Playground::on(Some("ext4"), 30));
}

fn no_alarm(ground: &Playground) {
    let guard = ground.guard(&json!({ "protect": true }));
    let mut user = ground.role(&["everyday".to_owned(), ground.share().display().to_string()]);
    wait_for("the user's work to end", || {
        assert!(ground.alarms().is_empty(), "{:?}", ground.alarms());
        user.child.0.try_wait().unwrap()
    });
    let said = user.wait_until_done();
    assert!(said.contains("done"), "{said} {:?}", ground.alarms());
    // What comes after it in the same queues has been seen: so has it.
    let last = ground.share().join("a.tar.gz");
    let inventory = ground.state().join("inventory.jsonl");
    let named = data_encoding::BASE64URL_NOPAD.encode(last.as_os_str().as_encoded_bytes());
    wait_for("the guard to have seen it all", || {
        fs::read_to_string(&inventory).unwrap().contains(&named).then_some(())
    });
    assert!(ground.alarms().is_empty(), "{:?}", ground.alarms());
    drop(guard);
}
