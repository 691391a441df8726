//! The catalogue of faults as a page of Markdown: `docs/faults.md`.

use crate::fault::{ERRORS, FAULTS, STAGES};
use crate::scenario::Scenario;
use bank_fixtures::library;

/// The page. A test keeps the committed one equal to it.
pub fn handbook() -> String {
    let mut text = String::from(
        "# Faults\n\nWhat `do` can make of a call. This page is made from the tables of the simulator; \
         [scenarios.md](scenarios.md) says how rules give faults to calls.\n\n\
         | stage | takes place |\n|---|---|\n",
    );
    for (_, name, about) in STAGES {
        text += &format!("| `{name}` | {about} |\n");
    }
    let shipped: Vec<Scenario> = ["faults", "journeys"]
        .into_iter()
        .flat_map(library::files)
        .filter_map(|file| Scenario::compile(file.path, file.text).ok())
        .collect();
    for fault in FAULTS {
        let stages: Vec<String> = fault.stages.iter().map(|stage| format!("`{}`", stage.name())).collect();
        let seen: Vec<String> = shipped
            .iter()
            .filter(|scenario| scenario.faults().contains(&fault.slug))
            .take(4)
            .map(|scenario| format!("[{0}](../scenarios/{1})", scenario.name(), scenario.file()))
            .collect();
        text += &format!(
            "\n## `{slug}`\n\n{layer}: {about}.\n\nTakes {legal}.\nStages: {stages}. Seen in {seen}.\n\n```yaml\ndo: {example}\n```\n",
            slug = fault.slug,
            layer = fault.layer.name(),
            about = fault.about,
            legal = fault.legal,
            stages = stages.join(", "),
            seen = seen.join(", "),
            example = if fault.example.starts_with('{') {
                fault.example.to_owned()
            } else {
                format!("{{ {} }}", fault.example)
            },
        );
    }
    text += "\n## Errors\n\nWhat `error` can name, and the class a client should understand.\n\n| name | class |\n|---|---|\n";
    for (name, kind) in ERRORS {
        text += &format!("| `{name}` | {} |\n", kind.class());
    }
    text
}
