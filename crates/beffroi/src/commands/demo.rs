//! `beffroi demo`: the Gravelines drill; then the platform stays up, with the town in its crisis.

use std::process::ExitCode;

use anyhow::Result;
use beffroi_drills::gravelines::{self, Options};
use beffroi_words::Words;

use crate::{
    cli::DemoArgs,
    commands::{drill, serve::stop_signal},
};

pub(crate) async fn run(args: DemoArgs) -> Result<ExitCode> {
    let options = Options { stay_in_crisis: !args.exit, ..drill::options()? };
    let played = gravelines::play(&options).await?;
    print!("{}", played.report.page(args.lang));
    if args.exit {
        return drill::finish(played).await;
    }
    let words = Words::of(args.lang);
    let page = format!("{}{}", played.url(), played.page_path());
    let console = format!("{}/console/", played.url());
    println!("\n{}", words.say("drill-look-at"));
    println!("  {}", words.say_with("drill-look-page", &[("url", page.into())]));
    println!("  {}", words.say_with("drill-look-console", &[("url", console.into())]));
    if let Some(code) = played.code() {
        println!("  {}", words.say_with("drill-look-code", &[("code", code.into())]));
    }
    println!("{}", words.say("drill-look-stop"));
    stop_signal().await?;
    drill::finish(played).await
}
