//! What can stand where an expression or a statement begins: a value of what is wanted there, variables,
//! functions, keywords.

use super::infer::Reading;
use super::matching::Offer;
use super::members::{called, function, typed};
use super::shape::Shape;
use super::wanted::Wanted;
use crate::engine::functions::FUNCTIONS;

/// The words that begin a statement.
const STATEMENTS: [(&str, &str); 14] = [
    ("let ", "Declares a variable."),
    ("const ", "Declares a constant."),
    ("for ", "Goes through the rows of a list, or the values of an array."),
    ("if ", "Does something on a condition."),
    ("while ", "Repeats something as long as a condition holds."),
    ("loop ", "Repeats something until `break`."),
    ("switch ", "Chooses by a value."),
    ("fn ", "Declares a function."),
    ("return ", "Leaves a function with a value."),
    ("try ", "Goes on in `catch` when something fails."),
    ("throw ", "Raises an error."),
    ("break", "Leaves a loop."),
    ("continue", "Begins the next round of a loop."),
    ("import ", "Makes the functions of another script known."),
];

/// The words that go on behind a block.
const BEHIND_BLOCKS: [(&str, &str); 2] = [
    ("else ", "Does something when the condition does not hold."),
    ("catch ", "Does something when what is in `try` fails."),
];

/// The words that begin a value.
const VALUES: [(&str, &str); 5] = [
    ("true", "It is so."),
    ("false", "It is not so."),
    ("if ", "One of two values, by a condition."),
    ("switch ", "One of several values, by another."),
    ("this", "The value that a function was called on."),
];

/// What can stand where this token begins.
pub(super) fn names(reading: &Reading<'_>, at: usize, is_statement: bool) -> Vec<Offer> {
    let wanted = reading.wanted(at, false);
    let mut offers = wanted_values(&wanted);
    offers.extend(variables(reading, at));
    // Where one of a few values is wanted, a variable may hold it; all else would hide them.
    if matches!(wanted, Wanted::Name(_) | Wanted::Truth | Wanted::Key(_)) {
        return offers;
    }
    offers.extend(functions(reading));
    let keyword = |(word, doc): &(&str, &str)| Offer::plain(word.trim_end(), *word, doc);
    if is_statement {
        offers.extend(STATEMENTS.iter().map(keyword));
        let is_behind_block = at.checked_sub(1).is_some_and(|before| reading.source.word(before) == "}");
        offers.extend(BEHIND_BLOCKS.iter().filter(|_| is_behind_block).map(keyword));
    } else {
        offers.extend(VALUES.iter().map(keyword));
    }
    offers
}

fn wanted_values(wanted: &Wanted) -> Vec<Offer> {
    let quoted = |name: &str, label: &str, doc: &str| Offer::new(name, format!("\"{name}\""), label, doc);
    match wanted {
        Wanted::Name(names) => names.each().into_iter().map(|(name, doc)| quoted(name, name, doc)).collect(),
        Wanted::Key(keys) => keys.iter().map(|key| quoted(&key.name, &key.label, key.doc)).collect(),
        Wanted::Truth => {
            vec![Offer::plain("true", "true", "It is so."), Offer::plain("false", "false", "It is not so.")]
        }
        Wanted::Options(_) | Wanted::Record(_) | Wanted::MapOf(_) => {
            let names: Vec<String> = wanted.keys().into_iter().map(|key| key.name).collect();
            let shown = if names.is_empty() { "Values by name.".to_owned() } else { names.join(", ") };
            vec![Offer::plain("#{", "#{", &shown)]
        }
        Wanted::ArrayOf(_) => vec![Offer::plain("[", "[", "Values in a row.")],
        Wanted::Closure(passed) => {
            let names: Vec<&str> = passed.iter().map(|(name, _)| *name).collect();
            let begin = format!("|{}| ", names.join(", "));
            let shapes: Vec<String> = passed.iter().map(|(name, shape)| typed(name, &shape.name())).collect();
            vec![Offer::plain(
                begin.trim_end(),
                begin.clone(),
                &format!("A closure of {}.", shapes.join(", ")),
            )]
        }
        Wanted::Anything | Wanted::File | Wanted::Module => Vec::new(),
    }
}

fn variables(reading: &Reading<'_>, at: usize) -> Vec<Offer> {
    let known = reading.variables(at);
    let offer = |(name, shape): (String, Shape)| {
        let label = typed(&name, &shape.name());
        Offer::new(name.clone(), name, label, shape.doc())
    };
    known.into_iter().map(offer).collect()
}

fn functions(reading: &Reading<'_>) -> Vec<Offer> {
    let source = &reading.source;
    let declared = reading.scope.functions.iter().map(|own| {
        let parameters: Vec<String> =
            own.parameters.iter().map(|index| source.word(*index).to_owned()).collect();
        own_function(source.word(own.name), &parameters, "A function of this text.")
    });
    let mut offers: Vec<Offer> = declared.collect();
    for own in reading.around.functions() {
        if !offers.iter().any(|known| known.name == own.name) {
            offers.push(own_function(&own.name, &own.parameters, &own.doc));
        }
    }
    let ours: Vec<Offer> = FUNCTIONS
        .iter()
        .filter(|ours| !offers.iter().any(|own| own.name == ours.name))
        .map(function)
        .collect();
    offers.extend(ours);
    offers
}

fn own_function(name: &str, parameters: &[String], doc: &str) -> Offer {
    let doc = if doc.is_empty() { "A function of this session." } else { doc };
    Offer::new(name, called(name, !parameters.is_empty()), format!("{name}({})", parameters.join(", ")), doc)
}
