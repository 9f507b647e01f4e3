//! Waiting for what has a status: pipelines and jobs.

use crate::error::Error;
use crate::wait::{Wait, Waiting};
use crate::{ProjectJob, ProjectPipeline, ProjectPipelineJob};

macro_rules! waits {
    ($($object:ident),*) => {
        $(impl<D> $object<D> {
            /// Waits until it has ended, and answers it in its last state.
            ///
            /// The status decides, never `finished_at`: that is null for what was skipped or is blocked, and stale after a
            /// retry of a pipeline. A job that is retried is another job; the wait is for this one.
            ///
            /// # Errors
            ///
            /// [`crate::ErrorKind::Deadline`] when the deadline passes, [`crate::ErrorKind::Pipeline`] when success was asked
            /// for and did not come, else whatever reading it gives.
            pub async fn wait(&self, options: Wait) -> Result<$object, Error> {
                self.waiting(options)?.finish().await?.typed()
            }

            /// The same, event by event.
            ///
            /// # Errors
            ///
            /// [`crate::ErrorKind::Usage`] when the options do not fit; see [`Waiting::new`].
            pub fn waiting(&self, options: Wait) -> Result<Waiting, Error> {
                Waiting::new(self.object(), options)
            }
        })*
    };
}

waits!(ProjectPipeline, ProjectJob, ProjectPipelineJob);
