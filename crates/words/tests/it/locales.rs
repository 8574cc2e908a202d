//! The `.ftl` files, read for the tests: each message with its texts and its variables.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_town::Lang;
use beffroi_words::speech;
use fluent_syntax::ast::{
    CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement,
};

/// One sentence as its file has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// The file it stands in.
    pub(crate) area: String,
    /// What may come in.
    pub(crate) variables: BTreeSet<String>,
    /// The cases it distinguishes, but for plurals, which are each language's own.
    pub(crate) cases: BTreeSet<String>,
    /// Its pieces of text.
    pub(crate) texts: Vec<String>,
}

/// Every sentence of a language by key. Fails on a file that does not parse and on a key twice.
pub(crate) fn sentences(lang: Lang) -> BTreeMap<String, Sentence> {
    let mut all = BTreeMap::new();
    for (area, text) in speech::sources(lang) {
        let resource = fluent_syntax::parser::parse(*text)
            .unwrap_or_else(|(_, why)| panic!("{}/{area}.ftl: {why:?}", lang.tag()));
        for entry in resource.body {
            let Entry::Message(message) = entry else { continue };
            let mut sentence = Sentence { area: (*area).to_owned(), ..Sentence::default() };
            pattern(&message.value.expect("a message says something"), &mut sentence);
            let key = message.id.name.to_owned();
            assert!(all.insert(key.clone(), sentence).is_none(), "{key} is there twice");
        }
    }
    all
}

fn pattern(one: &Pattern<&str>, into: &mut Sentence) {
    for element in &one.elements {
        match element {
            PatternElement::TextElement { value } => into.texts.push((*value).to_owned()),
            PatternElement::Placeable { expression } => placeable(expression, into),
        }
    }
}

fn placeable(one: &Expression<&str>, into: &mut Sentence) {
    match one {
        Expression::Inline(inline) => expression(inline, into),
        Expression::Select { selector, variants } => {
            expression(selector, into);
            for variant in variants {
                let fluent_syntax::ast::VariantKey::Identifier { name } = variant.key else {
                    continue;
                };
                if !["zero", "one", "two", "few", "many", "other"].contains(&name) {
                    into.cases.insert(name.to_owned());
                }
                pattern(&variant.value, into);
            }
        }
    }
}

fn expression(one: &InlineExpression<&str>, into: &mut Sentence) {
    match one {
        InlineExpression::VariableReference { id } => {
            into.variables.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => placeable(expression, into),
        InlineExpression::FunctionReference {
            arguments: CallArguments { positional, .. }, ..
        } => positional.iter().for_each(|inner| expression(inner, into)),
        _ => {}
    }
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_variables_in_the_same_files() {
    let (fr, en) = (sentences(Lang::Fr), sentences(Lang::En));
    let missing = |here: &BTreeMap<String, Sentence>, there: &BTreeMap<String, Sentence>| {
        let keys = here.keys().filter(|key| !there.contains_key(*key));
        keys.cloned().collect::<Vec<_>>()
    };
    assert_eq!(missing(&fr, &en), Vec::<String>::new(), "French alone has these");
    assert_eq!(missing(&en, &fr), Vec::<String>::new(), "English alone has these");
    for (key, french) in &fr {
        let english = &en[key];
        assert_eq!(french.area, english.area, "{key}");
        assert_eq!(french.variables, english.variables, "{key}");
    }
}

#[test]
fn every_sentence_comes_out_whole_and_without_marks() {
    for lang in Lang::ALL {
        for (key, sentence) in sentences(lang) {
            let values: Vec<_> = sentence
                .variables
                .iter()
                .map(|name| (name.as_str(), beffroi_words::Value::from("7")))
                .collect();
            let said = beffroi_words::Words::of(lang).say_with(&key, &values);
            assert!(!said.trim().is_empty(), "{key}");
            assert!(
                !said.contains(['⟦', '{', '}', '\u{2068}', '\u{2069}']),
                "{} {key}: {said}",
                lang.tag()
            );
        }
    }
}
