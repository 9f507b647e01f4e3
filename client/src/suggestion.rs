//! "Did you mean …?": the nearest of a set of known names. Knows nothing of what the names stand for.

/// The known name that `typed` was probably meant to be, if one is near enough.
///
/// ```
/// assert_eq!(rhailab_client::nearest("statsu", ["id", "status"]), Some("status"));
/// assert_eq!(rhailab_client::nearest("banana", ["id", "status"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Two slips in a short word already make another word; long words bear more.
    let allowed = (typed.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(typed, name), name))
        .filter(|(distance, name)| {
            *distance <= allowed || (typed.len() >= 4 && (name.starts_with(typed) || typed.starts_with(name)))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// What to do about a name that nobody knows: the known one that was probably meant, or all that are known, after words
/// such as `It has`.
///
/// ```
/// let known = ["id", "status"];
/// assert_eq!(rhailab_client::hint("statsu", &known, "It has"), "Did you mean `status`?");
/// assert_eq!(rhailab_client::hint("banana", &known, "It has"), "It has id, status.");
/// ```
#[must_use]
pub fn hint(typed: &str, known: &[&str], otherwise: &str) -> String {
    hint_as(typed, known, otherwise, str::to_owned)
}

/// The same as [`hint`], with the name that was meant written as it is used: `save()`, `.jobs`.
#[must_use]
pub fn hint_as(typed: &str, known: &[&str], otherwise: &str, written: impl FnOnce(&str) -> String) -> String {
    match nearest(typed, known.iter().copied()) {
        Some(near) => format!("Did you mean `{}`?", written(near)),
        None => format!("{otherwise} {}.", known.join(", ")),
    }
}
