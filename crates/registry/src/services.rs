//! Where residents go, when, and which number they call: what no register of the State knows.

use beffroi_store::{
    Store, TenantScope,
    services::{self, Details},
};
use beffroi_town::{Actor, Instant, Lang, PublicService, ServiceId};
use beffroi_words::{Words, fold::fold};

use crate::{RegistryError, csv_in, tenants};

/// Fills in places, hours and telephone numbers from a table; an empty cell leaves what is there.
/// Returns how many services changed.
///
/// # Errors
/// [`RegistryError::Rows`] with the number and the reason of each bad row: then nothing changed.
pub async fn import(
    store: &Store,
    actor: &Actor,
    at: Instant,
    scope: &TenantScope,
    bytes: &[u8],
) -> Result<usize, RegistryError> {
    tenants::get(store, scope.tenant()).await?;
    let known = services::list(&mut store.read().await?, scope).await?;
    let rows = csv_in::services::read(bytes, |text| resolve(&known, text))?;
    let mut tx = store.begin(std::slice::from_ref(scope.tenant()), actor, at).await?;
    let mut changed = 0;
    for row in rows {
        let Some(service) = services::get(tx.conn(), scope, &row.service).await? else { continue };
        let before = Details::of(&service);
        let after = Details {
            place: row.place.or_else(|| before.place.clone()),
            hours: row.hours.or_else(|| before.hours.clone()),
            phone: row.phone.or_else(|| before.phone.clone()),
            ..before.clone()
        };
        if after != before {
            services::set_details(&mut tx, scope.tenant(), &row.service, &after).await?;
            changed += 1;
        }
    }
    if changed > 0 {
        tx.commit().await?;
    }
    Ok(changed)
}

/// A service by its code, its own name or the catalogue's, in French or in English.
fn resolve(known: &[PublicService], text: &str) -> Option<ServiceId> {
    let asked = fold(text);
    let by_code = known.iter().find(|service| service.id.as_str() == text.trim());
    let by_name = || {
        known.iter().find(|service| {
            Lang::ALL.into_iter().any(|lang| fold(&Words::of(lang).service_name(service)) == asked)
        })
    };
    by_code.or_else(by_name).map(|service| service.id.clone())
}
