//! The body of a request, read within a size and a time.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::{ApiError, request::too_large, say};

/// Bytes beyond the limit that are read and dropped. Clients send all they have before they look at an answer, and
/// would find the connection reset in its place.
const DROPPED: usize = 10 << 20;

/// Reads a body of `limit` bytes at most, which must be there `within` a time.
///
/// # Errors
/// `RequestSizeLimitExceeded`; `InvalidRequest`, where the body broke off or took too long.
pub(crate) async fn read(body: Body, limit: usize, within: Duration) -> Result<Bytes, ApiError> {
    let refused = |message| ApiError::new("InvalidRequest", message);
    let last = limit + DROPPED;
    if usize::try_from(body.size_hint().lower()).map_or(true, |announced| announced > last) {
        return Err(too_large(limit));
    }
    let whole = async {
        let (mut pieces, mut whole, mut length) = (body.into_data_stream(), BytesMut::new(), 0);
        while let Some(piece) = pieces.next().await {
            let piece =
                piece.map_err(|_| refused(say!("The request's body broke off.", "请求体传输中断。")))?;
            length += piece.len();
            if length > last {
                break;
            }
            if length > limit {
                whole = BytesMut::new();
            } else {
                whole.extend_from_slice(&piece);
            }
        }
        if length > limit { Err(too_large(limit)) } else { Ok(whole.freeze()) }
    };
    timeout(within, whole).await.unwrap_or_else(|_| {
        Err(refused(say!("The request's body did not come in time.", "请求体未能按时到达。")))
    })
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use axum::body::Body;
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};

    use super::{DROPPED, read};

    async fn of(pieces: &[usize], limit: usize) -> Result<usize, String> {
        let pieces: Vec<_> = pieces.iter().map(|length| Ok::<_, Infallible>(vec![0; *length])).collect();
        let body = Body::from_stream(stream::iter(pieces));
        let read = read(body, limit, Duration::from_secs(5)).await;
        read.map(|body| body.len()).map_err(|error| error.code.into_owned())
    }

    #[tokio::test]
    async fn a_body_has_its_limit_to_the_byte() {
        for pieces in [&[][..], &[10], &[3, 0, 7]] {
            assert_eq!(of(pieces, 10).await, Ok(pieces.iter().sum()));
        }
        for pieces in [&[11][..], &[10, 1], &[1, 10, 5], &[DROPPED], &[DROPPED + 11, 1]] {
            assert_eq!(of(pieces, 10).await, Err("RequestSizeLimitExceeded".to_owned()));
        }
    }

    /// None of these bodies ever ends.
    #[tokio::test]
    async fn what_is_far_too_large_or_too_slow_is_not_waited_for() {
        let endless = || stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from(vec![0; 1 << 20])));
        let refused = read(Body::from_stream(endless()), 10, Duration::from_secs(60)).await.unwrap_err();
        assert_eq!(refused.code, "RequestSizeLimitExceeded");
        let silent = endless().take(1).chain(stream::pending());
        let refused = read(Body::from_stream(silent), 2 << 20, Duration::from_millis(20)).await.unwrap_err();
        assert!(refused.message.english.contains("in time"), "{}", refused.message.english);
    }

    #[tokio::test]
    async fn a_body_may_break_off() {
        let body = Body::from_stream(stream::iter([Ok(Bytes::from_static(b"x")), Err("gone")]));
        let refused = read(body, 10, Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(
            (refused.code.as_ref(), refused.message.english.contains("broke off")),
            ("InvalidRequest", true)
        );
    }
}
