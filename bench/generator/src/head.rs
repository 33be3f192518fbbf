//! The head of an answer: what of it a client has to know.

use crate::error::Error;

const HEADERS: usize = 64;

/// How an answer's body ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Body {
    /// After so many bytes.
    Sized(u64),
    /// With an empty chunk.
    Chunked,
    /// Nobody can know before the connection ends.
    Unknown,
}

/// The head of an answer.
#[derive(Debug)]
pub struct Head {
    /// 200 and so on.
    pub status: u16,
    /// How the body ends.
    pub body: Body,
    /// Path and query of the `Location`.
    pub location: Option<String>,
    /// The server ends the connection after this answer.
    pub closes: bool,
}

/// Take the head at the beginning of these bytes apart, with its length; nothing while it is not whole.
pub fn parse(bytes: &[u8], is_head_request: bool) -> Result<Option<(Head, usize)>, Error> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(length) = response.parse(bytes)? else { return Ok(None) };
    let status = response.code.unwrap_or_default();
    let empty = is_head_request || status == 204 || status == 304;
    let mut head = Head {
        status,
        body: if empty { Body::Sized(0) } else { Body::Unknown },
        location: None,
        closes: response.version == Some(0),
    };
    for header in response.headers.iter() {
        let Ok(value) = std::str::from_utf8(header.value) else { continue };
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") && !empty {
            head.body = value.parse().map_or(Body::Unknown, Body::Sized);
        } else if is("transfer-encoding") && !empty {
            head.body = Body::Chunked;
        } else if is("location") {
            head.location = Some(path(value));
        } else if is("connection") {
            head.closes = value.eq_ignore_ascii_case("close");
        }
    }
    Ok(Some((head, length)))
}

/// Path and query of an address that may name the host.
fn path(address: &str) -> String {
    let Some((_, rest)) = address.split_once("://") else { return address.to_owned() };
    rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let bytes =
            b"HTTP/1.1 202 Accepted\r\nLocation: http://a:1/v2/x?y=z\r\nContent-Length: 5\r\n\r\nhello";
        assert!(parse(&bytes[..30], false).unwrap().is_none());
        let (head, length) = parse(bytes, false).unwrap().unwrap();
        assert_eq!((head.status, head.body), (202, Body::Sized(5)));
        assert_eq!(head.location.as_deref(), Some("/v2/x?y=z"));
        assert_eq!(&bytes[length..], b"hello");
    }

    #[test]
    fn the_answer_to_head_has_no_body() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assert_eq!(parse(bytes, true).unwrap().unwrap().0.body, Body::Sized(0));
    }
}
