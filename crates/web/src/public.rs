//! The public pages: served from memory, without a cookie, a script or a log line.

use axum::{
    Router,
    body::Body,
    extract::{Path, Query, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Request, Response as HttpResponse, StatusCode,
        header,
    },
    response::Response,
    routing::get,
};
use beffroi_pages::{Index, IndexLine};
use beffroi_store::{OperatorScope, tenants};
use beffroi_town::{Lang, Tenant, TenantId, TenantKind};
use serde::Deserialize;

use crate::{board::Sheet, doors::Doors};

/// How many towns the home page lists at once.
const LISTED_MAX: usize = 200;
/// How many tenants are read at a time.
const PAGE: u32 = 2_000;

/// The doors of the public. One small set, so that the table in `routes` can name it as a whole.
pub fn routes() -> Router<Doors> {
    let mut router = Router::new()
        .route("/", get(home_fr))
        .route("/en/", get(home_en))
        .route("/mark.svg", get(mark));
    for kind in [TenantKind::Commune, TenantKind::Epci, TenantKind::Departement, TenantKind::Region]
    {
        let letter = kind.letter();
        router = router
            .route(
                &format!("/{letter}/{{code}}/"),
                get(move |State(doors), Path(code): Path<String>, headers| {
                    town(doors, kind, code, String::new(), headers)
                }),
            )
            .route(
                &format!("/{letter}/{{code}}/{{*rest}}"),
                get(move |State(doors), Path((code, rest)): Path<(String, String)>, headers| {
                    town(doors, kind, code, rest, headers)
                }),
            )
            // People type addresses without the last slash.
            .route(
                &format!("/{letter}/{{code}}"),
                get(move |Path(code): Path<String>| async move { with_slash(kind, &code) }),
            );
    }
    router
}

/// The answer to a plain request for a page that hangs on the board and is fresh. On the worst
/// day nearly every request is one; it takes no detour through the router.
pub(crate) fn at_once<B>(doors: &Doors, request: &Request<B>) -> Option<Response> {
    if request.method() != Method::GET {
        return None;
    }
    let mut parts = request.uri().path().strip_prefix('/')?.splitn(3, '/');
    let kind = TenantKind::from_letter(parts.next()?)?;
    let tenant = TenantId::from_parts(kind, parts.next()?)?;
    let town = doors.board.at_hand(&tenant)?;
    town.sheet(parts.next()?).map(|sheet| send(sheet, request.headers()))
}

fn with_slash(kind: TenantKind, code: &str) -> Response {
    let Some(tenant) = TenantId::from_parts(kind, code) else {
        return not_found(Lang::Fr);
    };
    let mut answer = HttpResponse::new(Body::empty());
    *answer.status_mut() = StatusCode::PERMANENT_REDIRECT;
    if let Ok(place) = HeaderValue::from_str(&tenant.path()) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    answer
}

async fn town(
    doors: Doors,
    kind: TenantKind,
    code: String,
    rest: String,
    headers: HeaderMap,
) -> Response {
    let lang = if rest.starts_with("en/") { Lang::En } else { Lang::Fr };
    let Some(tenant) = TenantId::from_parts(kind, &code) else {
        return not_found(lang);
    };
    match doors.board.town(&tenant).await {
        Ok(Some(town)) => {
            town.sheet(&rest).map_or_else(|| not_found(lang), |sheet| send(sheet, &headers))
        }
        Ok(None) => not_found(lang),
        Err(error) => {
            tracing::error!(%tenant, error = &error as &dyn std::error::Error, "no page to show");
            broken(lang)
        }
    }
}

/// A sheet, or 'you have it already'.
fn send(sheet: &Sheet, asked: &HeaderMap) -> Response {
    let etag = sheet.headers.get(header::ETAG);
    let same = etag.is_some() && asked.get(header::IF_NONE_MATCH) == etag;
    let body = if same { Body::empty() } else { Body::from(sheet.body.clone()) };
    let mut answer = HttpResponse::new(body);
    if same {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    }
    answer.headers_mut().clone_from(&sheet.headers);
    answer
}

