//! A chart as an SVG picture that stands for itself: no script, nothing from elsewhere. Whoever points at a row reads
//! all about it; what cannot be seen is in the title and the description.

use unicode_width::UnicodeWidthStr as _;

use super::axis::ticks;
use super::markup::Markup;
use super::{Bar, Row, Stage, Timeline};
use crate::output::columns::shortened;

/// The width of a picture, in pixels.
const WIDTH: f64 = 1080.0;
const MARGIN: f64 = 24.0;
/// A column of monospaced text at the size of names.
const COLUMN: f64 = 7.9;
/// A letter of a label, on the average.
const LETTER: f64 = 6.4;
/// The most columns of a name.
const LONGEST_NAME: usize = 34;
/// The room at the right for how long a job ran, and what became of it.
const TIMES: f64 = 64.0;
const STATUSES: f64 = 150.0;
const ROW: f64 = 26.0;
/// The line below a bridge.
const NOTE: f64 = 18.0;
const STAGE: f64 = 34.0;
const BAR: f64 = 14.0;
/// What waits is drawn thinner than what runs, so that colours need not tell them apart.
const QUEUE: f64 = 4.0;
/// No bar is narrower than this.
const THINNEST: f64 = 2.0;
/// The most letters in a line of the heading.
const LETTERS: usize = 140;

/// What has a colour, and which one in light and in dark surroundings.
struct Paint(&'static str, &'static str, &'static str, &'static str);

/// Text has a contrast of 4.5 at least, bars have one of 3.
const PAINTS: [Paint; 12] = [
    Paint(".ground", "fill", "#ffffff", "#0d1117"),
    Paint("text", "fill", "#1f2328", "#f0f6fc"),
    Paint(".quiet", "fill", "#59636e", "#9198a1"),
    Paint(".rule", "stroke", "#d1d9e0", "#3d444d"),
    Paint(".queued", "fill", "#6e7781", "#9198a1"),
    Paint(".success", "fill", "#1a7f37", "#3fb950"),
    Paint(".failed", "fill", "#cf222e", "#f85149"),
    Paint(".allowed", "fill", "#bc4c00", "#db8b3e"),
    Paint(".canceled", "fill", "#6e7781", "#848d97"),
    Paint(".retried", "stroke", "#8250df", "#ab7df8"),
    Paint(".running", "fill", "#0969da", "#4493f8"),
    Paint(".critical", "stroke", "#1f2328", "#f0f6fc"),
];

const SHAPES: &str = ".timeline text { font: 13px system-ui, sans-serif; }
.timeline .name { font: 13px ui-monospace, Menlo, Consolas, monospace; }
.timeline .heading { font-size: 20px; font-weight: 600; }
.timeline .stage { font-weight: 600; }
.timeline .critical-name { font-weight: 700; }
.timeline .label { font-size: 12px; }
.timeline .rule { stroke-width: 1; }
.timeline .retried { fill: none; stroke-width: 2; stroke-dasharray: 4 2; }
.timeline .critical { fill: none; stroke-width: 1.5; }
.timeline .link { stroke-dasharray: 2 3; }
.timeline .hover { fill: transparent; }
.timeline .row:hover .hover { fill: #818b98; fill-opacity: 0.12; }
";

/// Draws a chart.
#[must_use]
pub fn draw(timeline: &Timeline) -> String {
    let mut markup = Markup::after("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    write(&mut markup, timeline);
    markup.finish()
}

/// Writes the picture's element.
pub(super) fn write(markup: &mut Markup, timeline: &Timeline) {
    let canvas = Canvas::new(timeline);
    let (width, height) = (px(WIDTH), px(canvas.height));
    markup.open(
        "svg",
        &[
            ("xmlns", &"http://www.w3.org/2000/svg"),
            ("class", &"timeline"),
            ("width", &width),
            ("height", &height),
            ("viewBox", &format_args!("0 0 {width} {height}")),
            ("role", &"img"),
            ("aria-labelledby", &"timeline-title timeline-description"),
        ],
    );
    markup.leaf("title", &[("id", &"timeline-title")], &timeline.title);
    markup.leaf("desc", &[("id", &"timeline-description")], &description(timeline));
    markup.leaf("style", &[], &style());
    markup.empty("rect", &[("class", &"ground"), ("width", &width), ("height", &height)]);
    canvas.heading(markup);
    if timeline.has_bars() {
        canvas.axis(markup);
    }
    // Below the bars, which they must not cross.
    canvas.links(markup);
    let mut top = canvas.top;
    for stage in &timeline.stages {
        canvas.stage(markup, stage, top);
        top += STAGE;
        for row in &stage.rows {
            canvas.row(markup, row, &stage.name, top);
            top += height_of(row);
        }
    }
    canvas.legend(markup, top + 30.0);
    markup.close();
}

/// The rules that the picture needs.
fn style() -> String {
    let rules = |color: fn(&Paint) -> &'static str| -> String {
        let rule = |paint: &Paint| format!(".timeline {} {{ {}: {}; }}\n", paint.0, paint.1, color(paint));
        PAINTS.iter().map(rule).collect()
    };
    let (light, dark) = (rules(|paint| paint.2), rules(|paint| paint.3));
    format!("\n{light}{SHAPES}@media (prefers-color-scheme: dark) {{\n{dark}}}\n")
}

/// What the picture tells, in sentences.
fn description(timeline: &Timeline) -> String {
    let rows = timeline.stages.iter().flat_map(|stage| stage.rows.iter().map(move |row| (stage, row)));
    let jobs = rows.map(|(stage, row)| format!("{}.", row.details(&stage.name).join(", ")));
    timeline.facts.iter().cloned().chain(jobs).collect::<Vec<_>>().join(" ")
}

/// Where things stand.
struct Canvas<'a> {
    timeline: &'a Timeline,
    /// Where the bars begin.
    left: f64,
    /// Where the bars end.
    right: f64,
    /// Where the first stage begins.
    top: f64,
    /// Where the last row ends.
    bottom: f64,
    height: f64,
    facts: Vec<String>,
}

