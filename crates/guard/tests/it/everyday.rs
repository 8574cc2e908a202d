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

#[test]
fn untar_remove_and_save_raise_no_alarm() {
    let ground = Playground::new(30);
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
