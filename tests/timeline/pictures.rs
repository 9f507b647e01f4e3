//! The pictures in a browser: headless Chromium lays them out, and tells where the bars, the names and the legend are.
//! Where there is no Chromium, the test says so and stops.

use std::fs;
use std::path::Path;
use std::process::Command;

use rhailab::timeline::{html, svg};
use rhailab_tests::{Folder, report, run};
use serde_json::Value;

use super::runs::ended;

/// Tells of each element of the picture where it is and what it says.
const LOOK: &str = "window.addEventListener('load', () => {
    const found = [...document.querySelectorAll('svg *, table td, img')].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        return { tag: element.tagName, classes: [...element.classList], text: element.textContent, x, y, width, height,
                 fill: style.fill, stroke: style.stroke, natural: element.naturalWidth || 0 };
    });
    const result = document.createElement('script');
    result.type = 'application/json';
    result.id = 'found';
    result.textContent = JSON.stringify(found).replaceAll('<', '\\\\u003c');
    document.body.append(result);
});";

/// Opens a page in Chromium and answers what the script above found, or why there is no Chromium.
fn look(folder: &Folder, page: &str) -> Result<Vec<Value>, String> {
    let path = folder.write("page.html", page);
    let dom = chromium(folder.path(), &["--dump-dom"], &path)?;
    let begin = "<script type=\"application/json\" id=\"found\">";
    let found = dom.split_once(begin).and_then(|(_, rest)| rest.split_once("</script>"));
    let (found, _) = found.unwrap_or_else(|| panic!("the page's script did not run:\n{dom}"));
    Ok(serde_json::from_str(found).unwrap())
}

fn chromium(profile: &Path, options: &[&str], page: &Path) -> Result<String, String> {
    const QUIET: [&str; 8] = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];
    if Command::new("chromium").arg("--version").output().is_err() {
        return Err("chromium is not here".to_owned());
    }
    let profile = format!("--user-data-dir={}", profile.join("profile").display());
    let outcome = run(Command::new("chromium").args(QUIET).arg(profile).args(options).arg(page));
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    Ok(outcome.stdout)
}

fn number(element: &Value, name: &str) -> f64 {
    element[name].as_f64().unwrap()
}

fn of_class<'a>(found: &'a [Value], class: &str) -> Vec<&'a Value> {
    found
        .iter()
        .filter(|element| element["classes"].as_array().unwrap().iter().any(|name| name == class))
        .collect()
}

/// Whether one lies in the other, give or take a pixel.
fn lies_in(inner: &Value, outer: &Value) -> bool {
    let end = |element: &Value, at: &str, length: &str| number(element, at) + number(element, length);
    [("x", "width"), ("y", "height")].into_iter().all(|(at, length)| {
        number(inner, at) >= number(outer, at) - 1.0 && end(inner, at, length) <= end(outer, at, length) + 1.0
    })
}

