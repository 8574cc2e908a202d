//! The square that a telephone reads.

use qrcode::{EcLevel, QrCode, render::svg};

/// The square as SVG, to stand in a page. A text too long for any square gives none: the text
/// itself must stand beside it.
pub fn qr(text: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return String::new();
    };
    let image = code
        .render::<svg::Color<'_>>()
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .min_dimensions(240, 240)
        .build();
    // The declaration of an XML file has no place inside a page.
    image.find("<svg").and_then(|at| image.get(at..)).unwrap_or_default().to_owned()
}
