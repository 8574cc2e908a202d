//! Towns are added by what people know of them, and never half.

use std::fs;

use tempfile::tempdir;

use crate::program::run;

#[test]
fn a_town_is_added_by_code_or_unique_name_and_twice_changes_nothing() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let first = run(here, &["tenant", "add", "59273"]).well();
    assert!(first.contains("59273 added") && first.contains("fingerprint"), "{first}");
    let again = run(here, &["tenant", "add", "gravelines"]).well();
    assert!(again.contains("nothing changed"), "{again}");
    for text in ["epci:242900660", "dep:44", "reg:01", "La Chapelle des Marais"] {
        run(here, &["tenant", "add", text]).well();
    }
    let list = run(here, &["tenant", "list"]).well();
    assert_eq!(list.lines().count(), 5, "{list}");
    assert!(list.contains("44030"), "{list}");
}

#[test]
fn a_name_that_several_bear_is_refused_with_the_list_of_them() {
    let folder = tempdir().unwrap();
    let said = run(folder.path(), &["tenant", "add", "Saint-Denis"]).refused();
    for code in ["11339", "30247", "93066", "97411"] {
        assert!(said.contains(code), "{said}");
    }
    let near = run(folder.path(), &["tenant", "add", "Gravelinnes"]).refused();
    assert!(near.contains("59273"), "{near}");
    let code = run(folder.path(), &["tenant", "add", "00000"]).refused();
    assert!(code.contains("INSEE"), "{code}");
}

#[test]
fn a_table_is_taken_whole_or_not_at_all() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("bad.csv"), "code;nom\n59273;Gravelines\n99999;Nowhere\nx;y\n").unwrap();
    let said = run(here, &["tenant", "add", "--csv", "bad.csv"]).refused();
    assert!(said.contains('3') && said.contains('4') && said.contains("99999"), "{said}");
    assert_eq!(run(here, &["tenant", "list", "--json"]).well().trim(), "[]");

    // Latin-1 and semicolons: what a spreadsheet of a town hall writes.
    fs::write(here.join("good.csv"), b"code;commune\n62473;Isbergues\n59273;Gr\xe9velines\n")
        .unwrap();
    run(here, &["tenant", "add", "--csv", "good.csv"]).well();
    assert!(run(here, &["tenant", "list"]).well().contains("62473"));
}

#[test]
fn places_hours_and_telephones_come_from_a_table() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "62473"]).well();
    let import = |name: &str, bytes: &[u8]| {
        fs::write(here.join(name), bytes).unwrap();
        run(here, &["tenant", "services", "import", "62473", name])
    };
    let bad = b"service;lieu;telephone\ncantine et p\xe9riscolaire;\xc9coles;03 53 01 00 09\nnulle part;x;1\n";
    let said = import("bad.csv", bad).refused();
    assert!(said.contains("row 3") && said.contains("nulle part"), "{said}");
    let show = || run(here, &["tenant", "show", "62473", "--json"]).well();
    assert!(!show().contains("03 53 01 00 09"), "nothing of a refused table is kept");
    let good = b"service;lieu;telephone\ncantine et p\xe9riscolaire;\xc9coles;03 53 01 00 09\n";
    assert!(import("good.csv", good).well().starts_with("1 service"));
    assert!(show().contains("03 53 01 00 09") && show().contains("Écoles"));
}

#[test]
fn closing_hides_and_deletes_nothing() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    run(here, &["tenant", "close", "59273"]).well();
    assert!(run(here, &["tenant", "close", "59273"]).refused().contains("closed already"));
    assert!(run(here, &["tenant", "list"]).well().contains("(closed)"));
    let export = run(here, &["journal", "export", "59273"]).well();
    assert!(export.contains("tenant_closed"), "its journal is still there");
    assert!(run(here, &["tenant", "close", "62473"]).refused().contains("tenant add 62473"));
}

#[test]
fn a_fact_is_set_by_the_command_line() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let set = |words: &[&str]| run(here, &[&["asset", "set", "59273"], words].concat());
    set(&["file_server", "--state", "down", "--reason", "vu sur place"]).well();
    set(&["mail", "--exposure", "at_risk", "--whose", "staff"]).well();
    let list = run(here, &["asset", "list", "59273"]).well();
    assert!(list.lines().any(|line| line.contains("file_server") && line.contains("down")));
    assert!(set(&["file_server"]).refused().contains("--state or --exposure"));
    assert!(set(&["toaster", "--state", "up"]).refused().contains("asset list 59273"));
    let other = run(here, &["asset", "set", "59273", "62473-mail", "--state", "up"]).refused();
    assert!(other.contains("no asset"), "{other}");
    let export = run(here, &["journal", "export", "59273"]).well();
    assert!(!export.contains("vu sur place"), "a person's words are never in the journal");
}

#[test]
fn a_circle_of_dependencies_is_refused_by_name() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    let needs = |asset: &str, text: &str| run(here, &["asset", "needs", "59273", asset, text]);
    needs("mail", "directory! network?").well();
    // The directory stands on the hypervisor already.
    let said = needs("hypervisor", "mail!").refused();
    assert!(said.contains("circle"), "{said}");
    for name in ["Hyperviseur", "Messagerie", "Annuaire des comptes"] {
        assert!(said.contains(name), "{said}");
    }
    assert!(needs("mail", "directory").refused().contains("means nothing"));
    assert!(needs("mail", "toaster!").refused().contains("59273-toaster"));
    assert!(needs("mail", "62473-mail!").refused().contains("62473-mail"), "another town's");
}

#[test]
fn sharing_an_asset_shares_what_it_stands_on() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    run(here, &["tenant", "add", "59273"]).well();
    run(here, &["tenant", "add", "epci:245900428"]).well();
    let share = || run(here, &["asset", "share", "epci:245900428", "planning_app", "59273"]).well();
    let said = share();
    for code in ["planning_app", "file_server", "hypervisor", "network", "workstations"] {
        assert!(said.contains(&format!("epci-245900428-{code} is now shared")), "{said}");
    }
    assert!(share().contains("nothing changed"));
    let list = run(here, &["asset", "list", "59273"]).well();
    assert!(list.contains("epci-245900428-planning_app"), "{list}");
    let said = run(here, &["asset", "share", "59273", "mail", "62473"]).refused();
    assert!(said.contains("tenant add 62473"), "{said}");
}
