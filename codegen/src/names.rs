//! Names: every change of case, plural, prefix and escape between the spec, Rust and English.
//!
//! Owns the rules by which one name becomes another. Must not know the model, nor any file.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// The names that Rust keeps for itself, in every edition.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do",
    "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// Type names that generated code, or the client, uses with another meaning.
const RESERVED_TYPES: &[&str] = &[
    "Answer",
    "Arguments",
    "Box",
    "Builder",
    "Bytes",
    "Caller",
    "Change",
    "Chunks",
    "Clone",
    "Context",
    "Date",
    "Debug",
    "Default",
    "Deref",
    "Display",
    "Download",
    "DownloadProgress",
    "Downloaded",
    "Downstream",
    "Entity",
    "Err",
    "Error",
    "ErrorKind",
    "FailedLog",
    "From",
    "Gitlab",
    "Id",
    "Into",
    "IntoArgument",
    "IntoIterator",
    "Iterator",
    "Lazy",
    "List",
    "Manager",
    "None",
    "Object",
    "Ok",
    "Option",
    "Page",
    "Pages",
    "Progress",
    "ProxyRoute",
    "Result",
    "RowStream",
    "Secret",
    "Self",
    "Some",
    "Step",
    "String",
    "Summary",
    "Timestamp",
    "TokenKind",
    "Traffic",
    "Until",
    "Vec",
    "Wait",
    "WaitEvent",
    "Waiter",
    "Waiting",
    "WaitingAll",
    "Writes",
];

/// Whether a type of this name would shadow one that generated code uses.
pub(crate) fn is_reserved_type(name: &str) -> bool {
    RESERVED_TYPES.contains(&name)
}

