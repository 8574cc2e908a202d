//! The bounds of everything that is received; checked before it is used.

use super::{
    AlarmReport, Beat, BeatAnswer, EnrolRequest, HeadSeen, LIST_MAX, LISTED_IN_ALL_MAX, LISTED_MAX,
    Level, Listed, ListedFile, MAINTENANCE_MAX, ORDERS_MAX, PATH_BYTES_MAX, TEXT_BYTES_MAX,
    TOUCHED_MAX,
};

/// A value beyond its bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is beyond its bound of {max}")]
pub struct OutOfBounds {
    /// Which field.
    pub field: &'static str,
    /// Its bound.
    pub max: usize,
}

fn within(field: &'static str, length: usize, max: usize) -> Result<(), OutOfBounds> {
    if length <= max { Ok(()) } else { Err(OutOfBounds { field, max }) }
}

impl Level {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("holes", self.holes.len(), LIST_MAX)
    }
}

impl EnrolRequest {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("token", self.token.len(), TEXT_BYTES_MAX)?;
        within("public_key", self.public_key.len(), TEXT_BYTES_MAX)?;
        within("hostname", self.host.hostname.len(), TEXT_BYTES_MAX)?;
        within("system", self.host.system.len(), TEXT_BYTES_MAX)?;
        within("kernel", self.host.kernel.len(), TEXT_BYTES_MAX)?;
        within("guard_version", self.host.guard_version.len(), TEXT_BYTES_MAX)?;
        self.level.check()
    }
}

fn check_heads(heads: &[HeadSeen]) -> Result<(), OutOfBounds> {
    within("heads", heads.len(), LIST_MAX)?;
    heads.iter().try_for_each(|head| {
        within("head hash", head.hash.len(), TEXT_BYTES_MAX)?;
        within("head signature", head.signature.len(), TEXT_BYTES_MAX)
    })
}

impl Beat {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        self.level.check()?;
        within("watched", self.watched.len(), LIST_MAX)?;
        for folder in &self.watched {
            within("watched path", folder.path.len(), PATH_BYTES_MAX)?;
        }
        within("maintenance", self.maintenance.as_ref().map_or(0, Vec::len), MAINTENANCE_MAX)?;
        within("acknowledgements", self.acknowledgements.len(), ORDERS_MAX)?;
        check_heads(&self.heads)
    }
}

impl BeatAnswer {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("orders", self.orders.len(), ORDERS_MAX)?;
        for order in &self.orders {
            within("order signature", order.signature.len(), TEXT_BYTES_MAX)?;
        }
        check_heads(&self.heads)
    }
}

impl Listed {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("listed", self.files.len(), LISTED_MAX)?;
        let all =
            usize::try_from(self.before).unwrap_or(usize::MAX).saturating_add(self.files.len());
        within("listed in all", all, usize::try_from(LISTED_IN_ALL_MAX).unwrap_or(usize::MAX))?;
        self.files.iter().try_for_each(ListedFile::check)
    }
}

impl ListedFile {
    fn check(&self) -> Result<(), OutOfBounds> {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        within("listed path", self.path.len(), PATH_BYTES_MAX)?;
        within("listed program", length(&self.program), PATH_BYTES_MAX)?;
        within("listed session", self.session.len(), TEXT_BYTES_MAX)?;
        within("listed client", length(&self.client), TEXT_BYTES_MAX)?;
        within("listed hash", length(&self.sha256), TEXT_BYTES_MAX)
    }
}

impl AlarmReport {
    /// Whether each list and text is within its bound.
    pub fn check(&self) -> Result<(), OutOfBounds> {
        within("touched", self.touched.len(), TOUCHED_MAX)?;
        for touched in &self.touched {
            within("touched path", touched.path.len(), PATH_BYTES_MAX)?;
        }
        within("reasons", self.reasons.len(), LIST_MAX)?;
        if let Some(actor) = &self.actor {
            within("actor exe", actor.exe.len(), PATH_BYTES_MAX)?;
            within("actor user", actor.user.as_ref().map_or(0, String::len), TEXT_BYTES_MAX)?;
            within("actor client", actor.client.as_ref().map_or(0, String::len), TEXT_BYTES_MAX)?;
            within("actor session", actor.session.as_ref().map_or(0, String::len), TEXT_BYTES_MAX)?;
        }
        Ok(())
    }
}
