//! Who asks: HTTP Basic, the user being the town and the server, the password the token.
//!
//! Rules: a token is compared by its SHA-256, in constant time, with every credential of the one
//! repository that the path names; who is not let in learns nothing, not even what is there.

use axum::http::{HeaderMap, header};
use beffroi_store::{
    Store,
    vault::{self, Credential},
};
use beffroi_town::TenantId;
use data_encoding::BASE64;
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};

use crate::{asked::Asked, refusal::Refusal};

/// The user name that goes with a repository.
pub(crate) fn user(tenant: &TenantId, server: &str) -> String {
    format!("{}.{server}", tenant.dashed())
}

/// User and token that a request shows.
fn shown(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, coded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64.decode(coded.trim().as_bytes()).ok()?).ok()?;
    text.split_once(':').map(|(user, token)| (user.to_owned(), token.to_owned()))
}

/// The repository that a request names and the credential that opens it.
///
/// # Errors
/// [`Refusal::Unknown`], whatever is wrong with it.
pub(crate) async fn admit(
    store: &Store,
    headers: &HeaderMap,
    asked: &Asked<'_>,
) -> Result<(vault::Repository, Credential), Refusal> {
    let (name, token) = shown(headers).ok_or(Refusal::Unknown)?;
    if name != user(&asked.tenant, asked.server) {
        return Err(Refusal::Unknown);
    }
    let mut conn = store.read().await?;
    let found = vault::for_request(&mut conn, &asked.tenant, asked.server).await?;
    drop(conn);
    let (repository, credentials) = found.ok_or(Refusal::Unknown)?;
    let hash = vault::token_sha256(&token);
    let (mut known, mut which) = (Choice::from(0), 0_u64);
    for (index, one) in (0_u64..).zip(&credentials) {
        let same = one.token_sha256.as_bytes().ct_eq(hash.as_bytes());
        which.conditional_assign(&index, same);
        known |= same;
    }
    if !bool::from(known) {
        return Err(Refusal::Unknown);
    }
    let index = usize::try_from(which).unwrap_or(usize::MAX);
    let credential = credentials.into_iter().nth(index).ok_or(Refusal::Unknown)?;
    Ok((repository, credential))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn basic_is_read_and_nothing_else() {
        let coded = BASE64.encode(b"59273.srv:a:b");
        let both = Some(("59273.srv".to_owned(), "a:b".to_owned()));
        assert_eq!(shown(&headers(&format!("Basic {coded}"))), both);
        assert_eq!(shown(&headers(&format!("basic {coded}"))), both);
        for bad in [format!("Bearer {coded}"), "Basic !".to_owned(), "Basic".to_owned()] {
            assert_eq!(shown(&headers(&bad)), None, "{bad}");
        }
        assert_eq!(shown(&HeaderMap::new()), None);
        let town = TenantId::parse("epci:242900660").unwrap();
        assert_eq!(user(&town, "srv"), "epci-242900660.srv");
    }
}
