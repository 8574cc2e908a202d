//! `rustic-peer WORD REPOSITORY PATH`: `init`, `save PATH`, `bring-back` into PATH, `check`, with
//! rustic_core. The password comes from `RESTIC_PASSWORD`.

use std::error::Error;

use rustic_backend::BackendOptions;
use rustic_core::{
    BackupOptions, CheckOptions, ConfigOptions, Credentials, KeyOptions, LocalDestination,
    LsOptions, PathList, Repository, RepositoryOptions, RestoreOptions, SnapshotOptions,
};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [word, repository, path] = words.as_slice() else {
        return Err("usage: rustic-peer init|save|bring-back|check REPOSITORY PATH".into());
    };
    let credentials = Credentials::password(std::env::var("RESTIC_PASSWORD")?);
    let backends = BackendOptions::default().repository(repository).to_backends()?;
    let repository = Repository::new(&RepositoryOptions::default().no_cache(true), &backends)?;
    match word.as_str() {
        "init" => {
            repository.init(&credentials, &KeyOptions::default(), &ConfigOptions::default())?;
        }
        "save" => {
            let repository = repository.open(&credentials)?.to_indexed_ids()?;
            let source = PathList::from_string(path)?.sanitize()?;
            let snapshot = SnapshotOptions::default().to_snapshot()?;
            repository.backup(&BackupOptions::default(), &source, snapshot)?;
        }
        "bring-back" => {
            let repository = repository.open(&credentials)?.to_indexed()?;
            let node = repository.node_from_snapshot_path("latest", |_| true)?;
            let all = repository.ls(&node, &LsOptions::default())?;
            let target = LocalDestination::new(path, true, !node.is_dir())?;
            let options = RestoreOptions::default();
            let plan = repository.prepare_restore(&options, all.clone(), &target, false)?;
            repository.restore(plan, &options, all, &target)?;
        }
        "check" => {
            let options = CheckOptions::default().trust_cache(true).read_data(true);
            repository.open(&credentials)?.check(options)?.is_ok()?;
        }
        _ => return Err(format!("there is no {word}").into()),
    }
    Ok(())
}
