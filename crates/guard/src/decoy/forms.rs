//! The forms that bait has: each file is one that its own program opens.

use super::chance::Chance;
use super::packed::pack;

/// A small picture, which larger ones grow from.
const PHOTO: &[u8] = include_bytes!("photo.jpg");
/// A small database of reservations.
const REGISTER: &[u8] = include_bytes!("register.sqlite");
/// Where a database keeps a number of its user's own (`user_version`).
const REGISTER_USER_VERSION: std::ops::Range<usize> = 60..64;
/// Most bytes of one part of a picture that a program passes over.
const PART_BYTES_MAX: usize = 60_000;
/// Lines on one page.
const PAGE_LINES: usize = 46;

/// What a bait file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Table,
    Letter,
    Sheet,
    Pdf,
    Photo,
    Database,
}

impl Form {
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Table => "csv",
            Self::Letter => "docx",
            Self::Sheet => "xlsx",
            Self::Pdf => "pdf",
            Self::Photo => "jpg",
            Self::Database => "sqlite",
        }
    }

    /// A file of this form, of about so many bytes.
    pub(super) fn bytes(self, about: usize, chance: &mut Chance) -> Vec<u8> {
        match self {
            Self::Text => prose(about, chance).into_bytes(),
            Self::Table => table(about, chance).into_bytes(),
            Self::Letter => letter(about, chance),
            Self::Sheet => sheet(about, chance),
            Self::Pdf => pdf(about, chance),
            Self::Photo => photo(about, chance),
            Self::Database => register(chance),
        }
    }
}

fn add(text: &mut String, more: &str) {
    text.push_str(more);
}

/// One sentence as a town hall writes them. It names nobody.
fn sentence(chance: &mut Chance) -> String {
    let number = chance.between(2, 480);
    let day = chance.between(1, 28);
    let month = chance.one(&["janvier", "mars", "avril", "juin", "septembre", "novembre"]);
    let who = chance.one(&[
        "Le conseil municipal",
        "La commission des finances",
        "Le service technique",
        "La direction générale",
        "Le centre communal d'action sociale",
    ]);
    let did = chance.one(&[
        "approuve le compte rendu de la séance",
        "demande un devis pour la toiture de l'école",
        "autorise la signature de la convention",
        "prend acte du rapport annuel",
        "reporte l'examen du dossier",
        "fixe les tarifs de la restauration scolaire",
    ]);
    format!("{who} {did} du {day} {month} (dossier n° {number}).")
}

fn prose(about: usize, chance: &mut Chance) -> String {
    let mut text = String::new();
    while text.len() < about {
        text.push_str(&sentence(chance));
        text.push_str("\r\n");
    }
    text
}

fn table(about: usize, chance: &mut Chance) -> String {
    let mut text = "N°;Objet;Montant;Échéance\r\n".to_owned();
    let mut number = chance.between(100, 900);
    while text.len() < about {
        number += 1;
        let what = chance.one(&["Facture", "Subvention", "Cantine", "Loyer", "Fournitures"]);
        let (euros, cents) = (chance.between(12, 9_800), chance.between(0, 99));
        let (day, month) = (chance.between(1, 28), chance.between(1, 12));
        add(&mut text, &format!("{number};{what};{euros},{cents:02};{day:02}/{month:02}\r\n"));
    }
    text
}

const CONTENT_TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"jpeg\" ContentType=\"image/jpeg\"/>";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The part that says where a document begins.
fn begins_at(part: &str) -> String {
    format!(
        "{HEAD}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"{part}\"/></Relationships>"
    )
}

