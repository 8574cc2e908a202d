//! The counter: the procedures of a town, their forms on paper, and what residents ask.
//!
//! Rules: the eight procedures of the house are files like a town's own, in `procedures/`; a
//! town's procedure of the same code takes the place of the house's; what is wrong with one is
//! told with its file, its field and what to write, and then none of the folder is used. A form
//! that is printed leaves nothing behind: its code says which procedure and edition it is. What a
//! resident writes is sealed for the staff of one group before it is kept ([`sealing`], [`keys`]);
//! this room never writes it anywhere in the clear.

pub mod appointments;
pub mod attachments;
pub mod codes;
pub mod drafts;
mod error;
pub mod forms;
pub mod keys;
pub mod packs;
pub mod posters;
pub mod print_posts;
pub mod procedures;
pub mod queue;
pub mod requests;
pub mod retention;
pub mod sealing;

pub use error::DeskError;
pub use forms::{Order, blank};
pub use posters::{leaflet, poster};
pub use procedures::ProceduresError;
