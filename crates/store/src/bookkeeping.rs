//! Writes that are no fact about a town and are not journalled.
//!
//! Rules: they touch only the tables named in [`TABLES`]: any other statement is refused before it
//! reaches the database. The functions stand with their nouns: [`crate::sessions`], [`crate::throttle`], [`crate::guards`],
//! [`crate::outbox`].

use crate::{Result, db::Conn};

/// The only tables that bookkeeping writes to.
pub const TABLES: &[&str] = &["session", "device", "totp_step", "throttle", "guard_beat", "outbox"];

/// A write of bookkeeping under way. Dropping it undoes everything.
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
