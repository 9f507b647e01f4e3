//! Who looks at what is waited for, and what to do when the first look is refused. Knows nothing of later looks.

use crate::auth::TokenKind;
use crate::error::{Error, ErrorKind};
use crate::object::Object;

/// Who asks for an object, and what was known of it before it was waited for.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    pub(super) name: String,
    pub(super) token: Option<TokenKind>,
    /// Whether the object was there when this wait began.
    pub(super) is_known: bool,
}

impl Asker {
    /// Whoever asks for this object through its client.
    pub(super) fn of(object: &Object) -> Self {
        let is_known = !object.is_lazy();
        Self { name: object.to_string(), token: object.client().token_kind(), is_known }
    }

    /// A first look that is refused: whoever may start a pipeline may not always read it.
    pub(super) fn explain(&self, error: Error) -> Error {
        const ROLE: &str = "that takes the scope `read_api` or `api`, and a role in the project";
        let reason = match (self.token, error.kind()) {
            _ if !error.is_hidden() => return error,
            (None, _) => "The client has no token, and starting a pipeline takes a trigger token alone, but reading one \
                          takes a user's: a personal, project or group access token with the scope `read_api`."
                .to_owned(),
            (Some(TokenKind::Job), _) => "A job token reads pipelines of those projects only whose settings let its own \
                                          project in (\"Job token permissions\"); else it takes an access token with the \
                                          scope `read_api`."
                .to_owned(),
            // A token that is wrong or has expired is explained already.
            (Some(_), ErrorKind::Auth) => return error,
            (Some(_), ErrorKind::NotFound) if !self.is_known => {
                format!("The project has no {}, or the token may not see it: {ROLE}.", self.name)
            }
            (Some(_), _) => format!("The client's token cannot read it: {ROLE}."),
        };
        error.with_hint(format!(
            "{reason} Another token is named by GITLAB_TOKEN or --token-file; a script may wait with a client that has one: \
             `wait(#{{client: gl}})`."
        ))
    }
}
