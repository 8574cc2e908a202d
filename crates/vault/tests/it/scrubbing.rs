//! Reading everything back.

use beffroi_store::vault::objects;
use beffroi_town::{edge::Clock as _, vault::ObjectKind};
use beffroi_vault::scrub::{self, Named, Scrubbed};

use crate::house::{HOUR, House, scope};

async fn scrubbed(house: &House) -> Scrubbed {
    let at = house.clock.now();
    scrub::scrub(&house.store, &house.folder(), at, None).await.unwrap().remove(0)
}

#[tokio::test]
async fn rot_and_losses_are_named_and_healing_is_seen() {
    let house = House::new().await;
    let client = house.client("srv").await;
    client.post("config", b"settings").await;
    let (_, sound) = client.send("data", b"sound").await;
    let (_, rotten) = client.send("data", b"rotten one").await;
    let (_, lost) = client.send("index", b"lost one").await;
    client.send("snapshots", b"snapshot").await;
    assert!(scrubbed(&house).await.is_whole());
    assert_eq!(house.alarm_kinds().await, Vec::<&str>::new());
    std::fs::write(house.pack("srv", &rotten), b"rotten onE").unwrap();
    std::fs::remove_file(house.shelf("srv").join("index").join(&lost)).unwrap();
    std::fs::write(house.shelf("srv").join("data/00/stray"), b"?").unwrap();
    let found = scrubbed(&house).await;
    assert!(!found.is_whole());
    let named = |kind, name: &str| Named { kind, name: name.to_owned() };
    assert_eq!(found.damaged, [named(ObjectKind::Data, &rotten)]);
    assert_eq!(found.missing, [named(ObjectKind::Index, &lost)]);
    assert_eq!((found.strange, found.server.as_str()), (vec!["stray".to_owned()], "srv"));
    let alarms = house.alarms().await;
    assert_eq!(alarms.len(), 1);
    assert_eq!(
        (&alarms[0].detail["damaged"], &alarms[0].detail["missing"]),
        (&1.into(), &1.into())
    );
    let id = house.repository("srv").await.id;
    let damages = async || {
        let mut conn = house.store.read().await.unwrap();
        objects::damages(&mut conn, &scope(), &id).await.unwrap()
    };
    assert_eq!(damages().await, 2);
    // The server sends both again.
    client.send("data", b"rotten one").await;
    client.send("index", b"lost one").await;
    let found = scrubbed(&house).await;
    assert!(found.is_whole(), "{found:?}");
    assert_eq!(damages().await, 0);
    assert_eq!(client.get(&format!("data/{sound}")).await.body, "sound");
}

#[tokio::test]
async fn everything_is_read_back_by_itself_when_it_is_due() {
    let house = House::with(|settings| settings.scrub_every_ms = Some(24 * HOUR)).await;
    let client = house.client("srv").await;
    let (_, name) = client.send("data", b"sound").await;
    assert!(house.vault.scrub_when_due().await.unwrap());
    assert!(!house.vault.scrub_when_due().await.unwrap());
    std::fs::write(house.pack("srv", &name), "rotten").unwrap();
    house.pass(23 * HOUR);
    assert!(!house.vault.scrub_when_due().await.unwrap());
    assert_eq!(house.alarm_kinds().await, Vec::<&str>::new());
    house.pass(HOUR);
    assert!(house.vault.scrub_when_due().await.unwrap());
    assert_eq!(house.alarm_kinds().await, ["vault_damaged"]);
    // Unless it was settled so, nobody reads.
    let house = House::new().await;
    assert!(!house.vault.scrub_when_due().await.unwrap());
}
