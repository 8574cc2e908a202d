//! What the vault does by itself.

use beffroi_store::{journal, vault::objects};
use beffroi_town::vault::ObjectKind;

use crate::house::{HOUR, House, name_of, scope};

#[tokio::test]
async fn backups_that_came_are_in_the_journal_once() {
    let house = House::new().await;
    let client = house.client("srv").await;
    let entries = async || {
        let mut conn = house.store.read().await.unwrap();
        let newest = journal::newest(&mut conn, &scope(), None, 50).await.unwrap();
        let told = newest.into_iter().filter(|entry| entry.kind == "vault_backups_received");
        told.map(|entry| entry.body["snapshots"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    house.vault.tell_of_backups().await.unwrap();
    assert_eq!(entries().await, Vec::<u64>::new());
    client.send("data", b"pack").await;
    for one in [b"one", b"two"] {
        house.pass(1_000);
        client.send("snapshots", one).await;
    }
    for _ in 0..3 {
        house.vault.tell_of_backups().await.unwrap();
    }
    assert_eq!(entries().await, [2]);
    house.pass(HOUR);
    client.send("snapshots", b"three").await;
    house.vault.tell_of_backups().await.unwrap();
    assert_eq!(entries().await, [1, 2]);
}

#[tokio::test]
async fn silence_is_an_alarm_by_habit_and_once_for_each_silence() {
    let house = House::new().await;
    let client = house.client("srv").await;
    for night in 0..5_u8 {
        assert_eq!(client.send("snapshots", &[night]).await.0, 200);
        house.pass(24 * HOUR);
    }
    house.vault.notice_silence().await.unwrap();
    assert_eq!(house.alarm_kinds().await, Vec::<&str>::new());
    // A forged lock is no backup.
    house.pass(13 * HOUR);
    client.send("locks", b"still here").await;
    house.vault.notice_silence().await.unwrap();
    house.vault.notice_silence().await.unwrap();
    let alarms = house.alarms().await;
    assert_eq!(alarms.len(), 1);
    assert_eq!((alarms[0].kind.code(), alarms[0].repeats), ("vault_silent", 0));
    assert_eq!(alarms[0].detail["server"], "srv");
    // Who was revoked has nothing to say.
    let quiet = House::new().await;
    quiet.client("srv").await;
    let by = (&beffroi_town::Actor::CommandLine, beffroi_town::Instant::from_ms(1));
    let town = crate::house::town();
    beffroi_vault::repositories::revoke(&quiet.store, by, &town, "srv", None).await.unwrap();
    quiet.pass(999 * HOUR);
    quiet.vault.notice_silence().await.unwrap();
    assert_eq!(quiet.alarm_kinds().await, Vec::<&str>::new());
}

#[tokio::test]
async fn a_server_that_never_sent_anything_is_noticed() {
    let house = House::new().await;
    house.client("srv").await;
    house.pass(48 * HOUR);
    house.vault.notice_silence().await.unwrap();
    assert_eq!(house.alarm_kinds().await, Vec::<&str>::new());
    house.pass(1);
    house.vault.notice_silence().await.unwrap();
    let alarms = house.alarms().await;
    assert_eq!(alarms[0].kind.code(), "vault_silent");
    assert_eq!(alarms[0].detail["ever"], false);
}

#[tokio::test]
async fn what_lies_there_without_a_receipt_is_noted_and_counted() {
    let house = House::new().await;
    let client = house.client("srv").await;
    client.send("data", b"acknowledged").await;
    // As a kill between file and receipt, or an older database, leaves it.
    let name = name_of(b"not acknowledged");
    std::fs::write(house.pack("srv", &name), b"not acknowledged").unwrap();
    let repository = house.repository("srv").await;
    assert_eq!(house.vault.take_note().await.unwrap(), 1);
    assert_eq!(house.vault.take_note().await.unwrap(), 0);
    let mut conn = house.store.read().await.unwrap();
    let object = (ObjectKind::Data, name.as_str());
    let noted = objects::get(&mut conn, &scope(), &repository.id, object).await.unwrap().unwrap();
    assert_eq!((noted.bytes, noted.credential), (16, None));
    let used = objects::used(&mut conn, &scope(), &repository.id).await.unwrap();
    assert_eq!((used.objects, used.bytes), (2, 8_192));
}

#[tokio::test]
async fn a_volume_out_of_proportion_is_an_alarm_once_and_a_large_one_is_not() {
    use beffroi_store::vault::objects::Receipt;
    let house = House::new().await;
    house.client("srv").await;
    let id = house.repository("srv").await.id;
    let night = async |number: u8, gigabytes: u64| {
        let receipt = Receipt {
            kind: ObjectKind::Data,
            name: name_of(&[number]),
            bytes: gigabytes << 30,
            received_at: beffroi_town::edge::Clock::now(&*house.clock),
            credential: None,
            damaged_at: None,
            thinning: None,
        };
        let mut book = house.store.bookkeeping().await.unwrap();
        assert!(objects::received(&mut book, &id, &receipt).await.unwrap());
        book.commit().await.unwrap();
        house.vault.notice_volume().await.unwrap();
        house.pass(24 * HOUR);
    };
    for number in 0..30 {
        night(number, 2).await;
    }
    // Twenty times as much as ever, of sixty that are there: a large import.
    night(30, 25).await;
    assert_eq!(house.alarm_kinds().await, [""; 0]);
    // As if everything had come anew.
    night(31, 85).await;
    night(32, 85).await;
    assert_eq!(house.alarm_kinds().await, ["vault_unusual"]);
}
