//! The bank's pages in a headless browser, with an accessibility check: `tests/browser/pages.mjs`.

use std::path::PathBuf;
use std::process::Command;

use bank_conformance::target::embedded::Embedded;
use bank_tests::workspace;

/// Names Chromium goes by.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_holder_gets_through_the_pages_and_axe_finds_nothing() {
    let folder = workspace().join("tests/browser");
    let (node, browser) = (on_path("node"), BROWSERS.iter().find_map(|name| on_path(name)));
    let (Some(node), Some(browser), true) = (node, browser, folder.join("node_modules").is_dir()) else {
        return skipped();
    };
    let sandbox = Embedded::start(1).await.unwrap();
    let bank = format!("{}/plain", sandbox.base_url);
    let run = move || Command::new(node).current_dir(folder).arg("pages.mjs").arg(bank).arg(browser).output();
    let output = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", said(&output.stdout), said(&output.stderr));
    for page in ["login:", "code:", "accounts:", "confirm:", "wait:", "home:", "error:"] {
        assert!(said(&output.stdout).contains(page), "{page} was not looked at");
    }
}

#[expect(clippy::print_stderr, reason = "who reads the output of a test run should see what it did not do")]
fn skipped() {
    eprintln!("the bank's pages are not looked at: that needs node, chromium and `npm ci --prefix tests/browser`");
}

/// The program of this name, if there is one.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
