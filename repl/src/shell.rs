//! The interactive shell: what a person at a terminal needs beyond running scripts. Its parts know the
//! endpoint table and the engine's tables; none of them names a resource of GitLab's.

pub mod complete;
