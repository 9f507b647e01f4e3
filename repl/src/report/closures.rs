//! The closures of a script, read off its syntax tree, so that a call with the wrong number of arguments can be told from one
//! of a closure that is not there. Nothing is run.

use std::collections::HashMap;

use rhai::{AST, ASTNode, Expr, FnPtr};

/// The closures of scripts by the names that Rhai made up for them.
#[derive(Debug, Default)]
pub(super) struct Closures(HashMap<String, Closure>);

#[derive(Debug, Default)]
struct Closure {
    /// How many parameters it has, with what it captured.
    all: usize,
    /// How many variables it captured: Rhai passes them before the arguments.
    captured: usize,
}

impl Closures {
    /// Takes in those of a script.
    pub(super) fn add(&mut self, program: &AST) {
        let functions = program.iter_functions().filter(|function| is_closure(function.name));
        self.0.extend(
            functions.map(|function| {
                (function.name.to_owned(), Closure { all: function.params.len(), captured: 0 })
            }),
        );
        program.walk(&mut |path| {
            if let Some(ASTNode::Expr(Expr::FnCall(call, _))) = path.last()
                && call.name == "curry"
                && let [Expr::DynamicConstant(closure, _), captured @ ..] = call.args.as_slice()
                && let Some(closure) = closure.read_lock::<FnPtr>()
                && let Some(known) = self.0.get_mut(closure.fn_name())
            {
                known.captured = captured.len();
            }
            true
        });
    }

    /// The parameters that a closure takes, and the arguments with which it was called, if their numbers differ. The call
    /// is as Rhai writes it: `anon$0123 (i64, i64)`.
    pub(super) fn mismatch(&self, call: &str) -> Option<(usize, usize)> {
        let (name, arguments) = call.split_once(" (")?;
        let arguments = arguments.strip_suffix(')')?;
        // The types of values have no comma in their names.
        let passed = if arguments.is_empty() { 0 } else { arguments.split(',').count() };
        let closure = self.0.get(name).filter(|closure| closure.all != passed)?;
        Some((closure.all - closure.captured.min(closure.all), passed.saturating_sub(closure.captured)))
    }
}

/// Whether Rhai made this name up, for a function that has none.
pub(super) fn is_closure(name: &str) -> bool {
    name.starts_with("anon$")
}

#[cfg(test)]
mod tests {
    use rhai::{Engine, OptimizationLevel};

    use super::*;

    #[test]
    fn parameters_are_counted_without_what_a_closure_captured() {
        let mut engine = Engine::new();
        engine.set_optimization_level(OptimizationLevel::None);
        let program = engine.compile("let a = 1; let b = 2; let f = |x| a + b + x; |x, y| x").unwrap();
        let mut closures = Closures::default();
        closures.add(&program);
        let call = |closure: &Closure, arguments: &str| {
            let name = closures.0.iter().find(|(_, known)| std::ptr::eq(*known, closure)).unwrap().0;
            closures.mismatch(&format!("{name} ({arguments})"))
        };
        let capturing = closures.0.values().find(|closure| closure.captured == 2).unwrap();
        let other = closures.0.values().find(|closure| closure.captured == 0).unwrap();
        assert_eq!(call(capturing, "i64, i64"), Some((1, 0)));
        assert_eq!(call(capturing, "i64, i64, i64, i64"), Some((1, 2)));
        assert_eq!(call(capturing, "i64, i64, Object"), None);
        assert_eq!((call(other, ""), call(other, "i64")), (Some((2, 0)), Some((2, 1))));
        assert_eq!(closures.mismatch("anon$0 (i64)"), None);
        assert_eq!(closures.mismatch("f"), None);
    }
}
