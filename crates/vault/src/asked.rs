//! What a request asks for, from its path as it was sent: nothing is decoded, so nothing can mean
//! two things.

use beffroi_town::{
    TenantId,
    vault::{ObjectKind, is_server_name},
};

/// The beginning of every path of the vault.
pub(crate) const PREFIX: &str = "/vault/";

/// The name of an object: 64 small hexadecimal digits, the SHA-256 of its bytes. Nothing else
/// reaches the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObjectName(String);

impl ObjectName {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first two digits: the folder of a pack.
    pub(crate) fn shard(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }
}

/// What is asked for in a repository.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The repository as a whole.
    Root,
    /// Its settings.
    Config,
    /// The names of a kind.
    List(ObjectKind),
    /// The proof of its recovery sheet.
    Sheet,
    /// Its password, sealed for the town's recovery sheet.
    Sealed,
    /// What is said of its backups.
    Verdicts,
    /// Which of them came back in a test.
    Proofs,
    /// What may go, and a plan of what could.
    Thinning,
    /// That a plan be carried out, by its identifier.
    CarryOut(String),
    /// What was found when everything was looked through.
    Checks,
    /// One object.
    Object(ObjectKind, ObjectName),
    /// Nothing that there could be.
    Nothing,
}

/// A repository, and what is asked for in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked<'p> {
    pub(crate) tenant: TenantId,
    pub(crate) server: &'p str,
    pub(crate) what: What,
}

/// Reads a path; none when it names no repository.
pub(crate) fn read(path: &str) -> Option<Asked<'_>> {
    let (town, rest) = path.strip_prefix(PREFIX)?.split_once('/')?;
    let (server, rest) = rest.split_once('/')?;
    let tenant = tenant(town)?;
    is_server_name(server).then(|| Asked { tenant, server, what: what(rest) })
}

/// A tenant as addresses write it: `59273`, `epci-242900660`.
fn tenant(text: &str) -> Option<TenantId> {
    let found = TenantId::parse(&text.replacen('-', ":", 1)).ok()?;
    // One spelling for each: what is typed at the command line may vary, an address may not.
    (found.dashed() == text).then_some(found)
}

fn what(rest: &str) -> What {
    match rest {
        "" => return What::Root,
        "config" => return What::Config,
        "sheet" => return What::Sheet,
        "sealed" => return What::Sealed,
        "verdicts" => return What::Verdicts,
        "proofs" => return What::Proofs,
        "thinning" => return What::Thinning,
        "checks" => return What::Checks,
        _ => {}
    }
    let Some((kind, name)) = rest.split_once('/') else { return What::Nothing };
    if kind == "thinning" {
        let is_id = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
        let fits = (1..=40).contains(&name.len()) && name.bytes().all(is_id);
        return if fits { What::CarryOut(name.to_owned()) } else { What::Nothing };
    }
    match ObjectKind::from_code(kind) {
        None | Some(ObjectKind::Config) => What::Nothing,
        Some(kind) if name.is_empty() => What::List(kind),
        Some(kind) => {
            ObjectName::parse(name).map_or(What::Nothing, |name| What::Object(kind, name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_path_means_one_thing() {
        let asked = |path: &str| read(path).map(|asked| asked.what);
        assert_eq!(asked("/vault/59273/srv/"), Some(What::Root));
        assert_eq!(asked("/vault/epci-242900660/srv/config"), Some(What::Config));
        assert_eq!(asked("/vault/59273/srv/sheet"), Some(What::Sheet));
        assert_eq!(asked("/vault/59273/srv/sealed"), Some(What::Sealed));
        assert_eq!(asked("/vault/59273/srv/verdicts"), Some(What::Verdicts));
        assert_eq!(asked("/vault/59273/srv/proofs"), Some(What::Proofs));
        assert_eq!(asked("/vault/59273/srv/thinning"), Some(What::Thinning));
        assert_eq!(asked("/vault/59273/srv/checks"), Some(What::Checks));
        let carried = What::CarryOut("0193-ab".to_owned());
        assert_eq!(asked("/vault/59273/srv/thinning/0193-ab"), Some(carried));
        assert_eq!(asked("/vault/2A004/srv/data/"), Some(What::List(ObjectKind::Data)));
        let name = ObjectName::parse(HEX).unwrap();
        assert_eq!(name.shard(), "01");
        let object = What::Object(ObjectKind::Locks, name);
        assert_eq!(asked(&format!("/vault/59273/srv/locks/{HEX}")), Some(object));
    }

    #[test]
    fn what_is_spelt_otherwise_is_not_there() {
        for path in [
            "/vault/59273/srv",
            "/vault/2a004/srv/",
            "/vault/epci:242900660/srv/",
            "/vault/../srv/",
            "/vault/59273/../",
            "/vault/59273/SRV/",
            "/vault/59273/s%72v/",
            "/vault//59273/srv/",
            "//vault/59273/srv/",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
        for rest in [
            "Config",
            "config/",
            "verdicts/",
            "thinning/",
            "thinning/..",
            "thinning/a/b",
            "trash/lock",
            "config?x",
            "data",
            "data/..",
            "data/../config",
            "data/%2e%2e",
            "locks//",
            "tmp/",
            "data/01/0123",
            &format!("data/{}", HEX.to_uppercase()),
            &format!("data/{HEX}/"),
            &format!("data/{HEX}0"),
            &format!("data/%30{}", &HEX[1..]),
            &format!("config/{HEX}"),
        ] {
            let path = format!("/vault/59273/srv/{rest}");
            assert_eq!(read(&path).unwrap().what, What::Nothing, "{rest}");
        }
    }
}
