//! The pages about the script language beside the spec: the overview, the client, functions, lists and errors.

use rhailab_client::{ErrorKind, table};

use super::page::Page;
use super::topic::WORDS;
use super::{first_paragraph, summary, words};
use crate::engine::functions::{
    ANY_VERB, CALL, CLIENT, ERROR, FUNCTIONS, Function, OBJECT_METHODS, SEQUENCE, Takes,
};

pub(super) fn overview(page: &mut Page) {
    page.title("Scripts for GitLab");
    page.text(
        "A script is Rhai with a client of GitLab, `gl`. Managers such as `project.pipelines` list, fetch and create \
         objects; objects have fields and methods. Options come in a map at the end of a call: \
         `project.pipelines.list(#{ref: \"main\"})`.",
    );
    page.heading("Topics");
    page.terms([
        ("pipeline", "a kind of object, by what scripts call one"),
        ("project.pipelines", "a manager, by its path"),
        ("pipeline.retry", "a method, of objects and of managers"),
        ("pipeline.status", "a field"),
        ("project.pipelines.list.ref", "a parameter"),
        ("CiStatus, sleep", "a type, a function"),
    ]);
    page.heading("Kinds");
    page.terms(
        table::RESOURCES
            .iter()
            .map(|resource| (words::manager_path(resource), first_paragraph(resource.doc))),
    );
    page.heading("Language");
    page.terms(
        WORDS.iter().filter(|(name, _)| *name != "help").map(|(name, topic)| (*name, summary(*topic))),
    );
    page.heading("Options of most calls that ask GitLab");
    page.terms(ANY_VERB.iter().chain(CALL).map(|row| (row.name, row.doc)));
    page.heading("Methods of objects");
    functions(page, OBJECT_METHODS);
    page.heading("Functions");
    functions(page, FUNCTIONS);
}

pub(super) fn client(page: &mut Page) {
    page.title("gl");
    page.text(
        "The client that the configuration gives. It is known everywhere, inside of functions too. `gitlab(url)` makes \
         others.",
    );
    page.heading("Managers");
    page.terms(
        table::ROOT.iter().map(|resource| (words::manager_path(resource), first_paragraph(resource.doc))),
    );
    page.heading("Properties");
    page.terms(CLIENT.properties.iter().map(|property| (format!("gl.{}", property.name), property.doc)));
    page.heading("Methods");
    functions(page, CLIENT.methods);
}

pub(super) fn lists(page: &mut Page) {
    page.title("list");
    page.text(
        "What `list()` answers is a list over all pages. The first page is fetched alone; a script that goes on behind it \
         gets the next ones fetched ahead, as many at once as `--jobs` allows. Rows stay: a list can be walked again \
         without another request, and goes on at the page that failed. `per_page` sets how many rows a page has; with \
         `page` a call answers an array of that one page.",
    );
    page.text(
        "No row comes twice when the list changes meanwhile, and none is missed because the script itself takes rows out \
         of the list, as a loop does that cancels what it lists. Where somebody else deletes rows, a total that shrank shows it; \
         where GitLab sends no total, a row can be missed. `list(#{pagination: \"keyset\"})` has no such gap, and no \
         pages ahead; GitLab has it for few lists, such as the jobs of a project. A list that can do it goes on like that \
         by itself where GitLab refuses to count further.",
    );
    page.heading("Methods");
    functions(page, SEQUENCE.methods);
    page.heading("More");
    page.terms([
        ("for row in list", "Walks the rows."),
        ("list[0], list[-1]", "A row by its place, from the front or from the back."),
        ("list.total", "How many rows there are, where GitLab says it, else `()`."),
    ]);
    page.heading("Example");
    page.code(LIST_EXAMPLE);
}

pub(super) fn errors(page: &mut Page) {
    page.title("try { … } catch (e) { … }");
    page.text(
        "What goes wrong raises an error. Without `catch` it ends the script, and is shown with its place and with what \
         to do. Ctrl-C is no error.",
    );
    page.heading("Properties");
    page.terms(ERROR.properties.iter().map(|property| (format!("e.{}", property.name), property.doc)));
    page.heading("Kinds");
    page.terms(ErrorKind::ALL.iter().map(|kind| (kind.as_str(), kind.doc())));
    page.heading("Example");
    page.code(ERROR_EXAMPLE);
}

pub(super) fn function(page: &mut Page, function: &Function) {
    page.title(&function.signature());
    page.text(function.doc);
    for parameter in function.parameters {
        if let Takes::Options(rows) = parameter.takes {
            page.heading("Options");
            page.terms(rows.iter().map(|row| (row.name, row.doc)));
        }
    }
    if let Some((_, code)) = FUNCTION_EXAMPLES.iter().find(|(name, _)| *name == function.name) {
        page.heading("Example");
        page.code(code);
    }
}

fn functions(page: &mut Page, functions: &'static [Function]) {
    let unnamed = |signature: String| match signature.split_once("#{") {
        Some((before, _)) => format!("{before}#{{…}})"),
        None => signature,
    };
    page.terms(functions.iter().map(|function| (unnamed(function.signature()), function.doc)));
}

/// The examples of the pages about the language, by what they are about.
pub fn language_examples() -> impl Iterator<Item = (&'static str, &'static str)> {
    FUNCTION_EXAMPLES.iter().copied().chain([("lists", LIST_EXAMPLE), ("errors", ERROR_EXAMPLE)])
}