impl<'a> Canvas<'a> {
    fn new(timeline: &'a Timeline) -> Self {
        let longest = timeline.rows().map(|row| row.name.width()).max().unwrap_or_default();
        let left = MARGIN + 16.0 + columns(longest.clamp(8, LONGEST_NAME)) + 16.0;
        let facts: Vec<String> = timeline
            .facts
            .iter()
            .flat_map(|fact| textwrap::wrap(fact, LETTERS).into_iter().map(String::from).collect::<Vec<_>>())
            .collect();
        let axis = if timeline.has_bars() { 34.0 } else { 8.0 };
        let top = MARGIN + 24.0 + 20.0 * lines(facts.len()) + axis;
        let rows: f64 = timeline.rows().map(height_of).sum();
        let bottom = top + STAGE * lines(timeline.stages.len()) + rows;
        let right = WIDTH - MARGIN - TIMES - STATUSES;
        Self { timeline, left, right, top, bottom, height: bottom + 30.0 + MARGIN, facts }
    }

    fn x(&self, at: f64) -> f64 {
        let share = if self.timeline.span > 0.0 { at / self.timeline.span } else { 0.0 };
        self.left + share * (self.right - self.left)
    }

    fn heading(&self, markup: &mut Markup) {
        text(markup, "heading", MARGIN, MARGIN + 16.0, "start", &shortened(&self.timeline.title, 90));
        for (index, fact) in self.facts.iter().enumerate() {
            text(markup, "quiet fact", MARGIN, MARGIN + 40.0 + 20.0 * lines(index), "start", fact);
        }
    }

    fn axis(&self, markup: &mut Markup) {
        let label = self.top - 10.0;
        for tick in ticks(self.timeline.span, 8) {
            let x = self.x(tick.at);
            vertical(markup, "rule tick", x, self.top - 4.0, self.bottom);
            text(markup, "quiet label", x, label, "middle", &tick.label);
        }
        if let Some(now) = self.timeline.now {
            vertical(markup, "critical now", self.x(now), self.top - 4.0, self.bottom);
            text(markup, "label", self.x(now), self.bottom + 14.0, "middle", "now");
        }
    }

    fn stage(&self, markup: &mut Markup, stage: &Stage, top: f64) {
        let y = px(top + 6.0);
        let end = px(WIDTH - MARGIN);
        markup
            .empty("line", &[("class", &"rule"), ("x1", &px(MARGIN)), ("x2", &end), ("y1", &y), ("y2", &y)]);
        text(markup, "stage", MARGIN, top + 24.0, "start", &shortened(&stage.name, 100));
    }

    fn row(&self, markup: &mut Markup, row: &Row, stage: &str, top: f64) {
        let base = top + 17.0;
        markup.open("g", &[("class", &"row")]);
        markup.leaf("title", &[], &row.details(stage).join("\n"));
        let hover =
            Rect { x: MARGIN, y: top, width: WIDTH - 2.0 * MARGIN, height: height_of(row), corner: 4.0 };
        hover.write(markup, "hover");
        let class = if row.is_critical { "name critical-name" } else { "name" };
        text(markup, class, MARGIN + 16.0, base, "start", &shortened(&row.name, LONGEST_NAME));
        if let Some(bar) = row.bar {
            self.bar(markup, row, bar, top + ROW / 2.0);
        }
        text(markup, "name time", self.right + TIMES, base, "end", &row.time());
        let class = if row.bar.is_some() { "status" } else { "quiet status" };
        text(markup, class, self.right + TIMES + 16.0, base, "start", &shortened(&row.status, 22));
        if let Some(downstream) = &row.downstream {
            text(markup, "quiet label", MARGIN + 16.0, top + ROW + 8.0, "start", &format!("→ {downstream}"));
        }
        markup.close();
    }

    fn bar(&self, markup: &mut Markup, row: &Row, bar: Bar, middle: f64) {
        let (queued, started) = (self.x(bar.queued), self.x(bar.started.unwrap_or(bar.ended)));
        if started > queued {
            Rect::around(middle, QUEUE, queued, started).write(markup, "bar queued");
        }
        if bar.started.is_some() {
            let ended = self.x(bar.ended).max(started + THINNEST);
            let ran = Rect::around(middle, BAR, started, ended);
            ran.write(markup, &format!("bar {}", row.mark.look().class));
            if row.is_critical {
                ran.outline().write(markup, "critical outline");
            }
        }
    }

