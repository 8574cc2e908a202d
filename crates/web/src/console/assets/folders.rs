//! What needs which folder of a server: so each is brought back in its turn.

use beffroi_store::{Conn, Error, TenantScope, folders};
use beffroi_town::{Asset, AssetId, TownFacts, folder::in_order, vault::wants_vault};

use super::{asset_page, name_of, the_asset};
use crate::{
    Refusal, call::Call, console::wrong, frame::Frame, markup::Choice, reply, routes::Answer,
};

/// One folder: where, what needs it, for which public service.
pub(super) struct FolderRow {
    pub(super) path: String,
    pub(super) asset: String,
    pub(super) service: Option<String>,
}

/// What is said of a server's folders.
pub(super) struct Folders {
    pub(super) rows: Vec<FolderRow>,
    /// What may need one.
    pub(super) assets: Vec<Choice>,
}

/// The folders of a server, in the order in which they are brought back.
pub(super) async fn read(
    conn: &mut Conn,
    scope: &TenantScope,
    (f, facts): (&Frame, &TownFacts),
    server: &Asset,
) -> Result<Option<Folders>, Refusal> {
    if server.owner != facts.tenant.id || !wants_vault(server.kind) {
        return Ok(None);
    }
    let known = folders::list(conn, scope).await?;
    let row = |(folder, service): (&beffroi_town::folder::Folder, Option<_>)| FolderRow {
        path: folder.path.clone(),
        asset: name_of(facts, &folder.asset).unwrap_or_default(),
        service: service.map(|service| f.words.service_name(service).into_owned()),
    };
    let rows = in_order(facts, &known, &server.id).into_iter().map(row).collect();
    let others = facts.assets.iter().map(|one| Choice::new(one.id.as_str(), &one.name));
    let none = Choice::new("", f.t("folder-nothing"));
    Ok(Some(Folders { rows, assets: others.chain([none]).collect() }))
}

/// Says what needs a folder.
pub async fn set(mut call: Call) -> Answer {
    let facts = call.facts().await?;
    let server = the_asset(&call, &facts)?;
    let path = call.form.needed(call.words(), "path", "folder-path-wrong");
    let asset = AssetId::parse(call.form.get("folder_asset")).ok();
    if call.form.fine() {
        let caller = call.caller()?;
        let (tenant, actor) = (&facts.tenant.id, caller.actor());
        let tenants = std::slice::from_ref(tenant);
        let mut tx = call.doors.store.begin(tenants, &actor, call.at).await?;
        match folders::set(&mut tx, tenant, (&server.id, &path), asset.as_ref()).await {
            Ok(()) => {
                tx.commit().await?;
                return Ok(reply::see_other(&format!("/console/assets/{}?done=folder", server.id)));
            }
            // No such folder to take away, or no path.
            Err(Error::Absent { noun: "folder", .. } | Error::Refused { .. }) => drop(tx),
            Err(error) => return Err(error.into()),
        }
        let told = call.words().say("folder-path-wrong");
        call.form.wrong("path", told);
    }
    let form = call.form.clone();
    wrong(&*asset_page(&call, Some(("folder", form))).await?)
}
