use std::collections::HashMap;

use wharf_core::CallRates;

use super::{Sources, parse};
use crate::products;

/// `[rate_limits]`
pub(super) fn read(sources: &mut Sources<'_>) -> CallRates {
    let default = CallRates::default();
    CallRates {
        enabled: sources.value_or("rate_limits.enabled", parse::truth, default.enabled),
        percent: sources.value_or("rate_limits.percent", rate, default.percent),
        actions: sources.value_or("rate_limits.actions", actions, default.actions),
    }
}

fn rate(text: &str) -> Result<u32, String> {
    text.trim().parse().ok().filter(|rate| *rate > 0).ok_or_else(|| format!("`{text}` is no number above 0"))
}

/// `ACTION=RATE` with commas between.
fn actions(text: &str) -> Result<HashMap<String, u32>, String> {
    let products = products::all();
    let one = |part: &str| {
        let (action, number) = part
            .split_once('=')
            .ok_or_else(|| format!("`{}` is not ACTION=RATE, such as DescribeImages=50", part.trim()))?;
        let action = action.trim();
        if !products.iter().any(|product| product.knows(action)) {
            return Err(format!("there is no action `{action}`"));
        }
        Ok((action.to_owned(), rate(number)?))
    };
    text.split(',').map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::actions;

    #[test]
    fn rates_of_single_actions_are_read() {
        let read = actions("DescribeImages=50, CreateInstance = 1").unwrap();
        assert_eq!((read["DescribeImages"], read["CreateInstance"]), (50, 1));
        for wrong in ["", "DescribeImages", "DescribeImages=0", "DescribeImages=x", "NoSuchAction=1", "=1"] {
            assert!(actions(wrong).is_err(), "{wrong}");
        }
    }
}
