//! What bytes are, without showing them: their number, and their kind as far as their beginning tells it.

/// Beginnings by which kinds of files are known.
const BEGINNINGS: [(&[u8], &str); 7] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "gzip"),
    (b"\x89PNG", "a PNG image"),
    (b"%PDF", "a PDF document"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x7fELF", "a program"),
];

/// One line about them.
pub(super) fn describe(bytes: &[u8]) -> String {
    let known = BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning)).map(|(_, kind)| *kind);
    let kind = match known {
        Some(kind) => kind,
        None if bytes.is_empty() => return "no bytes".to_owned(),
        None if std::str::from_utf8(bytes).is_ok() => "text; `as_string()` reads it",
        None => "binary",
    };
    format!("{} ({kind})", size(bytes.len()))
}

fn size(bytes: usize) -> String {
    const UNITS: [(usize, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => {
            let tenths = bytes.saturating_mul(10) / unit;
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn bytes_are_described_and_not_shown() {
        assert_eq!(describe(b""), "no bytes");
        assert_eq!(describe(b"PK\x03\x04rest"), "8 bytes (a zip archive)");
        assert_eq!(describe("grün".as_bytes()), "5 bytes (text; `as_string()` reads it)");
        assert_eq!(describe(&[0xff; 1536]), "1.5 KiB (binary)");
    }
}
