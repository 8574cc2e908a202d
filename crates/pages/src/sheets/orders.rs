//! Orders to all staff: a sheet, and one text message.
//!
//! Rules: what to do follows from what a person declared: an attack, a failure, an end; without an
//! incident it is what everybody should know beforehand. No cause, nobody blamed.

use askama::Template;
use beffroi_town::{Phase, emergency::Spot, facts::Mood, incident::Nature, leaflet::Block};

use super::{Desk, Made, SheetText, printed, social::fitting};
use crate::{
    PageError,
    inert::{self, LINE_CHARS_MAX},
    print::PrintHead,
    status::top,
};

/// Longest text message, characters.
pub const MESSAGE_CHARS_MAX: usize = 300;

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersPage<'a> {
    head: PrintHead,
    name: &'a str,
    title: String,
    headline: String,
    steps: &'a [String],
    room: Option<String>,
    room_label: String,
    page: Option<String>,
    page_label: String,
    call_label: String,
    printed: String,
}

/// What staff are told: codes of sentences, the message first.
struct Orders {
    title: &'static str,
    message: &'static str,
    steps: &'static [&'static str],
}

const ATTACK: Orders = Orders {
    title: "sheet-orders-attack",
    message: "sheet-message-attack",
    steps: &[
        "sheet-order-off",
        "sheet-order-on",
        "sheet-order-mail",
        "sheet-order-cable",
        "sheet-order-keys",
        "sheet-order-paper",
        "sheet-order-talk",
        "sheet-order-wait",
    ],
};

const FAILURE: Orders = Orders {
    title: "sheet-orders-failure",
    message: "sheet-message-failure",
    steps: &[
        "sheet-order-come",
        "sheet-order-paper",
        "sheet-order-talk-failure",
        "sheet-order-wait",
    ],
};

const OVER: Orders = Orders {
    title: "sheet-orders-over",
    message: "sheet-message-over",
    steps: &["sheet-order-leave", "sheet-order-password", "sheet-order-type", "sheet-order-odd"],
};

const CALM: Orders =
    Orders { title: "sheet-orders-calm", message: "sheet-message-calm", steps: ATTACK.steps };

fn orders(desk: &Desk<'_>) -> &'static Orders {
    let incident = desk.town.facts.incident().filter(|_| desk.town.mood == Mood::Incident);
    match incident {
        None => &CALM,
        Some(one) if matches!(one.phase, Phase::Eradicated | Phase::Restored | Phase::Closed) => {
            &OVER
        }
        Some(one) if one.nature == Nature::Failure => &FAILURE,
        Some(_) => &ATTACK,
    }
}

fn room(desk: &Desk<'_>) -> Option<String> {
    let said = desk.staff.emergency.spot(Spot::Room)?;
    Some(inert::line(said, LINE_CHARS_MAX))
}

pub(super) fn page(desk: &Desk<'_>, head: PrintHead) -> Result<Made, PageError> {
    let v = desk.voice();
    let orders = orders(desk);
    let steps: Vec<String> = orders.steps.iter().map(|key| v.say(key)).collect();
    let page = OrdersPage {
        head,
        name: &desk.town.name,
        title: v.say(orders.title),
        headline: top::headline(desk.town),
        steps: &steps,
        room: room(desk),
        room_label: v.say("sheet-orders-room"),
        page: desk.spoken_address(),
        page_label: v.say("sheet-orders-page"),
        call_label: v.say("sheet-orders-call"),
        printed: printed(desk),
    };
    let html = page.render().map_err(|source| PageError::Template { page: "orders", source })?;
    let blocks = vec![
        Block::Title(page.title),
        Block::Lede(page.headline),
        Block::Ticks(steps.clone()),
        Block::Facts(vec![
            (page.room_label, page.room),
            (page.call_label, None),
            (page.page_label, page.page),
        ]),
    ];
    let message = message(desk, orders);
    let label = v.say_count("sheet-message-label", message.chars().count());
    let mut list = format!("{}\n{}\n", v.say(orders.title), top::headline(desk.town));
    for (number, step) in (1..).zip(&steps) {
        list = format!("{list}\n{number}. {step}");
    }
    let sheet = SheetText { label: v.say("sheet-orders-label"), body: list };
    Ok(Made { html, texts: vec![SheetText { label, body: message }, sheet], blocks })
}

fn message(desk: &Desk<'_>, orders: &Orders) -> String {
    let v = desk.voice();
    let name = inert::line(&desk.town.name, 40);
    let mut pieces = vec![v.say_with(orders.message, &[("name", name.into())])];
    if desk.town.mood == Mood::Incident {
        pieces.extend(
            room(desk).map(|room| v.say_with("sheet-message-room", &[("room", room.into())])),
        );
    }
    let page = desk.spoken_address();
    let page = page.map(|page| v.say_with("sheet-message-page", &[("address", page.into())]));
    fitting(pieces, page, MESSAGE_CHARS_MAX)
}
