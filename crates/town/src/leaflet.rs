//! What stands on a printed text, without how it looks: the rooms that know the words write it,
//! the room that prints lays it out.

use serde::Serialize;

/// A text to print.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Leaflet {
    /// The document's title.
    pub title: String,
    /// The town, at the head of each part.
    pub town: String,
    /// What its house is called.
    pub house: String,
    /// When it was printed, or which one it is: at the foot of each page.
    pub foot: String,
    /// The address in its squares, where it has any.
    pub square: Option<String>,
    /// Its parts; each begins on a page of its own.
    pub parts: Vec<Vec<Block>>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", content = "of", rename_all = "snake_case")]
pub enum Block {
    /// The title of the whole, once.
    Title(String),
    /// The title of a part.
    Heading(String),
    /// A title below it.
    Sub(String),
    /// What is read first.
    Lede(String),
    /// A paragraph; its lines stay lines.
    Text(String),
    /// A list without an order.
    Items(Vec<String>),
    /// Names in columns.
    Names(Vec<String>),
    /// Things to do, one after the other.
    Steps(Vec<String>),
    /// The same, each to be ticked, with room for the hour.
    Ticks(Vec<String>),
    /// What is known, by what it is; none: a line to write on.
    Facts(Vec<(String, Option<String>)>),
    /// Codes to type, in large letters.
    Codes(Vec<String>),
    /// The square, and what it is in words.
    Square(String),
    /// A table.
    Table(Table),
}

/// People or numbers, line by line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// What it lists.
    pub caption: String,
    /// How deep its caption stands: 2 below the title, 3 below a part's.
    pub level: u8,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its lines, a cell for each column; none: to write in.
    pub rows: Vec<Vec<Option<String>>>,
    /// Small enough to stay on one page.
    pub together: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// How much of the width it takes beside the others; zero: a box to tick.
    pub share: u8,
}

impl Column {
    /// A column of text.
    pub fn new(title: String, share: u8) -> Self {
        Self { title, share }
    }

    /// A column of boxes to tick.
    pub fn tick(title: String) -> Self {
        Self { title, share: 0 }
    }
}
