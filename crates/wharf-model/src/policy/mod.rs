//! Permission policies in the form of Tencent Cloud's Cloud Access Management (CAM): what a document says, and what
//! follows from it for a request.
//!
//! A document is `{"version":"2.0","statement":[{"effect":…,"action":…,"resource":…,"condition":…}]}`. A statement
//! applies to a request when one of its actions, one of its resources and all of its conditions fit. A statement that
//! applies and denies beats all others; without one that allows, the request is refused.

mod action;
mod condition;
mod decision;
mod json;
mod parse;
mod pattern;
mod resource;

use std::net::IpAddr;

use crate::{Timestamp, Uin};

pub use decision::{Coverage, Decision, Outcome, decide, explain};
pub use parse::InvalidPolicy;
pub use resource::{ResourceName, ResourcePath};

use action::ActionPattern;
use condition::Condition;
use resource::ResourcePattern;

/// A policy document that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    statements: Vec<Statement>,
}

/// A permission or a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Statement {
    effect: Effect,
    actions: Vec<ActionPattern>,
    resources: Vec<ResourcePattern>,
    conditions: Vec<Condition>,
}

/// What follows where a statement applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// `allow`
    Allow,
    /// `deny`
    Deny,
}

/// Something that somebody wants to do, and what else is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// What, such as `tcr:CreateNamespace`.
    pub action: &'r str,
    /// To what.
    pub resource: &'r ResourceName<'r>,
    /// From where (`qcs:ip`). What hangs on an address that is not known is not allowed.
    pub address: Option<IpAddr>,
    /// When (`qcs:current_time`).
    pub time: Timestamp,
    /// The account that the policies belong to: the one that a resource without an account is of.
    pub owner: Uin,
}

impl Effect {
    /// The effect's name in a document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}