/// What both pictures must show.
fn check(found: &[Value]) {
    let ground = of_class(found, "ground")[0];
    let texts: Vec<&Value> = found.iter().filter(|element| element["tag"] == "text").collect();
    for element in of_class(found, "bar").into_iter().chain(texts.iter().copied()) {
        assert!(number(element, "width") > 0.0 && lies_in(element, ground), "{element}");
    }
    let rows = of_class(found, "row");
    assert_eq!(rows.len(), 10);
    let names: Vec<&str> = of_class(found, "name").iter().filter_map(|name| name["text"].as_str()).collect();
    for name in ["compile", "docs 日本語 🚀", "naïve-Größe", "evil␛[31m<b>&\"␍\u{fffd}", "downstream"]
    {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    // Names do not run into bars, and of each job what waits ends where it begins to run.
    let left = of_class(found, "tick").iter().map(|tick| number(tick, "x")).fold(f64::INFINITY, f64::min);
    for name in of_class(found, "name").iter().filter(|name| of_class(&[(**name).clone()], "time").is_empty())
    {
        assert!(number(name, "x") + number(name, "width") < left, "{name}");
    }
    let ran: Vec<&Value> =
        of_class(found, "bar").into_iter().filter(|bar| number(bar, "height") > 10.0).collect();
    let queued = of_class(found, "queued");
    assert_eq!(ran.len(), 8);
    for bar in of_class(found, "bar").iter().filter(|bar| number(bar, "height") < 10.0) {
        let end = number(bar, "x") + number(bar, "width");
        let middle = number(bar, "y") + number(bar, "height") / 2.0;
        let follows = |ran: &&&Value| {
            (number(ran, "x") - end).abs() < 1.0
                && (number(ran, "y") + number(ran, "height") / 2.0 - middle).abs() < 1.0
        };
        assert!(ran.iter().any(|ran| follows(&ran)), "{bar}");
    }
    assert_eq!(queued.len(), 8, "seven jobs waited, and the legend says what that is");
    // A minute is as long as it should be: the compile job ran 64 seconds, the retried one 59.
    let (compile, retried) = (of_class(found, "success"), of_class(found, "retried"));
    let width = |bars: &[&Value], seconds: f64| {
        bars.iter().map(|bar| number(bar, "width") / seconds).collect::<Vec<f64>>()
    };
    let scale = width(&retried, 59.0)[0];
    assert!(width(&compile, 64.0).iter().any(|other| (other / scale - 1.0).abs() < 0.01), "{scale}");
    let outlines = of_class(found, "outline");
    assert_eq!(outlines.len(), 4);
    for outline in outlines {
        assert!(ran.iter().any(|bar| lies_in(bar, outline)), "{outline}");
        assert_ne!(outline["stroke"], "none");
    }
    let legend: Vec<&str> =
        of_class(found, "entry").iter().filter_map(|entry| entry["text"].as_str()).collect();
    let expected = ["queued", "success", "failed", "failed, allowed", "canceled", "retried", "critical path"];
    assert_eq!(legend, expected);
    let last = rows.iter().map(|row| number(row, "y") + number(row, "height")).fold(0.0, f64::max);
    assert!(of_class(found, "entry").iter().all(|entry| number(entry, "y") > last));
    let entries = of_class(found, "entry");
    for pair in entries.windows(2) {
        assert!(number(pair[0], "x") + number(pair[0], "width") < number(pair[1], "x"), "{pair:?}");
    }
}

#[test]
fn a_browser_shows_the_svg() {
    let folder = Folder::new();
    let picture = svg::draw(&ended());
    folder.write("run.svg", &picture);
    let drawn = picture.split_once("?>").unwrap().1;
    // As an image it must be faultless XML, or it has no size; in the page itself its parts can be measured.
    let page = format!(
        "<!DOCTYPE html><meta charset=utf-8><body><script>{LOOK}</script>{drawn}<img src=\"run.svg\"></body>"
    );
    let found = match look(&folder, &page) {
        Ok(found) => found,
        Err(reason) => return report(&format!("skipped: {reason}")),
    };
    check(&found);
    let image = found.iter().find(|element| element["tag"] == "IMG").unwrap();
    assert_eq!(image["natural"], 1080, "{image}");
}

#[test]
fn a_browser_shows_the_page() {
    let folder = Folder::new();
    let page = html::draw(&ended());
    // Standing before the page's policy, the script of the test may run.
    let found = match look(&folder, &page.replacen("<head>", &format!("<head><script>{LOOK}</script>"), 1)) {
        Ok(found) => found,
        Err(reason) => return report(&format!("skipped: {reason}")),
    };
    check(&found);
    let cells: Vec<&str> = found
        .iter()
        .filter(|element| element["tag"] == "TD")
        .filter_map(|cell| cell["text"].as_str())
        .collect();
    assert_eq!(cells.len(), 70, "{cells:?}");
    for cell in ["evil␛[31m<b>&\"␍\u{fffd}", "failed (script_failure)", "1m 4s", "pipeline 1006: success"]
    {
        assert!(cells.contains(&cell), "{cell}: {cells:?}");
    }
    let script = html::draw(&ended());
    assert!(!script.contains("<script") && script.contains("default-src 'none'"), "{script}");
    // What is drawn in the dark has other colours, and both are there.
    let ground = of_class(&found, "ground")[0];
    assert!(ground["fill"] == "rgb(255, 255, 255)" || ground["fill"] == "rgb(13, 17, 23)", "{ground}");
    assert!(fs::read_dir(folder.path()).unwrap().count() > 0);
}
