//! Hot reload: the scenario file is looked at while it is served, and put in force when it has changed.
//!
//! Owns when a file counts as changed, and what is said about it. A file that is wrong never replaces one that is right:
//! the console and `GET /v1/worlds/{world}/scenario/status` say why. Looks at time and length several times a second,
//! which works on every file system, in containers and with editors that replace files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::output;
use crate::clock;
use crate::scenario::{Disk, Scenario};
use crate::world::{DEFAULT, LoadRefused, Worlds};

/// How often the file is looked at.
const EVERY: Duration = Duration::from_millis(200);

/// A scenario file that is served.
pub(super) struct Watch {
    path: PathBuf,
    /// Faults of the command line, which stand in front of the file's rules.
    faults: Vec<String>,
    /// Worlds that were made from it, besides the default one.
    worlds: Vec<String>,
    /// The file as it was last read.
    read: Option<Stamp>,
    /// The file as it was when last looked at.
    seen: Option<Stamp>,
}

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    length: u64,
}

impl Watch {
    /// Looks at a file that is about to be read for the first time.
    pub(super) fn new(path: PathBuf, faults: &[String], worlds: &[String]) -> Watch {
        let stamp = Stamp::of(&path);
        Watch { path, faults: faults.to_vec(), worlds: worlds.to_vec(), read: stamp, seen: stamp }
    }

    /// Follows the file for ever.
    pub(super) async fn follow(mut self, worlds: &Worlds) -> std::convert::Infallible {
        loop {
            clock::sleep(EVERY).await;
            let now = Stamp::of(&self.path);
            // A file that is just being written changes from look to look: wait until it rests.
            let rests = now == self.seen;
            self.seen = now;
            if rests && now != self.read {
                self.read = now;
                self.reload(worlds);
            }
        }
    }

    fn reload(&self, worlds: &Worlds) {
        let names = std::iter::once(DEFAULT).chain(self.worlds.iter().map(String::as_str));
        // One that was removed meanwhile needs no scenario.
        let served: Vec<_> = names.filter_map(|name| worlds.find(name)).collect();
        let file = self.path.display().to_string();
        match self.compiled(&file) {
            Ok(scenario) => {
                output::note(format!("{file} was loaded: scenario `{}` is in force", scenario.name()));
                for world in &served {
                    if let Err(error) = world.load(Arc::clone(&scenario)) {
                        output::note(format!(
                            "error: {file} was not loaded into the world `{}`: {error}",
                            world.name()
                        ));
                    }
                }
            }
            Err(why) => {
                output::note(&why.summary);
                output::note(format!("error: {file} was not loaded; the scenario in force stays"));
                served.iter().for_each(|world| world.refuse(why.clone()));
            }
        }
    }

    fn compiled(&self, file: &str) -> Result<Arc<Scenario>, LoadRefused> {
        let text = std::fs::read_to_string(&self.path)
            .map_err(|error| LoadRefused::unreadable(clock::wall(), format!("cannot read {file}: {error}")))?;
        let compiled =
            Scenario::compile_with(file, &text, &Disk).and_then(|scenario| scenario.with_faults(&self.faults));
        compiled.map(Arc::new).map_err(|found| LoadRefused::mistakes(clock::wall(), found))
    }
}

impl Stamp {
    /// `None` for a file that is not there.
    fn of(path: &std::path::Path) -> Option<Stamp> {
        let about = std::fs::metadata(path).ok()?;
        Some(Stamp { modified: about.modified().ok()?, length: about.len() })
    }
}
