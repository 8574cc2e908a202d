//! SQL texts: one text for both databases, each registered so that a test can prepare it on both.
//!
//! Rules: placeholders are `$1`, `$2`...; columns are `TEXT` and `BIGINT` only; nothing that only
//! one of the two databases understands (`db` and `migrate` hold the few exceptions).

/// A registered SQL text and the name that errors call it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sql {
    /// `module::NAME`.
    pub(crate) name: &'static str,
    /// The text itself.
    pub(crate) text: &'static str,
}

impl Sql {
    /// Called by [`sqls!`] alone, so that no text escapes the register.
    pub(crate) const fn registered(name: &'static str, text: &'static str) -> Self {
        Self { name, text }
    }

    /// `module::NAME`, as errors call it.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The text itself.
    pub const fn text(self) -> &'static str {
        self.text
    }

    /// The table that it writes to; none when it only reads.
    pub fn writes_to(self) -> Option<&'static str> {
        let mut words = self.text.split_whitespace();
        match (words.next()?, words.next()?) {
            ("INSERT", "INTO") | ("DELETE", "FROM") => words.next(),
            ("UPDATE", table) => Some(table),
            ("SELECT", _) => None,
            // Whatever else there may be is no reading.
            (verb, _) => Some(verb),
        }
    }
}

/// Declares the SQL texts of a module as constants and lists them in `SQL`.
macro_rules! sqls {
    ($module:literal: $($name:ident = $text:expr;)+) => {
        $(const $name: $crate::sql::Sql =
            $crate::sql::Sql::registered(concat!($module, "::", stringify!($name)), $text);)+
        /// The texts of this module, for the register.
        pub(crate) const SQL: &[$crate::sql::Sql] = &[$($name),+];
    };
}
pub(crate) use sqls;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_written_to_is_known() {
        for (text, table) in [
            ("SELECT 1", None),
            ("INSERT INTO session (a) VALUES ($1)", Some("session")),
            ("UPDATE  asset SET a = 1", Some("asset")),
            ("DELETE FROM\n change WHERE 1 = 1", Some("change")),
            ("DROP TABLE asset", Some("DROP")),
        ] {
            assert_eq!(Sql::registered("test", text).writes_to(), table, "{text}");
        }
    }
}
