use std::net::SocketAddr;

/// The other end of a connection. The listener puts it into each request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);
