//! Pages by keyset: each one begins behind the last row of the one before, so rows that come and go move none of the
//! others. Few of GitLab's lists know it. This file owns the words about it: how it is asked for, and when it helps.

use crate::arguments::Arguments;
use crate::endpoint::{Endpoint, Pagination};
use crate::error::Error;
use crate::generated::table::ENDPOINTS;
use crate::value::describe;

/// The option of a list that chooses the kind of pages.
const OPTION: &str = "pagination";

/// Takes the choice of pages out of a list's arguments; says whether they shall come by keyset.
///
/// # Errors
///
/// [`crate::ErrorKind::Usage`] when the choice is unknown, or the list cannot do it.
pub(crate) fn take_choice(endpoint: &Endpoint, arguments: Arguments) -> Result<(Arguments, bool), Error> {
    let (choice, arguments) = match (endpoint.pagination, endpoint.param(OPTION)) {
        (Pagination::None, _) | (_, Some(_)) => (None, arguments),
        _ => arguments.without(OPTION),
    };
    match choice.as_ref().map(|choice| (choice, choice.as_str())) {
        None | Some((_, Some("offset"))) => Ok((arguments, false)),
        Some((_, Some("keyset"))) => check(endpoint, &arguments).map(|()| (arguments, true)),
        Some((other, _)) => Err(Error::usage(format!("`{OPTION}` cannot be {}", describe(other)))
            .with_hint("It is \"keyset\" or \"offset\".")),
    }
}

/// Whether a list of these arguments can come by keyset.
///
/// # Errors
///
/// [`crate::ErrorKind::Usage`] when it cannot; the hint names the lists that can.
pub(super) fn check(endpoint: &Endpoint, arguments: &Arguments) -> Result<(), Error> {
    if endpoint.pagination.keyset().is_none() {
        return Err(Error::usage(format!("{} has no pages by keyset", endpoint.id)).with_hint(able()));
    }
    if arguments.get("page").is_some() {
        return Err(Error::usage("pages by keyset have no numbers").with_hint(
            "Leave out `page`, or `pagination`; `first()` and `take(n)` fetch no more than they need.",
        ));
    }
    Ok(())
}

/// Whether GitLab refused a page because too many rows stand before it.
pub(super) fn is_refused_offset(error: &Error) -> bool {
    matches!(error.status(), Some(400 | 405)) && error.message().contains("maximum allowed offset")
}

/// Says what to do about a refused offset where there is no other way to page.
pub(super) fn explain_refused_offset(error: Error) -> Error {
    error.with_hint(format!("Ask for less of the list at a time, by its filters. {}", able()))
}

fn able() -> String {
    let able = ENDPOINTS.iter().filter(|endpoint| endpoint.pagination.keyset().is_some());
    let names: Vec<&str> = able.map(|endpoint| endpoint.id).collect();
    format!("GitLab pages by keyset in {}.", names.join(", "))
}
