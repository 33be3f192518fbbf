//! Bodies of requests, from clients that may be slow or silent.

use std::{fmt, pin::Pin, time::Duration};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use http::StatusCode;
use tokio::time::timeout;
use tokio_stream::{Stream, StreamExt};

use crate::error::{Code, Failure};

/// How many times the longest pause a whole body may take, so that one that drips comes to an end.
const WHOLE: u32 = 5;

/// Why a body did not come to its end.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// Nothing came for that long.
    Silent(Duration),
    /// The connection broke.
    Broken(axum::Error),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(limit) => write!(f, "nothing came for {} seconds", limit.as_secs()),
            Self::Broken(error) => error.fmt(f),
        }
    }
}

/// The pieces of a body. A client that sends nothing for `limit` is given up.
pub(crate) fn pieces(
    body: Body,
    limit: Duration,
) -> impl Stream<Item = Result<Bytes, BodyError>> + Send + Unpin {
    let pieces: Pin<Box<BodyDataStream>> = Box::pin(body.into_data_stream());
    let pieces = pieces.timeout(limit).map(move |piece| match piece {
        Ok(piece) => piece.map_err(BodyError::Broken),
        Err(_) => Err(BodyError::Silent(limit)),
    });
    Box::pin(pieces)
}

/// A whole body of `largest` bytes at most, which must come within a few times `idle`.
pub(crate) async fn whole(
    body: Body,
    idle: Duration,
    largest: u64,
    too_large: impl Fn() -> Failure,
) -> Result<Bytes, Failure> {
    let gathered = timeout(idle * WHOLE, gather(pieces(body, idle), largest, too_large)).await;
    gathered.unwrap_or_else(|_| {
        Err(Failure::new(
            StatusCode::REQUEST_TIMEOUT,
            Code::SizeInvalid,
            "the request's body came too slowly",
        ))
    })
}

async fn gather(
    mut pieces: impl Stream<Item = Result<Bytes, BodyError>> + Unpin,
    largest: u64,
    too_large: impl Fn() -> Failure,
) -> Result<Bytes, Failure> {
    let mut gathered = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| {
            let message = format!("the request's body broke off: {error}");
            Failure::new(StatusCode::BAD_REQUEST, Code::SizeInvalid, message)
        })?;
        if (gathered.len() + piece.len()) as u64 > largest {
            return Err(too_large());
        }
        gathered.extend_from_slice(&piece);
    }
    Ok(gathered.into())
}
