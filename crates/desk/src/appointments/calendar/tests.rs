use super::*;

fn window(zone: &Zone) -> Window<'_> {
    let day = |text| Day::parse(text).unwrap();
    Window { first: day("2026-03-01"), last: day("2026-04-30"), zone }
}

fn file(events: &[&str]) -> String {
    let events: Vec<String> =
        events.iter().map(|event| format!("BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT")).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", events.join("\r\n"))
}

/// `2026-03-30 540 Camille`.
fn told(text: &str) -> (Vec<String>, usize) {
    let paris = Zone::paris();
    let read = read(text.as_bytes(), &window(&paris)).unwrap();
    let line = |(day, all): (&Day, &Vec<Kept>)| {
        all.iter().map(|one| format!("{day} {} {}", one.minute, one.who)).collect::<Vec<_>>()
    };
    (read.days.iter().flat_map(line).collect(), read.unreadable)
}

#[test]
fn times_are_shown_on_the_towns_clock_whatever_clock_the_file_keeps() {
    for start in [
        "DTSTART:20260330T070000Z",
        "DTSTART:20260330T090000",
        "DTSTART;TZID=Europe/Paris:20260330T090000",
        "DTSTART;TZID=\"Romance Standard Time\":20260330T090000",
        "DTSTART;TZID=America/Guadeloupe:20260330T030000",
        "DTSTART;TZID=Nulle/Part:20260330T090000",
        "dtstart:20260330T090000",
    ] {
        let (lines, bad) = told(&file(&[&format!("UID:1\r\n{start}\r\nSUMMARY:Camille")]));
        assert_eq!((lines, bad), (vec!["2026-03-30 540 Camille".to_owned()], 0), "{start}");
    }
}

#[test]
fn text_is_unfolded_and_unescaped_and_a_reminder_is_no_event() {
    let event = "UID:1\r\nDTSTART:20260330T090000\r\nSUMMARY:Zo\r\n é\\, Martin\\; \\n 2\r\n\
        BEGIN:VALARM\r\nSUMMARY:Rappel\r\nDTSTART:20260101T000000\r\nEND:VALARM\r\nCONTACT:06 00";
    let paris = Zone::paris();
    let read = read(file(&[event]).as_bytes(), &window(&paris)).unwrap();
    let one = &read.days[&Day::parse("2026-03-30").unwrap()][0];
    assert_eq!((one.who.as_str(), one.phone.as_str()), ("Zoé, Martin;   2", "06 00"));
}

#[test]
fn what_repeats_keeps_its_hour_when_the_clocks_change() {
    let weekly = "UID:1\r\nDTSTART;TZID=Europe/Paris:20260316T090000\r\n\
        RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260406T070000Z\r\n\
        EXDATE;TZID=Europe/Paris:20260318T090000,20260325T090000\r\nSUMMARY:A";
    let moved = "UID:1\r\nRECURRENCE-ID;TZID=Europe/Paris:20260330T090000\r\n\
        DTSTART;TZID=Europe/Paris:20260331T100000\r\nSUMMARY:B";
    let (lines, bad) = told(&file(&[weekly, moved]));
    assert_eq!(bad, 0);
    assert_eq!(
        lines,
        [
            "2026-03-16 540 A",
            "2026-03-23 540 A",
            "2026-03-31 600 B",
            "2026-04-01 540 A",
            "2026-04-06 540 A",
        ]
    );
    let daily =
        "UID:2\r\nDTSTART:20260227T080000\r\nRRULE:FREQ=DAILY;INTERVAL=2;COUNT=3\r\nSUMMARY:C";
    assert_eq!(told(&file(&[daily])).0, ["2026-03-01 480 C", "2026-03-03 480 C"]);
    let monthly = "UID:3\r\nDTSTART:20260106T080000\r\nRRULE:FREQ=MONTHLY;BYDAY=1TU\r\nSUMMARY:D";
    assert_eq!(told(&file(&[monthly])).0, ["2026-03-03 480 D", "2026-04-07 480 D"]);
}

#[test]
fn one_bad_event_is_counted_and_the_others_are_kept() {
    let good = "UID:1\r\nDTSTART:20260330T090000\r\nSUMMARY:A";
    let gone = "UID:2\r\nDTSTART:20260330T090000\r\nSTATUS:CANCELLED\r\nSUMMARY:X";
    let endless = "UID:3\r\nDTSTART:19700101T000000\r\nRRULE:FREQ=SECONDLY\r\nSUMMARY:X";
    let nonsense = "UID:4\r\nDTSTART:20261399T990000\r\nSUMMARY:X";
    let rule = "UID:5\r\nDTSTART:20260330T090000\r\nRRULE:FREQ=WEEKLY;UNTIL=demain\r\nSUMMARY:X";
    let (lines, bad) = told(&file(&[good, gone, endless, nonsense, rule, "SUMMARY:X"]));
    assert_eq!((lines, bad), (vec!["2026-03-30 540 A".to_owned()], 4));
}

#[test]
fn what_is_no_agenda_is_refused_whole() {
    let paris = Zone::paris();
    let read = |bytes: &[u8]| read(bytes, &window(&paris));
    for bytes in [b"".as_slice(), b"<html>", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"] {
        assert_eq!(read(bytes), Err(CalendarError::NotCalendar));
    }
    assert_eq!(read(b"BEGIN:VCALENDAR\r\n\xe9"), Err(CalendarError::NotText));
    assert_eq!(read(&vec![b' '; FILE_BYTES_MAX + 1]), Err(CalendarError::TooLarge));
    let many = vec!["UID:1\r\nDTSTART:20260330T090000"; EVENTS_MAX + 1];
    assert_eq!(read(file(&many).as_bytes()), Err(CalendarError::TooMany));
    assert!(read("\u{feff}BEGIN:VCALENDAR\nEND:VCALENDAR".as_bytes()).is_ok());
}
