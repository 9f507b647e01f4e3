//! From the text of a file to a tree.
//!
//! This file owns the limits of a file, and the words for what makes one unreadable. It does not know what any key means.

use rhailab_yaml::{Fault, FaultKind, Limits, Node, duplicate_keys};

use super::problem::Problems;

/// How large a file may be. Five pipelines inside one another fit; each level costs many kilobytes of a thread's stack.
const LIMITS: Limits = Limits { depth: 24, nodes: 250_000 };

/// Parses the text of a file; `None` when it is no YAML, which is then reported.
pub(super) fn parse(text: &str, problems: &mut Problems<'_>) -> Option<Node> {
    match rhailab_yaml::parse(0, text, LIMITS) {
        Ok(node) => {
            for key in duplicate_keys(&node) {
                let name = key.scalar().unwrap_or_default();
                let help = "remove one of the two, or rename it";
                problems.add(key.span, format!("`{name}` stands here twice"), help);
            }
            Some(node)
        }
        Err(fault) => {
            report(fault, problems);
            None
        }
    }
}

fn report(Fault { span, kind }: Fault, problems: &mut Problems<'_>) {
    let (message, help) = match kind {
        FaultKind::TooDeep => (
            format!("more than {} lists and maps stand in one another", LIMITS.depth),
            "five pipelines fit into one another; let a bridge name a project for what lies deeper",
        ),
        FaultKind::TooLarge => (
            "the file holds more than any scenario needs".to_owned(),
            "use `count` for many projects, and repeat nothing through aliases of aliases",
        ),
        FaultKind::MergeKey => ("`<<` is no key of a scenario".to_owned(), kind.help()),
        kind => (kind.to_string(), kind.help()),
    };
    problems.add(span, message, help);
}
