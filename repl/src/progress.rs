//! The progress of downloads, as bars on standard error. A bar appears when a download takes longer than a moment and is
//! gone when it ends; whatever else is written meanwhile stands above it. What a download is, this module need not know.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use rhailab_client::{Download, DownloadProgress};

use crate::output::terminal::one_line;

/// What is over sooner is not worth a bar that flickers.
const MOMENT: Duration = Duration::from_millis(500);

/// How often a bar is drawn.
const FRAME: Duration = Duration::from_millis(100);

static SHOWN: AtomicBool = AtomicBool::new(false);

/// All bars of the program, which share the last lines of the terminal.
static BARS: OnceLock<MultiProgress> = OnceLock::new();

/// Whether bars are shown from now on.
pub(crate) fn show(yes: bool) {
    SHOWN.store(yes, Ordering::Relaxed);
}

/// Writes something else to the terminal, without tearing the bars.
pub(crate) fn aside<T>(write: impl FnOnce() -> T) -> T {
    match BARS.get() {
        Some(bars) => bars.suspend(write),
        None => write(),
    }
}

/// The progress of one download.
#[derive(Debug)]
pub(crate) struct Bar {
    name: String,
    seen: Arc<Mutex<Option<DownloadProgress>>>,
    /// When it is drawn next.
    next: Instant,
    drawn: Option<ProgressBar>,
}

impl Bar {
    /// A bar with this name, if bars are shown, and the download that moves it.
    pub(crate) fn of(download: Download, name: &str) -> (Download, Option<Self>) {
        if !SHOWN.load(Ordering::Relaxed) {
            return (download, None);
        }
        let seen = Arc::new(Mutex::new(None));
        let told = Arc::clone(&seen);
        let download = download.on_progress(move |progress| {
            *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
        });
        (download, Some(Self { name: one_line(name), seen, next: Instant::now() + MOMENT, drawn: None }))
    }

    /// Draws the bar as it stands, once its moment has come, and not more often than one can see.
    fn draw(&mut self) {
        let now = Instant::now();
        let progress = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(progress) = progress.filter(|_| now >= self.next) else {
            return;
        };
        self.next = now + FRAME;
        let bar = self.drawn.get_or_insert_with(|| {
            let bar = ProgressBar::no_length().with_message(self.name.clone()).with_style(style(false));
            BARS.get_or_init(MultiProgress::new).add(bar.with_elapsed(MOMENT))
        });
        if bar.length() != progress.expected {
            bar.set_style(style(progress.expected.is_some()));
            match progress.expected {
                Some(expected) => bar.set_length(expected),
                None => bar.unset_length(),
            }
        }
        bar.set_position(progress.arrived);
        bar.tick();
    }
}

/// Does the work, and shows the bar beside it.
pub(crate) async fn beside<T>(bar: &mut Option<Bar>, work: impl Future<Output = T>) -> T {
    let Some(bar) = bar else {
        return work.await;
    };
    bar.draw();
    let mut work = std::pin::pin!(work);
    let mut frames = tokio::time::interval(FRAME);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = frames.tick() => bar.draw(),
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let (Some(bar), Some(bars)) = (&self.drawn, BARS.get()) {
            bar.finish_and_clear();
            bars.remove(bar);
        }
    }
}

fn style(has_length: bool) -> ProgressStyle {
    let template = if has_length {
        "{wide_msg} [{bar:20}] {bytes} of {total_bytes}  {binary_bytes_per_sec}  {eta} left"
    } else {
        "{wide_msg} {bytes}  {binary_bytes_per_sec}"
    };
    // Only a template that is wrong fails, and the other one shows as much.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
