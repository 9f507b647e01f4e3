//! The progress of downloads, as bars on standard error. A bar appears when a download takes longer than a moment and is
//! gone when it ends; whatever else is written meanwhile stands above it. What a download is, this module need not know.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
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
    seen: Arc<Mutex<Option<DownloadProgress>>>,
    /// It measures the rate from the beginning on, seen or not.
    bar: ProgressBar,
    appears: Instant,
    is_drawn: bool,
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
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(style(false));
        bar.set_message(one_line(name));
        (download, Some(Self { seen, bar, appears: Instant::now() + MOMENT, is_drawn: false }))
    }

    /// Draws the bar as it stands, once its moment has come. It is not drawn more often than one can see.
    fn draw(&mut self) {
        let Some(progress) = *self.seen.lock().unwrap_or_else(PoisonError::into_inner) else {
            return;
        };
        if self.bar.length() != progress.expected {
            self.bar.set_style(style(progress.expected.is_some()));
            match progress.expected {
                Some(expected) => self.bar.set_length(expected),
                None => self.bar.unset_length(),
            }
        }
        self.bar.set_position(progress.arrived);
        if !self.is_drawn && Instant::now() >= self.appears {
            self.is_drawn = true;
            self.bar = BARS.get_or_init(MultiProgress::new).add(self.bar.clone());
            self.bar.tick();
        }
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
        self.bar.finish_and_clear();
        if let Some(bars) = BARS.get() {
            bars.remove(&self.bar);
        }
    }
}

fn style(has_length: bool) -> ProgressStyle {
    let template = if has_length {
        "{wide_msg} [{bar:12}] {bytes} of {total_bytes}  {binary_bytes_per_sec}  {eta} left"
    } else {
        "{wide_msg} {bytes}  {binary_bytes_per_sec}"
    };
    // Only a template that is wrong fails, and the other one shows as much.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
