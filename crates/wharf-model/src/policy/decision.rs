use super::{Effect, Policy, Request, Statement};

/// What policies say of a request. Policies and statements are told by their place, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it, and none denies it.
    Allow {
        /// Which policy.
        policy: usize,
        /// Which of its statements.
        statement: usize,
    },
    /// A statement denies it.
    ExplicitDeny {
        /// Which policy.
        policy: usize,
        /// Which of its statements.
        statement: usize,
    },
    /// No statement says anything of it.
    ImplicitDeny,
}

/// How much of what begins alike policies allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coverage {
    /// Nothing.
    Nothing,
    /// Some of it perhaps: each has to be asked for.
    Some,
    /// All of it.
    All,
}

/// Why a statement applies to a request, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its actions are others.
    OtherAction,
    /// Its resources are others.
    OtherResource,
    /// A condition does not hold.
    UnmetCondition(
        /// The condition's operator.
        &'static str,
    ),
    /// It applies, and this follows.
    Applies(Effect),
}

/// What `policies` say of `request` together.
pub fn decide<'p>(policies: impl IntoIterator<Item = &'p Policy>, request: &Request<'_>) -> Decision {
    let mut decision = Decision::ImplicitDeny;
    for (policy, statements) in policies.into_iter().enumerate() {
        for (statement, outcome) in explain(statements, request).enumerate() {
            match outcome {
                Outcome::Applies(Effect::Deny) => return Decision::ExplicitDeny { policy, statement },
                Outcome::Applies(Effect::Allow) if decision == Decision::ImplicitDeny => {
                    decision = Decision::Allow { policy, statement };
                }
                _ => {}
            }
        }
    }
    decision
}

/// What becomes of each statement of a policy.
pub fn explain(policy: &Policy, request: &Request<'_>) -> impl Iterator<Item = Outcome> {
    policy.statements.iter().map(|statement| {
        if !statement.names_action(request) {
            Outcome::OtherAction
        } else if !statement
            .resources
            .iter()
            .any(|resource| resource.matches(request.resource, request.owner))
        {
            Outcome::OtherResource
        } else {
            statement.unmet(request).map_or(Outcome::Applies(statement.effect), Outcome::UnmetCondition)
        }
    })
}

impl Coverage {
    /// How much `policies` allow of the resources whose path begins with `prefix`, in the region and account of the
    /// request's resource; in every region where `regions` says so. Whose path that is does not matter.
    pub fn of<'p>(
        policies: impl IntoIterator<Item = &'p Policy>,
        request: &Request<'_>,
        prefix: &str,
        regions: bool,
    ) -> Self {
        let mut coverage = Self::Nothing;
        let mut denied = false;
        for statement in policies.into_iter().flat_map(|policy| &policy.statements) {
            if !statement.names_action(request) || statement.unmet(request).is_some() {
                continue;
            }
            let all = |resource: &super::ResourcePattern| {
                resource.matches_all_below(request.resource, request.owner, prefix, regions)
            };
            match statement.effect {
                Effect::Deny => denied = true,
                Effect::Allow if statement.resources.iter().any(all) => coverage = Self::All,
                Effect::Allow => coverage = coverage.max(Self::Some),
            }
        }
        if denied { coverage.min(Self::Some) } else { coverage }
    }
}

impl Statement {
    fn names_action(&self, request: &Request<'_>) -> bool {
        self.actions.iter().any(|action| action.matches(request.action))
    }

    /// The first condition that does not hold. One of which that cannot be told lets nobody in.
    fn unmet(&self, request: &Request<'_>) -> Option<&'static str> {
        let unknown = self.effect == Effect::Deny;
        let unmet = self.conditions.iter().find(|condition| !condition.holds(request).unwrap_or(unknown));
        unmet.map(super::Condition::operator)
    }
}

#[cfg(test)]
mod tests {
    use super::{Coverage, Decision, Outcome, decide, explain};
    use crate::{
        Timestamp, Uin,
        policy::{Effect, Policy, Request, ResourceName},
    };