/// What is said about a public file: put together once, when it is made.
pub(crate) fn headers(media_type: &'static str, etag: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    // Keep it, but ask whether it is still true before showing it again.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    // Feeds and the banner are made to be shown on the town's other sites.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    protect(&mut headers);
    headers
}

pub(crate) fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, beffroi_pages::csp()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), "interest-cohort=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn page(status: StatusCode, page: Result<String, beffroi_pages::PageError>) -> Response {
    let (status, body) = match page {
        Ok(page) => (status, page),
        Err(error) => {
            tracing::error!(%error, "a small page could not be put together");
            (StatusCode::INTERNAL_SERVER_ERROR, "Beffroi: error".to_owned())
        }
    };
    let mut answer = HttpResponse::new(Body::from(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    protect(headers);
    answer
}

/// The page for what is not there: a town that was never added and one that was closed alike.
pub fn not_found(lang: Lang) -> Response {
    page(StatusCode::NOT_FOUND, beffroi_pages::not_found(lang, Some("/")))
}

/// The page for what cannot be shown now.
pub(crate) fn broken(lang: Lang) -> Response {
    page(StatusCode::SERVICE_UNAVAILABLE, beffroi_pages::error_page(lang, ""))
}

async fn mark() -> Response {
    let mut answer = HttpResponse::new(Body::from(beffroi_pages::mark_svg()));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    protect(headers);
    answer
}

#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    q: String,
}

async fn home_fr(State(doors): State<Doors>, Query(search): Query<Search>) -> Response {
    home(&doors, &search.q, Lang::Fr).await
}

async fn home_en(State(doors): State<Doors>, Query(search): Query<Search>) -> Response {
    home(&doors, &search.q, Lang::En).await
}

/// The home page: find your town. Which towns are here, and where their pages are, is public.
async fn home(doors: &Doors, query: &str, lang: Lang) -> Response {
    match find(doors, query, lang).await {
        Ok(index) => page(StatusCode::OK, beffroi_pages::town_index(&index, lang)),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the home page failed");
            broken(lang)
        }
    }
}

async fn find(doors: &Doors, query: &str, lang: Lang) -> Result<Index, beffroi_store::Error> {
    let query: String = query.trim().chars().take(80).collect();
    let wanted = query.to_lowercase();
    let operator = OperatorScope::for_operator();
    let mut conn = doors.store.read().await?;
    let other_link = if lang == Lang::Fr { "/en/" } else { "/" }.to_owned();
    let exercise = doors.settings.exercise.is_some();
    let mut index = Index { query, other_link, exercise, ..Index::default() };
    let mut after: Option<TenantId> = None;
    loop {
        let some = tenants::list(&mut conn, &operator, after.as_ref(), PAGE).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.id.clone());
        let fits = |tenant: &&Tenant| {
            tenant.closed_at.is_none()
                && (wanted.is_empty()
                    || tenant.name.to_lowercase().contains(&wanted)
                    || tenant.id.as_str() == wanted
                    || tenant.postcodes.contains(&wanted))
        };
        for tenant in some.iter().filter(fits) {
            if index.lines.len() < LISTED_MAX {
                index.lines.push(line(tenant, lang));
            } else {
                index.more += 1;
            }
        }
    }
    Ok(index)
}

fn line(tenant: &Tenant, lang: Lang) -> IndexLine {
    let mut note: Vec<&str> = tenant.department.as_deref().into_iter().collect();
    note.extend(tenant.postcodes.iter().take(3).map(String::as_str));
    let rest = if lang == Lang::En { "en/" } else { "" };
    IndexLine {
        name: tenant.name.clone(),
        note: note.join(" · "),
        link: format!("{}{rest}", tenant.id.path()),
    }
}
