//! What each role may do.
//!
//! Rules: readers and responders read; clerks also prepare notices and keep services' details;
//! technicians also act on alarms, incidents, assets, cuts and guards; directors also publish,
//! override and manage people; operators do all of it for every tenant.

use beffroi_town::Role;

/// Everybody with an account.
pub const STAFF: &[Role] = &Role::ALL;
/// Those who write texts.
pub const WRITERS: &[Role] = &[Role::Operator, Role::Director, Role::Technician, Role::Clerk];
/// Those who act on alarms, incidents, assets, cuts and guards.
pub const ACTORS: &[Role] = &[Role::Operator, Role::Director, Role::Technician];
/// Those who publish, override and manage people.
pub const HEADS: &[Role] = &[Role::Operator, Role::Director];
/// Those who see every tenant.
pub const OPERATORS: &[Role] = &[Role::Operator];

/// What one person may do: decides what a page offers. The route table decides what is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent permissions, read by templates"
)]
pub struct May {
    /// Write texts.
    pub write: bool,
    /// Act on alarms, incidents, assets, cuts, guards.
    pub act: bool,
    /// Publish and override.
    pub publish: bool,
    /// Manage people.
    pub manage: bool,
    /// See every tenant.
    pub operate: bool,
}

impl May {
    /// Of a role.
    pub fn of(role: Role) -> Self {
        Self {
            write: WRITERS.contains(&role),
            act: ACTORS.contains(&role),
            publish: HEADS.contains(&role),
            manage: HEADS.contains(&role),
            operate: OPERATORS.contains(&role),
        }
    }
}
