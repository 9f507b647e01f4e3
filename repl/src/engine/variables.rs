//! Which variables a script takes from outside, read off its syntax tree. Nothing is run.

use std::collections::BTreeSet;

use rhai::{ASTNode, Engine, Expr, OptimizationLevel, ParseError};

use super::keyword;

/// The names of the variables that a script uses without declaring them before.
///
/// # Errors
///
/// The first thing that is no Rhai.
///
/// ```
/// let free = rhailab::engine::free_variables("let job = project.jobs.get(job.id); job.name")?;
/// assert!(free.into_iter().eq(["job", "project"]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn free_variables(script: &str) -> Result<BTreeSet<String>, ParseError> {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::None);
    keyword::allow_after_dot(&mut engine);
    keyword::begin_script(Vec::new());
    let mut free = BTreeSet::new();
    engine.compile(script)?.walk(&mut |path| {
        // A variable that was declared has the place of its declaration.
        if let Some(ASTNode::Expr(Expr::Variable(variable, None, _))) = path.last()
            && variable.0.is_none()
        {
            free.insert(variable.1.to_string());
        }
        true
    });
    Ok(free)
}
