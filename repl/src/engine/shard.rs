//! `shard(list)`: this node's share of a list, where GitLab runs a job several times with `parallel:`. GitLab sets
//! `CI_NODE_TOTAL` in every job, to 1 without `parallel:`, and `CI_NODE_INDEX` only with it.

use rhai::{Array, Dynamic, Engine, EvalAltResult};

use super::error::raise_usage_with;
use super::items::Items;

const INDEX: &str = "CI_NODE_INDEX";
const TOTAL: &str = "CI_NODE_TOTAL";

pub(crate) fn register(engine: &mut Engine) {
    engine.register_fn("shard", |list: Dynamic| shard(list));
}

fn shard(list: Dynamic) -> Result<Array, Box<EvalAltResult>> {
    let items = Items::of("shard", list)?;
    let read = |name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let share = Share::read(read(INDEX), read(TOTAL)).map_err(|what| {
        raise_usage_with(
            what,
            "GitLab sets both in a job with `parallel:`, and only CI_NODE_TOTAL, to 1, in any other; elsewhere unset both, or \
             set them to numbers such as 1 and 4.",
        )
    })?;
    Ok(share.of(items.all()?))
}

/// Every item whose place leaves this remainder.
#[derive(Debug, PartialEq, Eq)]
struct Share {
    remainder: usize,
    nodes: usize,
}

impl Share {
    /// The share of the node with this number, counted from 1, among so many; everything when there is one node, or none.
    fn read(index: Option<String>, total: Option<String>) -> Result<Self, String> {
        let number = |name: &str, text: String| {
            let number: Option<usize> = text.trim().parse().ok().filter(|number| *number > 0);
            number.ok_or_else(|| format!("{name} must be a number from 1, not {text:?}"))
        };
        let index = index.map(|text| number(INDEX, text)).transpose()?;
        let total = total.map(|text| number(TOTAL, text)).transpose()?;
        match (index, total) {
            (None, None | Some(1)) => Ok(Self { remainder: 0, nodes: 1 }),
            (None, Some(total)) => Err(format!("{TOTAL} is {total}, and {INDEX} is not set")),
            (Some(_), None) => Err(format!("{INDEX} is set, and {TOTAL} is not")),
            (Some(index), Some(total)) if index > total => {
                Err(format!("{INDEX} is {index}, and there are {total} nodes ({TOTAL})"))
            }
            (Some(index), Some(total)) => Ok(Self { remainder: index - 1, nodes: total }),
        }
    }

    /// Neighbours go to different nodes: they are often alike, and so no node gets all of the large ones.
    fn of(&self, items: Array) -> Array {
        items.into_iter().skip(self.remainder).step_by(self.nodes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(index: Option<&str>, total: Option<&str>) -> Result<Share, String> {
        Share::read(index.map(str::to_owned), total.map(str::to_owned))
    }

    #[test]
    fn the_shares_of_all_nodes_are_the_list() {
        let list = || (0_i64..10).map(Dynamic::from).collect::<Array>();
        let numbers = |items: Array| items.iter().map(|item| item.as_int().unwrap()).collect::<Vec<_>>();
        // A job without `parallel:` knows that it is one of one, and no number of its own.
        for total in [None, Some("1")] {
            assert_eq!(numbers(read(None, total).unwrap().of(list())), (0..10).collect::<Vec<_>>());
        }
        let shares: Vec<_> =
            ["1", "2", "3"].map(|node| numbers(read(Some(node), Some("3")).unwrap().of(list()))).into();
        assert_eq!(shares, [vec![0, 3, 6, 9], vec![1, 4, 7], vec![2, 5, 8]]);
        assert_eq!(numbers(read(Some("12"), Some("12")).unwrap().of(list())), [0_i64; 0]);
    }

    #[test]
    fn nonsense_is_told_by_its_name() {
        for (index, total, words) in [
            (Some("1"), None, "CI_NODE_INDEX is set, and CI_NODE_TOTAL is not"),
            (None, Some("4"), "CI_NODE_TOTAL is 4, and CI_NODE_INDEX is not set"),
            (None, Some("one"), "CI_NODE_TOTAL must be a number from 1, not \"one\""),
            (Some("0"), Some("4"), "CI_NODE_INDEX must be a number from 1, not \"0\""),
            (Some("5"), Some("4"), "CI_NODE_INDEX is 5, and there are 4 nodes (CI_NODE_TOTAL)"),
            (Some("1"), Some("four"), "CI_NODE_TOTAL must be a number from 1, not \"four\""),
            (Some(""), Some("4"), "CI_NODE_INDEX must be a number from 1, not \"\""),
            (Some("-1"), Some("4"), "CI_NODE_INDEX must be a number from 1, not \"-1\""),
        ] {
            assert_eq!(read(index, total), Err(words.to_owned()), "{index:?} {total:?}");
        }
    }
}
