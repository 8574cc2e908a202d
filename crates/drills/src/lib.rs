//! drills.
