//! Conditions of statements: on the caller's address (`qcs:ip`) and on the time (`qcs:current_time`).

use std::{
    cmp::Ordering::{self, Equal, Greater, Less},
    net::IpAddr,
};

use ipnet::IpNet;

use super::Request;
use crate::Timestamp;

const IP: &str = "qcs:ip";
const CURRENT_TIME: &str = "qcs:current_time";

/// One operator with its key and values. It holds when one of the values fits; a negated one when none does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    operator: &'static str,
    negated: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Address(Vec<IpNet>),
    /// How the time may stand to one of these.
    Time(&'static [Ordering], Vec<Timestamp>),
}

type Operator = (&'static str, bool, Kind);

#[derive(Clone, Copy)]
enum Kind {
    Address,
    Time(&'static [Ordering]),
}

const OPERATORS: [Operator; 8] = [
    ("ip_equal", false, Kind::Address),
    ("ip_not_equal", true, Kind::Address),
    ("date_equal", false, Kind::Time(&[Equal])),
    ("date_not_equal", true, Kind::Time(&[Equal])),
    ("date_less_than", false, Kind::Time(&[Less])),
    ("date_less_than_equal", false, Kind::Time(&[Less, Equal])),
    ("date_greater_than", false, Kind::Time(&[Greater])),
    ("date_greater_than_equal", false, Kind::Time(&[Greater, Equal])),
];

impl Condition {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(operator: &str, key: &str, values: &[String]) -> Result<Self, String> {
        let found = OPERATORS.iter().find(|(name, ..)| *name == operator);
        let (operator, negated, kind) = *found.ok_or_else(|| {
            let known: Vec<_> = OPERATORS.iter().map(|(name, ..)| *name).collect();
            format!("there is no operator `{operator}` here, only {}", known.join(", "))
        })?;
        let (known, test) = match kind {
            Kind::Address => {
                (IP, values.iter().map(|value| network(value)).collect::<Result<_, _>>().map(Test::Address))
            }
            Kind::Time(orders) => {
                let times = values.iter().map(|value| time(value)).collect::<Result<_, _>>();
                (CURRENT_TIME, times.map(|times| Test::Time(orders, times)))
            }
        };
        if key != known {
            return Err(format!("`{operator}` looks at `{known}`, not at `{key}`"));
        }
        Ok(Self { operator, negated, test: test? })
    }

    /// The operator's name.
    pub(super) fn operator(&self) -> &'static str {
        self.operator
    }

    /// Whether it holds; nothing when that cannot be told.
    pub(super) fn holds(&self, request: &Request<'_>) -> Option<bool> {
        let fits = match &self.test {
            Test::Address(networks) => {
                let address = request.address?.to_canonical();
                networks.iter().any(|network| network.contains(&address))
            }
            Test::Time(orders, times) => times.iter().any(|time| orders.contains(&request.time.cmp(time))),
        };
        Some(fits != self.negated)
    }
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse()
        .or_else(|_| address())
        .map_err(|_| format!("`{text}` is no address and no network such as 10.0.0.0/8"))
}

fn time(text: &str) -> Result<Timestamp, String> {
    let time = text.parse::<jiff::Timestamp>();
    let time = time.map_err(|_| format!("`{text}` is no time such as 2026-01-01T00:00:00Z"))?;
    Ok(Timestamp::from_microseconds(time.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::Condition;
    use crate::{
        Timestamp, Uin,
        policy::{Request, ResourceName, ResourcePath},
    };

    /// Whether a condition holds at 2026-11-21T12:00:00Z.
    fn holds(operator: &str, key: &str, values: &[&str], address: Option<&str>) -> Option<bool> {
        let values: Vec<_> = values.iter().map(|value| (*value).to_owned()).collect();
        let path = ResourcePath::Everything;
        let resource = ResourceName { service: "tcr", region: "".into(), account: Uin::ROOT, path };
        let request = Request {
            action: "tcr:x",
            resource: &resource,
            address: address.map(|address| address.parse().unwrap()),
            time: Timestamp::from_microseconds(1_795_262_400_000_000),
            owner: Uin::ROOT,
        };
        Condition::parse(operator, key, &values).unwrap().holds(&request)
    }

    #[test]
    fn addresses_are_compared_with_networks() {
        let networks = ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"];
        for (address, inside) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("2001:db8::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(holds("ip_equal", "qcs:ip", &networks, Some(address)), Some(inside), "{address}");
            assert_eq!(holds("ip_not_equal", "qcs:ip", &networks, Some(address)), Some(!inside), "{address}");
        }
        assert_eq!(holds("ip_equal", "qcs:ip", &networks, None), None);
        assert_eq!(holds("ip_not_equal", "qcs:ip", &networks, None), None);
    }

    #[test]
    fn times_are_compared() {
        let (before, now, after) =
            ("2026-11-21T11:59:59Z", "2026-11-21T12:00:00Z", "2026-11-21T20:00:01+08:00");
        for (operator, expected) in [
            ("date_equal", [false, true, false]),
            ("date_not_equal", [true, false, true]),
            ("date_less_than", [false, false, true]),
            ("date_less_than_equal", [false, true, true]),
            ("date_greater_than", [true, false, false]),
            ("date_greater_than_equal", [true, true, false]),
        ] {
            let found = [before, now, after].map(|time| holds(operator, "qcs:current_time", &[time], None));
            assert_eq!(found, expected.map(Some), "{operator}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (operator, key, value) in [
            ("ip_like", "qcs:ip", "10.0.0.0/8"),
            ("string_equal", "qcs:resource_tag", "a&b"),
            ("ip_equal", "qcs:current_time", "10.0.0.0/8"),
            ("ip_equal", "QCS:IP", "10.0.0.0/8"),
            ("ip_equal", "qcs:ip", "10.0.0.0/33"),
            ("date_equal", "qcs:current_time", "tomorrow"),
            ("date_equal", "qcs:current_time", "2026-01-01"),
        ] {
            assert!(
                Condition::parse(operator, key, &[value.to_owned()]).is_err(),
                "{operator} {key} {value}"
            );
        }
    }
}
