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