    fn policy(statements: &str) -> Policy {
        format!(r#"{{"version":"2.0","statement":[{statements}]}}"#).parse().unwrap()
    }

    fn statement(effect: &str, action: &str, resource: &str) -> String {
        format!(r#"{{"effect":"{effect}","action":"{action}","resource":"{resource}"}}"#)
    }

    /// Calls `ask` with a request for `action` on `path` of the root account, in Guangzhou.
    fn with<T>(action: &str, path: &str, ask: impl FnOnce(&Request<'_>) -> T) -> T {
        let text = format!("qcs::tcr:::{path}");
        let resource = ResourceName::parse(&text, "ap-guangzhou", Uin::ROOT).unwrap();
        let time = Timestamp::from_microseconds(0);
        ask(&Request { action, resource: &resource, address: None, time, owner: Uin::ROOT })
    }

    #[test]
    fn deny_beats_allow_and_nothing_said_is_refused() {
        let everything = policy(&statement("allow", "*", "*"));
        let reader = policy(&format!(
            "{},{}",
            statement("allow", "tcr:Describe*", "qcs::tcr:::repository/tcr-abc/*"),
            statement("allow", "tcr:PullRepository", "qcs::tcr:::repository/tcr-abc/*"),
        ));
        let guard = policy(&statement("deny", "tcr:Delete*", "*"));
        let decided = |policies: &[&Policy], action| {
            with(action, "repository/tcr-abc/team/app", |request| decide(policies.iter().copied(), request))
        };
        let allow = |policy, statement| Decision::Allow { policy, statement };
        assert_eq!(decided(&[], "tcr:PullRepository"), Decision::ImplicitDeny);
        assert_eq!(decided(&[&everything], "tcr:PullRepository"), allow(0, 0));
        assert_eq!(decided(&[&reader], "tcr:PullRepository"), allow(0, 1));
        assert_eq!(decided(&[&reader], "tcr:PushRepository"), Decision::ImplicitDeny);
        assert_eq!(decided(&[&guard, &reader, &everything], "tcr:PullRepository"), allow(1, 1));
        let denied = Decision::ExplicitDeny { policy: 1, statement: 0 };
        assert_eq!(decided(&[&everything, &guard], "tcr:DeleteImage"), denied);
        assert_eq!(decided(&[&guard], "tcr:PullRepository"), Decision::ImplicitDeny);
    }

    #[test]
    fn an_unknown_address_lets_nobody_in() {
        let network = r#""condition":{"ip_not_equal":{"qcs:ip":"10.0.0.0/8"}}"#;
        for (effect, expected) in
            [("allow", Outcome::UnmetCondition("ip_not_equal")), ("deny", Outcome::Applies(Effect::Deny))]
        {
            let policy = policy(&format!(r#"{{"effect":"{effect}","action":"*","resource":"*",{network}}}"#));
            let outcomes: Vec<_> = with("tcr:x", "*", |request| explain(&policy, request).collect());
            assert_eq!(outcomes, [expected]);
        }
    }

    #[test]
    fn each_statement_is_explained() {
        let policy = policy(&format!(
            "{},{},{}",
            statement("allow", "tcr:Describe*", "*"),
            statement("allow", "tcr:PullRepository", "qcs::tcr:::repository/tcr-abc/base/*"),
            statement("deny", "tcr:Pull*", "qcs::tcr:::repository/tcr-abc/team/*"),
        ));
        let outcomes: Vec<_> = with("tcr:PullRepository", "repository/tcr-abc/team/app", |request| {
            explain(&policy, request).collect()
        });
        let denied = Outcome::Applies(Effect::Deny);
        assert_eq!(outcomes, [Outcome::OtherAction, Outcome::OtherResource, denied]);
    }

    #[test]
    fn coverage_tells_whether_each_has_to_be_asked_for() {
        let all = statement("allow", "tcr:*", "qcs::tcr:::repository/tcr-abc/*");
        let one = statement("allow", "tcr:*", "qcs::tcr:::repository/tcr-abc/team/*");
        let deny = statement("deny", "tcr:*", "qcs::tcr:::repository/tcr-abc/secret/*");
        for (statements, expected) in [
            (vec![&all], Coverage::All),
            (vec![&one, &all], Coverage::All),
            (vec![&one], Coverage::Some),
            (vec![&all, &deny], Coverage::Some),
            (vec![&deny], Coverage::Nothing),
        ] {
            let policies: Vec<_> = statements.into_iter().map(|statement| policy(statement)).collect();
            let coverage = with("tcr:PullRepository", "repository/tcr-abc/*", |request| {
                Coverage::of(&policies, request, "repository/tcr-abc/", false)
            });
            assert_eq!(coverage, expected);
        }
        let here = policy(&statement("allow", "tcr:*", "qcs::tcr:ap-guangzhou::instance/*"));
        for (regions, expected) in [(false, Coverage::All), (true, Coverage::Some)] {
            let coverage = with("tcr:DescribeInstances", "instance/*", |request| {
                Coverage::of([&here], request, "instance/", regions)
            });
            assert_eq!(coverage, expected);
        }
    }
}
