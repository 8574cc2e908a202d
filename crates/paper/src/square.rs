//! The square that a telephone or a reader at the counter reads.

use qrcode::{Color, EcLevel, QrCode};

/// White around a square, in its own points: readers ask for it.
const MARGIN: usize = 4;

/// A square as one byte a point, black 0 and white 255, row by row, margin included.
pub(crate) struct Square {
    pub(crate) side: usize,
    pub(crate) points: Vec<u8>,
}

/// The square of a text; none when it is too long for any.
pub(crate) fn square(text: &str) -> Option<Square> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (inner, colors) = (code.width(), code.to_colors());
    let side = inner + 2 * MARGIN;
    let mut points = vec![255; side * side];
    for (row, line) in colors.chunks(inner).enumerate() {
        let start = (row + MARGIN) * side + MARGIN;
        for (point, color) in points.iter_mut().skip(start).zip(line) {
            *point = if *color == Color::Dark { 0 } else { 255 };
        }
    }
    Some(Square { side, points })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_has_its_corners_and_its_margin() {
        let square = square("BEFFROI:59273:CA17K3M9QXWT").unwrap();
        assert_eq!(square.points.len(), square.side * square.side);
        let at = |row: usize, column: usize| square.points[row * square.side + column];
        let last = square.side - MARGIN - 1;
        assert_eq!((at(MARGIN, MARGIN), at(MARGIN, last), at(last, MARGIN)), (0, 0, 0));
        assert!((0..square.side).all(|column| at(MARGIN - 1, column) == 255));
        assert!(super::square(&"A".repeat(10_000)).is_none());
    }
}
