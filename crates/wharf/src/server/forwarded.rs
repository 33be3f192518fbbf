//! Who is at the other end when a proxy stands between: what it says in `X-Forwarded-For` and `X-Forwarded-Proto` counts
//! where the connection comes from an address that is trusted, and from nobody else.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use http::HeaderMap;
use ipnet::IpNet;
use wharf_model::Peer;
use wharf_registry::Scheme;

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";

/// The networks of the proxies that are believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks.into())
    }

    /// The client, and the scheme that it speaks, as the nearest proxy that is trusted tells.
    pub(crate) fn client(&self, peer: Peer, scheme: Scheme, headers: &HeaderMap) -> (Peer, Scheme) {
        if !self.trusts(peer.0.ip()) {
            return (peer, scheme);
        }
        let told = headers.get(PROTO).and_then(|value| value.to_str().ok()).and_then(last);
        let scheme = match told {
            Some("https") => Scheme::Https,
            Some("http") => Scheme::Http,
            _ => scheme,
        };
        (self.nearest_stranger(headers).map_or(peer, |address| Peer(SocketAddr::new(address, 0))), scheme)
    }

    /// Each proxy adds whom it talks to at the end. What stands before the last stranger is what that one said.
    fn nearest_stranger(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let values = headers.get_all(FOR).into_iter().filter_map(|value| value.to_str().ok());
        let mut addresses: Vec<_> = values.flat_map(|value| value.split(',')).collect();
        while let Some(address) = addresses.pop() {
            let address: IpAddr = address.trim().parse().ok()?;
            if !self.trusts(address) {
                return Some(address);
            }
        }
        None
    }

    fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn last(list: &str) -> Option<&str> {
    list.rsplit(',').next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use wharf_model::Peer;
    use wharf_registry::Scheme;

    use super::{FOR, PROTO, TrustedProxies};

    fn client(peer: &str, forwarded: &[&'static str]) -> String {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FOR, HeaderValue::from_static(value));
        }
        headers.append(PROTO, HeaderValue::from_static("https"));
        let (peer, scheme) = proxies.client(Peer(peer.parse().unwrap()), Scheme::Http, &headers);
        format!("{} {}", peer.0.ip(), scheme.name())
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_nobody_else() {
        assert_eq!(client("10.1.1.1:5", &["192.0.2.7"]), "192.0.2.7 https");
        assert_eq!(client("[::ffff:10.1.1.1]:5", &["192.0.2.7"]), "192.0.2.7 https");
        assert_eq!(client("[::1]:5", &["2001:db8::1"]), "2001:db8::1 https");
        assert_eq!(client("192.0.2.9:5", &["192.0.2.7"]), "192.0.2.9 http");
    }

    #[test]
    fn what_a_client_says_of_itself_does_not_count() {
        assert_eq!(client("10.1.1.1:5", &["10.9.9.9, 198.51.100.1, 192.0.2.7"]), "192.0.2.7 https");
        assert_eq!(client("10.1.1.1:5", &["198.51.100.1", "192.0.2.7, 10.2.2.2"]), "192.0.2.7 https");
        assert_eq!(client("10.1.1.1:5", &["192.0.2.7, nonsense"]), "10.1.1.1 https");
        assert_eq!(client("10.1.1.1:5", &["10.2.2.2"]), "10.1.1.1 https");
        assert_eq!(client("10.1.1.1:5", &[]), "10.1.1.1 https");
    }
}
