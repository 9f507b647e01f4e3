//! Runs a piece of script for tests, with a client that reaches nobody.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, Scope};
use rhailab_client::{Bytes, Gitlab, write_file};

use crate::engine::bridge::Bridge;
use crate::engine::files::Chunk;
use crate::engine::{Printer, ScriptEngine, World, WrittenRef};

#[derive(Debug)]
struct Nowhere;

impl Printer for Nowhere {
    fn print(&self, _: &str) -> std::io::Result<()> {
        Ok(())
    }

    fn write(&self, _: &str) -> std::io::Result<()> {
        Ok(())
    }

    fn note(&self, _: &str) -> std::io::Result<()> {
        Ok(())
    }
}

/// The value of a script; `chunk` is a piece of a download there, and `written` a file that was written for it.
pub(crate) fn eval(script: &str) -> Result<Dynamic, Box<EvalAltResult>> {
    let client = Gitlab::builder("http://127.0.0.1:1").build().unwrap();
    let print = Arc::new(Nowhere);
    let engine = ScriptEngine::new(&World { client, args: Vec::new(), bridge: Bridge::default(), print });
    let mut scope = Scope::new();
    scope.push("chunk", Chunk(Bytes::from_static(b"bytes")));
    let folder = tempfile::tempdir().unwrap();
    let bridge = Bridge::default();
    let written = bridge.wait(write_file(folder.path().join("a.txt"), b"abc")).unwrap().unwrap();
    scope.push("written", WrittenRef::new(written, &bridge));
    engine.engine.eval_with_scope(&mut scope, script)
}
