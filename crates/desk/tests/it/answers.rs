//! Forms filled in beforehand, by people who mean no good too.

use beffroi_desk::procedures;
use beffroi_paper::{Copy, Counter, Form, Size, form};
use beffroi_town::{
    Lang,
    procedure::{Answers, CopyCode, Health},
};

use crate::{
    pdf::{Printed, folded},
    town::{PRINTED_AT, Played, gravelines},
};

/// A form with these answers.
fn filled(procedure: &str, answers: &[(&str, &str)]) -> Printed {
    let (facts, all) = (gravelines(), procedures::house().expect("the procedures"));
    let procedure = all.iter().find(|one| one.code.as_str() == procedure).expect("a procedure");
    let code = CopyCode::new(&procedure.mark, procedure.version, &Played::default());
    let pairs = answers.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
    let copy = Copy { code: code.expect("a mark"), answers: Answers(pairs.collect()) };
    let form = form(
        &Form {
            tenant: &facts.tenant,
            procedure,
            counter: &Counter::default(),
            health: Health::Off,
            size: Size::Usual,
            copies: &[copy],
            printed_at: PRINTED_AT,
        },
        Lang::Fr,
    );
    Printed::new(&form.expect("a form"))
}

#[test]
fn what_was_answered_stands_in_its_boxes_and_the_ticks_in_theirs() {
    let pdf = filled(
        "canteen",
        &[
            ("child.family_name", "DENVERS"),
            ("born", "2017-03-09"),
            ("phone", "+33 6 12 34 56 78"),
            ("care.lunch", "yes"),
            ("meal", "no_meat"),
            ("home.town", "Gravelines"),
        ],
    );
    let text = pdf.text();
    for boxed in ["D E N V E R S", "0 9 0 3 2 0 1 7", "0 6 1 2 3 4 5 6 7 8"] {
        assert!(text.contains(boxed), "{boxed} in {text}");
    }
    assert_eq!(text.matches('☒').count(), 2, "{text}");
    assert!(text.contains("☒ La cantine") && text.contains("☒ Le repas sans viande"), "{text}");
}

#[test]
fn hostile_text_is_printed_as_text() {
    let evil = [
        "#panic(\"non\") #image(\"/etc/passwd\")",
        "$ x^2 $ \\ \\u{41} \"guillemets\" `code` *gras* _souligné_ = titre",
        "@renvoi <label> // rien /* rien */ ---  ~ https://a.b",
        "<script>alert(1)</script> ../../x %n %m",
    ];
    for text in evil {
        let pdf = filled("road", &[("street", text), ("words", text), ("near", text)]);
        let plain = folded(text);
        assert!(pdf.text().matches(&plain).count() >= 2, "{plain} in {}", pdf.text());
    }
}

#[test]
fn letters_of_every_script_are_printed_or_shown_as_a_box() {
    let text = "Zoë Œuf Łukasz Ştefan Дмитрий Αθήνα محمد שלום 😀 漢字";
    let pdf = filled("road", &[("words", text)]);
    let shown = pdf.text();
    for word in ["Zoë", "Œuf", "Łukasz", "Ştefan", "Дмитрий", "Αθήνα", "□□"] {
        assert!(shown.contains(word), "{word} in {shown}");
    }
    // What is turned around or hidden is not.
    let pdf = filled("road", &[("street", "rue \u{202e}edacaF\u{0} \u{7}7")]);
    assert!(pdf.text().contains("rue edacaF 7"), "{}", pdf.text());
}

#[test]
fn an_answer_that_does_not_fit_is_written_out_whole() {
    let name = "de La Tour du Pin Gouvernet de Montcalm-Gozon et Saint-Véran";
    let pdf = filled("road", &[("person.family_name", name), ("phone", "00 44 20 7946 0958")]);
    assert!(pdf.text().contains(name) && pdf.text().contains("00 44 20 7946 0958"));
    let long = "Il y a une ornière devant le numéro sept. ".repeat(240);
    assert!(long.chars().count() > 10_000);
    let pdf = filled("road", &[("words", &long)]);
    assert_eq!(pdf.text().matches("ornière").count(), 240);
    assert!(pdf.pages > 3, "{}", pdf.pages);
    // One word without end breaks instead of running off the page.
    let word = "a".repeat(10_000);
    let text = filled("road", &[("words", &word)]).text();
    assert!(text.matches('a').count() > 10_000, "{}", text.matches('a').count());
}

#[test]
fn a_paragraph_with_line_breaks_keeps_them() {
    let text = filled("road", &[("words", "Premier\n\nDeuxième")]).text();
    assert!(text.contains("Premier") && text.contains("Deuxième"), "{text}");
}
