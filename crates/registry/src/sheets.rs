//! What the sheets of the first hour are made from, beside the facts of the public page.

use beffroi_pages::{Place, sheets::StaffFacts};
use beffroi_store::{Conn, TenantScope, emergency, roster};
use beffroi_town::TenantId;

/// What the sheets for staff take.
///
/// # Errors
/// The store's.
pub async fn staff(conn: &mut Conn, scope: &TenantScope) -> beffroi_store::Result<StaffFacts> {
    Ok(StaffFacts {
        roster: roster::list(conn, scope).await?,
        emergency: emergency::get(conn, scope).await?.facts,
    })
}

/// Where a town's public page is, as paper says it; without an address where the platform has none
/// that another machine could reach.
pub fn place(public_url: &str, tenant: &TenantId) -> Place {
    let path = tenant.path();
    let url = outside(public_url).map(|url| format!("{url}{path}"));
    Place::served(&path, url.as_deref())
}

/// The platform's own address without a slash at the end; none when nobody said it, or when it
/// means this very machine: printed on paper, that would lead nowhere.
pub fn outside(public_url: &str) -> Option<&str> {
    let url = public_url.trim_end_matches('/');
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split('/').next().unwrap_or_default();
    let bare = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    let here = bare.is_empty()
        || bare.eq_ignore_ascii_case("localhost")
        || bare.starts_with("127.")
        || matches!(bare, "[::1]" | "[::]" | "0.0.0.0");
    (!here).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_very_machine_is_no_address_for_paper() {
        for url in
            ["", "http://127.0.0.1:8080", "http://localhost/", "http://[::1]:80", "ftp://a.fr"]
        {
            assert_eq!(outside(url), None, "{url}");
        }
        for (url, kept) in [
            ("https://etat.exemple.fr/", "https://etat.exemple.fr"),
            ("http://192.168.1.4:8080", "http://192.168.1.4:8080"),
        ] {
            assert_eq!(outside(url), Some(kept));
        }
    }
}
