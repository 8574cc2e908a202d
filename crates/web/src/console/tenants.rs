//! Every tenant of the deployment, for the operator: how each fares, and the way in.

use askama::Template;
use beffroi_store::{OperatorScope, TenantScope, facts, tenants};
use beffroi_town::{Tenant, TenantId};

use super::{page, shape};
use crate::{
    Refusal, call::Call, cookie, fields::Fields, frame::Frame, gate, reply, routes::Answer,
};

/// How many tenants a page shows: each one's facts are read.
const PAGE_ROWS: usize = 25;
/// How many are read at a time while searching.
const READ_AT_ONCE: u32 = 2_000;

struct TenantRow {
    code: TenantId,
    name: String,
    mood: String,
    class: &'static str,
    here: bool,
}

#[derive(Template)]
#[template(path = "console/tenants.html")]
struct TenantsPage {
    f: Frame,
    form: Fields,
    rows: Vec<TenantRow>,
    more: Option<String>,
}

/// The tenants whose name or code has the text that is looked for.
pub async fn list(call: Call) -> Answer {
    let own = call.facts().await?;
    let f = call.frame(call.words().say("tenants-title"), "tenants", &own);
    let wanted: String = call.query.get("q").chars().take(80).collect();
    let after = TenantId::parse(call.query.get("after")).ok();
    let mut found = find(&call, &wanted.to_lowercase(), after).await?;
    let is_more = found.len() > PAGE_ROWS;
    found.truncate(PAGE_ROWS);
    let here = &call.caller()?.tenant.id;
    let mut rows = Vec::new();
    for tenant in &found {
        let mut conn = call.doors.store.read().await?;
        let scope = TenantScope::for_tenant(&tenant.id);
        let Some(facts) = facts::load(&mut conn, &scope, call.at).await? else { continue };
        rows.push(TenantRow {
            code: tenant.id.clone(),
            name: tenant.name.clone(),
            mood: f.words.mood(facts.mood()),
            class: shape::mood(facts.mood()),
            here: tenant.id == *here,
        });
    }
    let last = found.last().filter(|_| is_more);
    let more =
        last.map(|last| format!("/console/tenants/?q={}&after={}", encoded(&wanted), last.id));
    let form = Fields::default().with("q", wanted);
    page(&TenantsPage { f, form, rows, more })
}

/// One more than a page, so that it is known whether there are more.
async fn find(
    call: &Call,
    wanted: &str,
    mut after: Option<TenantId>,
) -> Result<Vec<Tenant>, Refusal> {
    let operator = OperatorScope::for_operator();
    let mut conn = call.doors.store.read().await?;
    let mut found = Vec::new();
    loop {
        let some = tenants::list(&mut conn, &operator, after.as_ref(), READ_AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(found) };
        after = Some(last.id.clone());
        let fits = |tenant: &Tenant| {
            tenant.closed_at.is_none()
                && (wanted.is_empty()
                    || tenant.name.to_lowercase().contains(wanted)
                    || tenant.id.as_str().to_lowercase() == wanted)
        };
        found.extend(some.into_iter().filter(fits));
        if found.len() > PAGE_ROWS {
            return Ok(found);
        }
    }
}

/// For a query: every byte that is not a letter or a digit, escaped.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// Acts for another tenant from now on.
pub async fn enter(call: Call) -> Answer {
    let code = TenantId::parse(call.form.get("tenant")).map_err(|_| Refusal::NotFound)?;
    let caller = call.caller()?;
    let store = &call.doors.store;
    let scope = TenantScope::for_tenant(&code);
    tenants::get(&mut store.read().await?, &scope).await?.ok_or(Refusal::NotFound)?;
    let sealed = store.seal(&gate::entered_label(&caller.token), code.as_str().as_bytes())?;
    let mut answer = reply::see_other("/console/?done=entered");
    let secure = call.doors.settings.secure_cookies;
    reply::add_cookie(&mut answer, &cookie::set(cookie::TOWN, &sealed, secure, None));
    Ok(answer)
}