/// Whether the name is written `LikeThis`.
pub(crate) fn is_upper_camel(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether the name is written `like_this`.
pub(crate) fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// A wire name as the Rust name of a field, method or argument: `ref` becomes `ref_`, `_links`
/// becomes `links`. Empty when nothing of the name is left.
pub(crate) fn ident(name: &str) -> String {
    let name = if is_snake(name) { name.to_owned() } else { ascii(name).to_snake_case() };
    escape(name)
}

/// The setter of a parameter; `new` and `default` are taken.
pub(crate) fn setter(name: &str) -> String {
    let name = ident(name);
    if name == "new" || name == "default" { name + "_" } else { name }
}

/// The variant of an enum's value: `env_var` becomes `EnvVar`, `unknown` becomes `Unknown_`
/// because `Unknown` is the catch-all. Empty when nothing of the value is left.
pub(crate) fn variant(value: &str) -> String {
    let name = ascii(value).to_upper_camel_case();
    if name == "Unknown" { "Unknown_".to_owned() } else { escape(name) }
}

/// The module of an area.
pub(crate) fn module(area: &str) -> String {
    escape(area.to_owned())
}

/// The static of a kind, an enum or a record: `ProjectPipeline` becomes `PROJECT_PIPELINE`.
pub(crate) fn constant(name: &str) -> String {
    name.to_shouty_snake_case()
}

/// The static of an operation: `PROJECT_PIPELINE_CREATE`.
pub(crate) fn endpoint_constant(kind: &str, verb: &str) -> String {
    format!("{}_{}", constant(kind), constant(verb))
}

/// The struct of a kind's managers.
pub(crate) fn manager(kind: &str) -> String {
    format!("{kind}Manager")
}

/// The struct of a kind's fields.
pub(crate) fn fields(kind: &str) -> String {
    format!("{kind}Fields")
}

/// The struct of an operation's parameters: `CreateProjectPipeline`, `ListProjectPipelines`.
pub(crate) fn request(verb: &str, kind: &str) -> String {
    if verb == "list" { format!("List{}", plural(kind)) } else { verb.to_upper_camel_case() + kind }
}

/// A verb's method that takes parameters which may all be left out.
pub(crate) fn with_request(verb: &str) -> String {
    format!("{verb}_with")
}

/// The accessor that a path segment suggests.
pub(crate) fn accessor(segment: &str) -> String {
    segment.replace(['-', '.'], "_").to_lowercase()
}

/// The placeholder by which paths of children name an object: `pipeline_id`.
pub(crate) fn context(kind: &str, parent: Option<&str>, identity: &str) -> String {
    format!("{}_{identity}", short_kind(kind, parent).to_snake_case())
}

/// What a kind is called in a sentence: `pipeline schedule`.
pub(crate) fn noun(kind: &str, parent: Option<&str>) -> String {
    short_kind(kind, parent).to_snake_case().replace('_', " ")
}

/// The noun with `a` or `an`.
pub(crate) fn with_article(noun: &str) -> String {
    let article =
        if noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !noun.starts_with("user") { "an" } else { "a" };
    format!("{article} {noun}")
}

/// The plural of an English noun, or of a name that ends with one.
pub(crate) fn plural(noun: &str) -> String {
    let before_last = noun.chars().rev().nth(1).unwrap_or_default();
    match noun.chars().last() {
        Some('y') if !"aeiou".contains(before_last) => format!("{}ies", &noun[..noun.len() - 1]),
        Some('s') if !"asu".contains(before_last) => noun.to_owned(),
        Some('s' | 'x' | 'z') => format!("{noun}es"),
        Some('h') if "cs".contains(before_last) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// The kind without its parent's kind in front.
fn short_kind<'a>(kind: &'a str, parent: Option<&str>) -> &'a str {
    parent
        .and_then(|parent| kind.strip_prefix(parent))
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
        .unwrap_or(kind)
}

/// The name with everything but ASCII letters and digits replaced by `_`.
fn ascii(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// Makes an identifier of a word: keywords get a trailing `_`, digits at the start a leading one.
fn escape(mut word: String) -> String {
    if KEYWORDS.contains(&word.as_str()) {
        word.push('_');
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        word.insert(0, '_');
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_become_rust_names() {
        for (wire, rust) in [
            ("id", "id"),
            ("ref", "ref_"),
            ("type", "type_"),
            ("self", "self_"),
            ("gen", "gen_"),
            ("web_url", "web_url"),
            ("_links", "links"),
            ("self_", "self_"),
            ("mergeRequestIid", "merge_request_iid"),
            ("per-page", "per_page"),
            ("filter[environment_scope]", "filter_environment_scope"),
            ("2fa", "_2fa"),
            ("…", ""),
        ] {
            assert_eq!(ident(wire), rust, "{wire}");
        }
        assert_eq!(setter("new"), "new_");
        assert_eq!(setter("default"), "default_");
        assert_eq!(setter("ref"), "ref_");
    }

    #[test]
    fn values_become_variants() {
        for (value, name) in [
            ("env_var", "EnvVar"),
            ("dark-blue", "DarkBlue"),
            ("unknown", "Unknown_"),
            ("self", "Self_"),
            ("2fa", "_2fa"),
            ("merge_request_event", "MergeRequestEvent"),
            ("*", ""),
        ] {
            assert_eq!(variant(value), name, "{value}");
        }
    }

    #[test]
    fn kinds_become_type_names() {
        assert_eq!(request("create", "ProjectPipeline"), "CreateProjectPipeline");
        assert_eq!(request("list", "ProjectPipeline"), "ListProjectPipelines");
        assert_eq!(request("list", "ProjectBranch"), "ListProjectBranches");
        assert_eq!(request("play_all", "ProjectJob"), "PlayAllProjectJob");
        assert_eq!(endpoint_constant("ProjectPipeline", "create"), "PROJECT_PIPELINE_CREATE");
        assert_eq!(manager("ProjectJob"), "ProjectJobManager");
        assert_eq!(fields("ProjectJob"), "ProjectJobFields");
    }

    #[test]
    fn kinds_become_placeholders_and_nouns() {
        for (kind, parent, placeholder, called) in [
            ("Project", None, "project_id", "project"),
            ("ProjectPipeline", Some("Project"), "pipeline_id", "pipeline"),
            ("ProjectPipelineSchedule", Some("Project"), "pipeline_schedule_id", "pipeline schedule"),
            ("ProjectPipelineJob", Some("ProjectPipeline"), "job_id", "job"),
            ("Runner", Some("Project"), "runner_id", "runner"),
            ("Projection", Some("Project"), "projection_id", "projection"),
            ("Project", Some("Project"), "project_id", "project"),
        ] {
            assert_eq!(context(kind, parent, "id"), placeholder);
            assert_eq!(noun(kind, parent), called);
        }
    }

    #[test]
    fn nouns_become_plurals() {
        for (one, many) in [
            ("pipeline", "pipelines"),
            ("branch", "branches"),
            ("policy", "policies"),
            ("key", "keys"),
            ("status", "statuses"),
            ("alias", "aliases"),
            ("access", "accesses"),
            ("settings", "settings"),
            ("box", "boxes"),
            ("path", "paths"),
            ("ÿ", "ÿs"),
            ("", "s"),
        ] {
            assert_eq!(plural(one), many);
        }
        assert_eq!(with_article("environment"), "an environment");
        assert_eq!(with_article("user"), "a user");
        assert_eq!(with_article("job"), "a job");
    }
}
