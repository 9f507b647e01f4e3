//! The picture in a real terminal multiplexer, which keeps what leaves the screen.

use std::process::Command;

use rhailab_tests::{Folder, run};

use super::{RHAILAB, TOKEN, running};

#[test]
fn tmux_keeps_no_copies_of_the_picture() {
    if Command::new("tmux").arg("-V").output().is_err() {
        println!("skipped: there is no tmux here");
        return;
    }
    let server = running();
    let tmux = Tmux::start(&[
        "env",
        "-i",
        "TERM=screen",
        &format!("GITLAB_URL={}", server.url()),
        &format!("GITLAB_TOKEN={TOKEN}"),
        RHAILAB,
        "wait",
        "demo/app",
        "104",
        "--poll",
        "10ms",
    ]);
    let mut pictures = Vec::new();
    while pictures.len() < 5 {
        let shown = tmux.says(&["capture-pane", "-p"]);
        let sign = shown.lines().find(|row| row.contains("pipeline 104 running")).map(str::to_owned);
        pictures.extend(sign);
        pictures.dedup();
        std::thread::yield_now();
    }
    assert_eq!(tmux.says(&["display-message", "-p", "#{history_size}"]), "0\n");
}

/// A terminal of tmux's own, with a server that ends with it.
struct Tmux(Folder);

impl Tmux {
    fn start(command: &[&str]) -> Self {
        let tmux = Self(Folder::new());
        tmux.says(
            &[&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "--"], command].concat(),
        );
        tmux
    }

    fn says(&self, args: &[&str]) -> String {
        let outcome = run(Command::new("tmux").arg("-S").arg(self.0.path().join("tmux")).args(args));
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        outcome.stdout
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.says(&["kill-server"]);
    }
}
