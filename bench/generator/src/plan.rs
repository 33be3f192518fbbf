//! What one run does, as it comes on standard input: one JSON object.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

/// A run: so many connections do one kind of work for so long.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `127.0.0.1:PORT`; also the `Host` of each request.
    pub address: String,
    /// The certificate to trust, a PEM file: the run speaks TLS.
    pub authority: Option<PathBuf>,
    /// How many connections work at once.
    pub connections: usize,
    /// Over how many threads the connections are spread.
    pub threads: usize,
    /// How long new units of work are begun, in seconds.
    pub seconds: f64,
    /// What becomes of units that run when the time is up.
    pub at_end: AtEnd,
    /// Headers of each request.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What is done.
    pub work: Work,
}

/// What becomes of units that run when the time is up.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum AtEnd {
    /// They end and count; the run lasts until the last one has.
    Finish,
    /// They break off. Bytes that came until then count, the unit does not.
    Abandon,
}

/// The kinds of work. A unit is what is counted and timed.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Work {
    /// Ready-made requests. A unit is a list of them, sent one after the other.
    Requests {
        /// The units, begun in this order by whichever connection is free.
        units: Vec<Vec<Request>>,
        /// Bodies that requests name by their index.
        #[serde(default)]
        bodies: Vec<String>,
        /// Each unit is done once, and the run ends after the last; otherwise they begin again.
        #[serde(default)]
        once: bool,
    },
    /// Each unit is one new blob.
    PushBlobs {
        /// Where to; connection `i` has target `i` modulo their number.
        targets: Vec<Target>,
        /// Bytes of a blob, 64 at least.
        size: usize,
        /// By which requests.
        way: Way,
        /// Blobs of different seeds have nothing in common.
        seed: u64,
    },
    /// Each unit is one new image: a config, a layer and the manifest under a new tag, in five requests.
    PushImages {
        /// Where to; connection `i` has target `i` modulo their number.
        targets: Vec<Target>,
        /// Bytes of the layer, 64 at least.
        layer_size: usize,
        /// Images of different seeds have nothing in common.
        seed: u64,
    },
}

/// A ready-made request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `GET`, `PUT` and so on.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers besides the run's.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Which of the run's bodies it carries.
    pub body: Option<usize>,
    /// The only status that is right; without it any of 200 to 299.
    pub status: Option<u16>,
}

/// A repository to push to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The repository's path, `/v2/NAME`.
    pub root: String,
    /// Headers of its requests besides the run's.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// How a blob is pushed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// POST, PUT with the whole content.
    Put,
    /// POST, PATCH with the whole content, PUT.
    Patch,
    /// POST, a PATCH for each so many bytes, PUT.
    Chunks(usize),
}
