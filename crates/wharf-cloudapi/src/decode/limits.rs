//! Ranges of parameters: of an integer its value, of a text its characters, of an array its items.

use std::ops::{RangeFrom, RangeInclusive, RangeToInclusive};

use super::Path;
use crate::{Message, Refusal, say};

/// A declared range, its ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    least: Option<i64>,
    most: Option<i64>,
    unit: Unit,
}

/// What a range is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number's value.
    Value,
    /// A text's characters.
    Characters,
    /// An array's items.
    Items,
}

/// A value that a range can be declared for.
pub trait Measured {
    /// What is measured.
    const UNIT: Unit;

    /// How much it is; none where there is no value.
    fn measure(&self) -> Option<i128>;
}

impl Measured for i64 {
    const UNIT: Unit = Unit::Value;

    fn measure(&self) -> Option<i128> {
        Some(i128::from(*self))
    }
}

impl Measured for u64 {
    const UNIT: Unit = Unit::Value;

    fn measure(&self) -> Option<i128> {
        Some(i128::from(*self))
    }
}

impl Measured for String {
    const UNIT: Unit = Unit::Characters;

    fn measure(&self) -> Option<i128> {
        i128::try_from(self.chars().count()).ok()
    }
}

impl<T> Measured for Vec<T> {
    const UNIT: Unit = Unit::Items;

    fn measure(&self) -> Option<i128> {
        i128::try_from(self.len()).ok()
    }
}

impl<T: Measured> Measured for Option<T> {
    const UNIT: Unit = T::UNIT;

    fn measure(&self) -> Option<i128> {
        self.as_ref()?.measure()
    }
}

/// A range as it is written in a declaration: `1..=100`, `1..` or `..=20`.
pub trait Ends {
    /// The least and the greatest.
    fn ends(self) -> (Option<i64>, Option<i64>);
}

impl Ends for RangeInclusive<i64> {
    fn ends(self) -> (Option<i64>, Option<i64>) {
        (Some(*self.start()), Some(*self.end()))
    }
}

impl Ends for RangeFrom<i64> {
    fn ends(self) -> (Option<i64>, Option<i64>) {
        (Some(self.start), None)
    }
}

impl Ends for RangeToInclusive<i64> {
    fn ends(self) -> (Option<i64>, Option<i64>) {
        (None, Some(self.end))
    }
}

impl Limits {
    /// The range for values of type `T`.
    pub fn of<T: Measured>(range: impl Ends) -> Self {
        let (least, most) = range.ends();
        Self { least, most, unit: T::UNIT }
    }

    /// The least that is allowed.
    pub const fn least(&self) -> Option<i64> {
        self.least
    }

    /// The most that is allowed.
    pub const fn most(&self) -> Option<i64> {
        self.most
    }

    /// The rule in words, such as "1 to 100".
    pub fn rule(&self) -> Message {
        let (english, chinese) = match self.unit {
            Unit::Value => ("", ""),
            Unit::Characters => (" characters", " 个字符"),
            Unit::Items => (" items", " 项"),
        };
        match (self.least, self.most) {
            (Some(least), Some(most)) if least == most => {
                say!("exactly {least}{english}", "必须为 {least}{chinese}")
            }
            (Some(least), Some(most)) => {
                say!("{least} to {most}{english}", "须在 {least} 到 {most}{chinese}之间")
            }
            (Some(least), None) => say!("{least}{english} or more", "不得少于 {least}{chinese}"),
            (None, Some(most)) => say!("{most}{english} at most", "不得超过 {most}{chinese}"),
            (None, None) => say!("anything", "不限"),
        }
    }
}

/// Refuses a value outside of the range.
#[doc(hidden)]
pub fn within<T: Measured>(value: &T, path: &Path, limits: Limits) -> Result<(), Refusal> {
    let outside = |measure: i128| {
        limits.least.is_some_and(|least| measure < i128::from(least))
            || limits.most.is_some_and(|most| measure > i128::from(most))
    };
    if value.measure().is_some_and(outside) {
        return Err(Refusal::NotAllowed { path: path.clone(), rule: limits.rule() });
    }
    Ok(())
}