fn letter(about: usize, chance: &mut Chance) -> Vec<u8> {
    // Most of a long letter is the picture in it, as in real ones.
    let words = about.min(30_000);
    let mut body = format!(
        "{HEAD}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>"
    );
    while body.len() < words {
        add(&mut body, &format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", sentence(chance)));
    }
    body.push_str("</w:body></w:document>");
    let types = format!(
        "{CONTENT_TYPES}<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>"
    );
    let relations = format!(
        "{HEAD}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/image\" Target=\"media/image1.jpeg\"/></Relationships>"
    );
    pack(&[
        ("[Content_Types].xml", types.into_bytes()),
        ("_rels/.rels", begins_at("word/document.xml").into_bytes()),
        ("word/_rels/document.xml.rels", relations.into_bytes()),
        ("word/document.xml", body.into_bytes()),
        ("word/media/image1.jpeg", photo(about.saturating_sub(words), chance)),
    ])
}

fn sheet(about: usize, chance: &mut Chance) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut rows = format!("{HEAD}<worksheet xmlns=\"{main}\"><sheetData>");
    let mut row = 1;
    while rows.len() < about {
        let what = chance.one(&["Voirie", "Écoles", "Personnel", "Énergie", "Espaces verts"]);
        let (planned, spent) = (chance.between(900, 90_000), chance.between(0, 88_000));
        add(
            &mut rows,
            &format!(
                "<row r=\"{row}\"><c r=\"A{row}\" t=\"inlineStr\"><is><t>{what}</t></is></c><c r=\"B{row}\"><v>{planned}</v></c><c r=\"C{row}\"><v>{spent}</v></c></row>"
            ),
        );
        row += 1;
    }
    rows.push_str("</sheetData></worksheet>");
    let types = format!(
        "{CONTENT_TYPES}<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>"
    );
    let book = format!(
        "{HEAD}<workbook xmlns=\"{main}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"Suivi\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let relations = format!(
        "{HEAD}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    pack(&[
        ("[Content_Types].xml", types.into_bytes()),
        ("_rels/.rels", begins_at("xl/workbook.xml").into_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.into_bytes()),
        ("xl/workbook.xml", book.into_bytes()),
        ("xl/worksheets/sheet1.xml", rows.into_bytes()),
    ])
}

/// Pages of text, then the table of where each object begins.
fn pdf(about: usize, chance: &mut Chance) -> Vec<u8> {
    let mut pages = Vec::new();
    let mut written = 0;
    while written < about {
        let mut page = "BT /F1 10 Tf 56 780 Td 16 TL\n".to_owned();
        for _ in 0..PAGE_LINES {
            // A font without accents, and brackets mean something here.
            let line: String = sentence(chance).chars().filter(char::is_ascii).collect();
            add(&mut page, &format!("({}) Tj T*\n", line.replace(['(', ')', '\\'], " ")));
        }
        page.push_str("ET\n");
        written += page.len() + 200;
        pages.push(page);
    }
    let first_page = 4;
    let kids: Vec<String> =
        (0..pages.len()).map(|page| format!("{} 0 R", first_page + 2 * page)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for (index, page) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            first_page + 2 * index + 1
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{page}endstream", page.len()));
    }
    let mut file = "%PDF-1.4\n".to_owned();
    let mut begins = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        begins.push(file.len());
        add(&mut file, &format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = file.len();
    add(&mut file, &format!("xref\n0 {}\n0000000000 65535 f \n", begins.len() + 1));
    for at in &begins {
        add(&mut file, &format!("{at:010} 00000 n \n"));
    }
    add(
        &mut file,
        &format!(
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
            begins.len() + 1
        ),
    );
    file.into_bytes()
}

/// A picture with as much in it that programs pass over as a camera leaves.
fn photo(about: usize, chance: &mut Chance) -> Vec<u8> {
    let (start, rest) = PHOTO.split_at_checked(2).unwrap_or_default();
    let mut file = start.to_vec();
    let mut left = about.saturating_sub(PHOTO.len());
    while left > 0 {
        let part = left.min(PART_BYTES_MAX);
        // Marker APP15, then its length with the two bytes of the length itself.
        file.extend([0xff, 0xef]);
        file.extend(u16::try_from(part + 2).unwrap_or(2).to_be_bytes());
        file.extend(chance.noise(part));
        left -= part;
    }
    file.extend(rest);
    file
}

fn register(chance: &mut Chance) -> Vec<u8> {
    let mut file = REGISTER.to_vec();
    let own = chance.noise(REGISTER_USER_VERSION.len());
    for (to, from) in file.iter_mut().skip(REGISTER_USER_VERSION.start).zip(own) {
        *to = from;
    }
    file
}

#[cfg(test)]
mod tests {
    use super::super::bait::Seed;
    use super::*;
    use crate::content::{ContentKind, kind};

    #[test]
    fn each_form_is_one_that_its_program_knows() {
        for (form, wanted) in [
            (Form::Text, ContentKind::Text),
            (Form::Table, ContentKind::Text),
            (Form::Letter, ContentKind::Zip),
            (Form::Sheet, ContentKind::Zip),
            (Form::Pdf, ContentKind::Pdf),
            (Form::Photo, ContentKind::Image),
            (Form::Database, ContentKind::Database),
        ] {
            let of = |seed: u8| form.bytes(90_000, &mut Chance::of(&Seed([seed; 32]), "x"));
            assert_eq!(kind(&of(1)), wanted, "{form:?}");
            assert_eq!(of(1), of(1), "{form:?} can be made again");
            assert_ne!(of(1), of(2), "{form:?} is another in each decoy");
            if form != Form::Database {
                assert!((80_000..140_000).contains(&of(1).len()), "{form:?} {}", of(1).len());
            }
        }
    }
}
