//! A large artifact to a file, against `curl -o`, and through a closure: `cargo bench --bench downloads`, with a number of
//! MiB behind `--` if it shall be another than 1024. Prints times, ratios and memory; nothing here fails.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and may stop where it is"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const MIB: usize = 1024 * 1024;

/// Each way is taken so often, in turns, so that whatever else the machine does meets all of them.
const ROUNDS: usize = 5;

/// How a download is begun.
type Way<'a> = Box<dyn Fn() -> Command + 'a>;

/// What one run cost.
#[derive(Clone, Copy)]
struct Cost {
    time: Duration,
    /// The most memory that the program held, in KiB.
    memory: u64,
}

fn main() {
    let size = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(1024) * MIB;
    let folder = tempfile::tempdir().unwrap();
    let url = serve(size);
    let target = folder.path().join("a.zip");
    let ways: [(&str, Way<'_>); 4] = [
        ("curl -o", Box::new(|| curl(&url, &target))),
        ("curl -o, then sync of the file", Box::new(|| curl_and_sync(&url, &target))),
        ("artifacts(#{to: …})", Box::new(|| script(&url, &format!("job.artifacts(#{{to: {target:?}}});")))),
        ("artifacts(#{action: |chunk| f.write(chunk)})", Box::new(|| script(&url, &closure(&target)))),
    ];
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); ways.len()];
    for _ in 0..ROUNDS {
        for (way, costs) in ways.iter().zip(&mut costs) {
            costs.push(measure(way.1(), &target, size));
        }
    }
    println!("{} MiB, the best and the middle of {ROUNDS} rounds", size / MIB);
    for ((name, _), costs) in ways.iter().zip(&mut costs) {
        costs.sort_by_key(|cost| cost.time);
        let memory = costs.iter().map(|cost| cost.memory).max().unwrap_or_default();
        let (best, middle) = (costs[0].time.as_secs_f64(), costs[ROUNDS / 2].time.as_secs_f64());
        println!("{name:<46} {best:>7.3} s {middle:>7.3} s {:>7.1} MB", memory as f64 * 1024.0 / 1e6);
    }
    let middle = |way: usize| costs[way][ROUNDS / 2].time.as_secs_f64();
    println!("to a file / curl -o            {:.2}", middle(2) / middle(0));
    println!("to a file / curl -o and sync   {:.2}", middle(2) / middle(1));
    println!("closure / to a file            {:.2}", middle(3) / middle(2));
    let small =
        measure(script(&serve(16 * MIB), &format!("job.artifacts(#{{to: {target:?}}});")), &target, 16 * MIB);
    println!("memory for 16 MiB              {:.1} MB", small.memory as f64 * 1024.0 / 1e6);
}

fn curl(url: &str, target: &Path) -> Command {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--fail", "-o"])
        .arg(target)
        .arg(format!("{url}/api/v4/projects/1/jobs/7/artifacts"));
    command
}

/// What it takes to have the file on the disk, as a download of ours has it.
fn curl_and_sync(url: &str, target: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "curl --silent --fail -o \"$0\" \"$1\" && sync \"$0\""]);
    command.arg(target).arg(format!("{url}/api/v4/projects/1/jobs/7/artifacts"));
    command
}

fn script(url: &str, text: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rhailab"));
    let job = "let job = gl.projects.get(1, #{lazy: true}).jobs.get(7, #{lazy: true});";
    command.env_clear().env("GITLAB_URL", url).args(["eval", &format!("{job} {text} ()")]);
    command
}

fn closure(target: &Path) -> String {
    format!(
        "let f = open_file({target:?}, \"w\"); job.artifacts(#{{action: |chunk| f.write(chunk)}}); f.close();"
    )
}

fn measure(mut command: Command, target: &Path, size: usize) -> Cost {
    let _ = std::fs::remove_file(target);
    // Giving back the space of the file before is no part of this run.
    let _ = std::fs::File::open(target.parent().unwrap()).and_then(|folder| folder.sync_all());
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    let ended = loop {
        let now = std::fs::read_to_string(&status).unwrap_or_default();
        let peak: Option<u64> = now
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        memory = peak.unwrap_or_default().max(memory);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let time = begun.elapsed();
    assert!(ended.success() && std::fs::metadata(target).unwrap().len() == size as u64, "{command:?} failed");
    Cost { time, memory }
}

/// A server of one file of this size, and its URL.
fn serve(size: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever goes away early is measured as such.
            let _ = send(&stream, size);
        }
    });
    url
}

fn send(mut stream: &TcpStream, size: usize) -> std::io::Result<()> {
    for line in BufReader::new(stream).lines() {
        if line?.is_empty() {
            break;
        }
    }
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {size}\r\netag: \"v1\"\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    let piece: Vec<u8> = (0..MIB).map(|n| (n % 251) as u8).collect();
    for _ in 0..size / MIB {
        stream.write_all(&piece)?;
    }
    Ok(())
}
