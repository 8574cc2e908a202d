//! The counter: the procedures of a town, and their forms on paper.
//!
//! Rules: the eight procedures of the house are files like a town's own, in `procedures/`; a
//! town's procedure of the same code takes the place of the house's; what is wrong with one is
//! told with its file, its field and what to write, and then none of the folder is used. A form
//! that is printed leaves nothing behind: its code says which procedure and edition it is.

pub mod forms;
pub mod posters;
pub mod procedures;

pub use forms::{Order, blank};
pub use posters::poster;
pub use procedures::ProceduresError;
