//! Values of the grammar that know where they were written. What they mean is the syntax's business.

use rhailab_yaml::Span;

/// A value of the grammar with the place where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T> Spanned<T> {
    pub(crate) fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}
