//! Where this machine stands: outside the town, or in the fire with it.

use std::net::IpAddr;

use beffroi_town::finding::{Finding, Severity};

use super::Facts;

pub(super) fn directory(facts: &Facts) -> Vec<Finding> {
    vec![match &facts.place.joined {
        None => Finding::new(Severity::CannotTell, "joined-unknown"),
        Some(signs) if signs.is_empty() => Finding::new(Severity::Ok, "joined-not"),
        Some(signs) => Finding::new(Severity::Broken, "joined").text("signs", super::names(signs)),
    }]
}

/// A virtual machine may stand on a hypervisor that the town has put on record: by name, if its
/// maker says so; else nobody can tell.
pub(super) fn hypervisor(facts: &Facts) -> Vec<Finding> {
    let place = &facts.place;
    let Some(product) = &place.virtual_machine else {
        return vec![Finding::new(Severity::CannotTell, "hypervisor-unknown")];
    };
    if product.is_empty() {
        return vec![Finding::new(Severity::Ok, "hypervisor-not")];
    }
    let known = place.hypervisors.iter().find(|name| alike(name, product));
    vec![match known {
        Some(name) => {
            let same = Finding::new(Severity::Broken, "hypervisor-same");
            same.text("product", product).text("name", name)
        }
        None => Finding::new(Severity::CannotTell, "hypervisor-some").text("product", product),
    }]
}

/// Whether two names share a word that says who made it.
fn alike(name: &str, product: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 2 && !["machine", "virtual", "platform"].contains(word))
            .map(str::to_owned)
            .collect()
    };
    let theirs = words(product);
    words(name).iter().any(|word| theirs.contains(word))
}

fn names_of(addresses: &[IpAddr]) -> String {
    super::names(&addresses.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// Whether names lead here without the town's own network.
pub(super) fn names(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    found.push(match (&facts.door.public_url, &facts.door.leads_to) {
        (None, _) => Finding::new(Severity::Risky, "name-none"),
        (Some(url), None) => Finding::new(Severity::Broken, "name-nowhere").text("url", url),
        (Some(url), Some(all)) if all.iter().any(|address| is_private(*address)) => {
            Finding::new(Severity::Risky, "name-private")
                .text("url", url)
                .text("address", names_of(all))
        }
        (Some(url), Some(_)) => Finding::new(Severity::Ok, "name-ok").text("url", url),
    });
    found.push(match &facts.place.resolvers {
        None => Finding::new(Severity::CannotTell, "resolver-unknown"),
        Some(all) => {
            let private: Vec<IpAddr> = all
                .iter()
                .copied()
                .filter(|address| is_private(*address) && !address.is_loopback())
                .collect();
            if !private.is_empty() {
                let inside = Finding::new(Severity::Risky, "resolver-private");
                inside.text("address", names_of(&private))
            } else if all.iter().all(IpAddr::is_loopback) {
                Finding::new(Severity::CannotTell, "resolver-here")
            } else {
                Finding::new(Severity::Ok, "resolver-ok")
            }
        }
    });
    found
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}
