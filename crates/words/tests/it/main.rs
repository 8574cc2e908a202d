//! What holds for every sentence of the program.

mod keys;
mod locales;
mod style;