    /// Lines from the end of each job on the critical path to the begin of the next.
    fn links(&self, markup: &mut Markup) {
        let mut places = Vec::new();
        let mut top = self.top;
        for stage in &self.timeline.stages {
            top += STAGE;
            for row in &stage.rows {
                places.push((row, top + ROW / 2.0));
                top += height_of(row);
            }
        }
        let place = |id: &i64| places.iter().find(|(row, _)| row.id == *id);
        for pair in self.timeline.critical_path.windows(2) {
            let [Some((from, from_y)), Some((to, to_y))] = [place(&pair[0]), place(&pair[1])] else {
                continue;
            };
            let (Some(from), Some(to)) = (from.bar, to.bar) else { continue };
            let half = if to_y > from_y { BAR / 2.0 } else { -BAR / 2.0 };
            let (end, begin) = (self.x(from.ended), self.x(to.queued));
            let path = if begin - end > 4.0 {
                format!("M{} {}H{}V{}", px(end), px(*from_y), px(begin), px(to_y - half))
            } else {
                format!("M{} {}V{}", px(begin), px(from_y + half), px(to_y - half))
            };
            markup.empty("path", &[("class", &"critical link"), ("d", &path)]);
        }
    }

    fn legend(&self, markup: &mut Markup, top: f64) {
        let mut x = MARGIN;
        let mut entry = |markup: &mut Markup, classes: &[&str], height: f64, meaning: &str| {
            for class in classes {
                let swatch = Rect::around(top - 4.5, height, x, x + 24.0);
                let swatch = if class.starts_with("critical") { swatch.outline() } else { swatch };
                swatch.write(markup, &format!("swatch {class}"));
            }
            text(markup, "label entry", x + 34.0, top, "start", meaning);
            x += 34.0 + lines(meaning.width()) * LETTER + 24.0;
        };
        markup.open("g", &[("class", &"legend")]);
        if self.timeline.has_queued {
            entry(markup, &["queued"], QUEUE, "queued");
        }
        for look in self.timeline.marks.iter().map(|mark| mark.look()).filter(|look| look.class != "waiting")
        {
            entry(markup, &[look.class], BAR, look.meaning);
        }
        if !self.timeline.critical_path.is_empty() {
            entry(markup, &["critical"], BAR - 4.0, "critical path");
        }
        markup.close();
    }
}

struct Rect {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    corner: f64,
}

impl Rect {
    fn around(middle: f64, height: f64, from: f64, to: f64) -> Self {
        let corner = 2.0_f64.min(height / 2.0).min((to - from) / 2.0);
        Self { x: from, y: middle - height / 2.0, width: to - from, height, corner }
    }

    fn outline(&self) -> Self {
        const GAP: f64 = 2.5;
        Self {
            x: self.x - GAP,
            y: self.y - GAP,
            width: self.width + 2.0 * GAP,
            height: self.height + 2.0 * GAP,
            corner: 4.0,
        }
    }

    fn write(&self, markup: &mut Markup, class: &str) {
        markup.empty(
            "rect",
            &[
                ("class", &class),
                ("x", &px(self.x)),
                ("y", &px(self.y)),
                ("width", &px(self.width)),
                ("height", &px(self.height)),
                ("rx", &px(self.corner)),
            ],
        );
    }
}

fn vertical(markup: &mut Markup, class: &str, x: f64, from: f64, to: f64) {
    markup.empty(
        "line",
        &[("class", &class), ("x1", &px(x)), ("x2", &px(x)), ("y1", &px(from)), ("y2", &px(to))],
    );
}

fn text(markup: &mut Markup, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
    if !text.is_empty() {
        markup.leaf(
            "text",
            &[("class", &class), ("x", &px(x)), ("y", &px(y)), ("text-anchor", &anchor)],
            text,
        );
    }
}

fn height_of(row: &Row) -> f64 {
    ROW + if row.downstream.is_some() { NOTE } else { 0.0 }
}

fn columns(count: usize) -> f64 {
    lines(count) * COLUMN
}

fn lines(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A length as it stands in the picture: to a tenth of a pixel.
fn px(length: f64) -> String {
    let tenths = (length * 10.0).round() / 10.0;
    // A zero has no sign.
    format!("{}", if tenths == 0.0 { 0.0 } else { tenths })
}

#[cfg(test)]
mod tests {
    use super::PAINTS;

    /// How bright a colour is, from 0 to 1, as the Web Content Accessibility Guidelines measure it.
    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let share = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn everything_can_be_told_from_the_ground() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        let ground = &PAINTS[0];
        for paint in PAINTS.iter().skip(1).filter(|paint| paint.0 != ".rule") {
            let least = if matches!(paint.0, "text" | ".quiet") { 4.5 } else { 3.0 };
            for ratio in [contrast(paint.2, ground.2), contrast(paint.3, ground.3)] {
                assert!(ratio >= least, "{}: {ratio}", paint.0);
            }
        }
    }
}
