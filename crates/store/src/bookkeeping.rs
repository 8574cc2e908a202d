//! Writes that are no fact about a town and are not journalled.
//!
//! Rules: they touch only the tables named in [`TABLES`]: any other statement is refused before it
//! reaches the database. The functions stand with their nouns: [`crate::sessions`], [`crate::throttle`],
//! [`crate::guards`], [`crate::outbox`], [`crate::rounds`], [`crate::vault::objects`],
//! [`crate::desk::drafts`], [`crate::print_posts`].

use crate::{Result, db::Conn};

/// The only tables that bookkeeping writes to.
pub const TABLES: &[&str] = &[
    "session",
    "device",
    "totp_step",
    "throttle",
    "guard_beat",
    "outbox",
    "round",
    "vault_object",
    "vault_use",
    "agenda_pull",
    "desk_draft",
    "print_post_heard",
];

/// A write of bookkeeping under way. Dropping it undoes everything.
#[must_use = "dropping it undoes everything: commit it"]
#[derive(Debug)]
pub struct Bookkeeping {
    conn: Conn,
}

impl Bookkeeping {
    pub(crate) const fn new(conn: Conn) -> Self {
        Self { conn: conn.writing_only(TABLES) }
    }

    /// To read inside the write.
    pub const fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Keeps what was written.
    pub async fn commit(self) -> Result<()> {
        self.conn.commit().await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{Error, Location, Store, sql::sqls};

    sqls! { "test":
        FACT = "UPDATE asset SET name = 'x'";
        BOOK = "DELETE FROM session";
    }

    struct Fixed;
    impl beffroi_town::edge::Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(1);
        }
    }

    #[tokio::test]
    async fn a_fact_is_refused_before_the_database_sees_it() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Folder(folder.path().to_owned());
        let store = Store::open(&location, Arc::new(Fixed)).await.unwrap();
        let mut book = store.bookkeeping().await.unwrap();
        assert_eq!(SQL, [FACT, BOOK]);
        let refused = book.conn().run(FACT, &[]).await;
        assert!(matches!(refused, Err(Error::NotBookkeeping { .. })), "{refused:?}");
        assert_eq!(book.conn().run(BOOK, &[]).await.unwrap(), 0);
    }
}