const LIST_EXAMPLE: &str = r#"let project = gl.projects.get("demo/app");
let failed = project.pipelines.list(#{status: "failed"});
print(`${failed.total} failed, the newest for ${failed.first().ref}`);
for pipeline in failed.take(10) {
    print(pipeline.web_url);
}"#;

const ERROR_EXAMPLE: &str = r#"try {
    gl.projects.get("demo/missing");
} catch (e) {
    if e.kind != "not_found" { throw e; }
    print(`${e.status}: ${e.message}`);
}"#;

const FUNCTION_EXAMPLES: &[(&str, &str)] = &[
    ("print", "print(`project ${gl.projects.get(\"demo/app\").name}`);"),
    ("debug", "debug(gl.projects.get(\"demo/app\"));"),
    (
        "sleep",
        "let pipelines = gl.projects.get(\"demo/app\").pipelines;\nwhile pipelines.list().first().status == \"running\" {\n    sleep(1);\n}",
    ),
    ("exit", "if gl.projects.get(\"demo/app\").archived { exit(2); }"),
    ("env", "let zone = env(\"ZONE\");\nif zone == () { zone = \"eu\"; }"),
    ("now", "print(`it is ${now()}`);"),
    ("parse_duration", "print(parse_duration(\"1h 20m\") == 4800.0);"),
    (
        "watch",
        "let pipeline = gl.projects.get(\"demo/app\").pipelines.create(#{ref: \"main\"});\nwatch(pipeline);",
    ),
    (
        "wait_all",
        "let project = gl.projects.get(\"demo/app\");\nlet pipelines = [\"main\", \"master\"].map(|name| project.pipelines.create(#{ref: name}));\n\
         let summary = wait_all(pipelines, #{timeout: \"1h\"});\nprint(summary.counts);\nfor pipeline in summary.unsuccessful { print(pipeline.web_url); }\n\
         for row in summary.errors { print(`${row.pipeline}: ${row.error.message}`); }",
    ),
    (
        "par_map",
        "let names = [\"demo/app\", \"demo/downstream\"];\nlet projects = par_map(names, |name| gl.projects.get(name), #{jobs: 8});\n\
         for project in projects { print(project.web_url); }\n\
         for row in par_map(names, |name| gl.projects.get(name).archived, #{on_error: \"collect\"}) {\n    \
         print(if row.error == () { `${row.item}: ${row.value}` } else { `${row.item}: ${row.error.message}` });\n}",
    ),
    (
        "shard",
        "for name in shard([\"demo/app\", \"demo/downstream\"]) {\n    print(gl.projects.get(name).web_url);\n}",
    ),
    (
        "confirm",
        "let project = gl.projects.get(\"demo/app\");\nlet old = project.pipelines.list(#{updated_before: \"2020-01-01T00:00:00Z\"});\n\
         if !old.is_empty() && confirm(`Delete ${old.len()} pipelines?`) {\n    for pipeline in old { pipeline.delete(); }\n}",
    ),
    ("to_json", "print(to_json(#{zone: \"eu\", deep: true}));"),
    (
        "gitlab",
        "let anonymous = gitlab(gl.url);\nprint(anonymous.projects.get(\"demo/app\", #{lazy: true}));",
    ),
    (
        "open_file",
        "let project = gl.projects.get(\"demo/app\");\nlet file = open_file(\"pipelines.txt\", \"w\");\n\
         for pipeline in project.pipelines.list() {\n    file.write(`${pipeline.id} ${pipeline.status}\\n`);\n}\nfile.close();",
    ),
    (
        "unzip",
        "let project = gl.projects.get(\"demo/app\");\nproject.artifacts.download(\"main\", \"compile\", #{to: \"artifacts.zip\"});\n\
         for path in unzip(\"artifacts.zip\", \"artifacts\") {\n    print(path);\n}",
    ),
    (
        "remove_file",
        "let file = open_file(\"scratch.txt\", \"w\");\nfile.close();\nremove_file(\"scratch.txt\");",
    ),
    ("type_of", "print(type_of(gl.projects));"),
    ("to_string", "print(\"number \" + to_string(7));"),
    ("parse_int", "print(parse_int(\"41\") + 1);"),
    ("parse_float", "print(parse_float(\"1.5\") * 2.0);"),
    ("parse_json", "print(parse_json(\"{\\\"zone\\\": \\\"eu\\\"}\").zone);"),
    ("min", "print(min(1, 2));"),
    ("max", "print(max(1, 2));"),
    ("range", "for number in range(0, 3) { print(number); }"),
    ("is_def_var", "if !is_def_var(\"zone\") { print(\"no zone\"); }"),
    (
        "http",
        "let job = gl.http(\"GET\", \"/projects/demo%2Fapp/jobs\", #{query: #{per_page: 1}})[0];\nprint(job.name);",
    ),
    (
        "wait",
        "let project = gl.projects.get(\"demo/app\");\nlet pipeline = project.pipelines.create(#{ref: \"main\"});\n\
         pipeline.wait(#{timeout: \"30m\", on_change: |p| print(p.status)});",
    ),
    (
        "follow",
        "let project = gl.projects.get(\"demo/app\");\nlet job = project.jobs.list(#{scope: [\"success\"]}).first();\njob.follow();",
    ),
    (
        "timeline",
        "let pipeline = gl.projects.get(\"demo/app\").pipelines.latest(#{ref: \"main\"});\nprint(pipeline.timeline());\n\
         pipeline.timeline(#{to: \"run.svg\"});",
    ),
];
