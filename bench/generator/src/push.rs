//! Pushes: a blob, or a small image.

use serde_json::json;

use crate::{
    connection::{Connection, Outgoing},
    content::{Source, digest},
    error::Error,
    plan::Way,
};

const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const BYTES: &str = "Content-Type: application/octet-stream\r\n";
const NOTHING: [&[u8]; 2] = [&[], &[]];

/// A repository to push to.
pub struct Target {
    /// `/v2/NAME`.
    pub root: String,
    /// Header lines of its requests besides the run's.
    pub headers: String,
}

/// The requests of one push.
struct Push<'a> {
    connection: &'a mut Connection,
    headers: &'a str,
    target: &'a Target,
}

/// Push the blob of this number.
pub async fn blob(
    connection: &mut Connection,
    headers: &str,
    target: &Target,
    source: &Source,
    number: u64,
    way: Way,
) -> Result<(), Error> {
    let mut push = Push { connection, headers, target };
    let stamp = source.stamp(number);
    push.blob([source.head(), &stamp.tail], &stamp.digest, way).await
}

/// Push the image of this number: config and layer by POST and PUT, the manifest under a tag of its own.
pub async fn image(
    connection: &mut Connection,
    headers: &str,
    target: &Target,
    layers: &Source,
    number: u64,
) -> Result<(), Error> {
    let mut push = Push { connection, headers, target };
    let layer = layers.stamp(number);
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["/bin/sh"]},
        "rootfs": {"type": "layers", "diff_ids": [layer.digest]},
    })
    .to_string();
    let config_digest = digest(config.as_bytes());
    let layer_size = layers.head().len() + layer.tail.len();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": CONFIG, "digest": config_digest, "size": config.len()},
        "layers": [{"mediaType": LAYER, "digest": layer.digest, "size": layer_size}],
    })
    .to_string();
    push.blob([config.as_bytes(), &[]], &config_digest, Way::Put).await?;
    push.blob([layers.head(), &layer.tail], &layer.digest, Way::Put).await?;
    // Digests of images that are unlike all others: so are their beginnings.
    let tag = layer.digest.trim_start_matches("sha256:").get(..24).unwrap_or_default();
    let line = format!("PUT {}/manifests/{tag} HTTP/1.1", target.root);
    let media_type = format!("Content-Type: {MANIFEST}\r\n");
    push.send(&line, &media_type, [manifest.as_bytes(), &[]], 201).await.map(drop)
}

impl Push<'_> {
    async fn blob(&mut self, content: [&[u8]; 2], digest: &str, way: Way) -> Result<(), Error> {
        let line = format!("POST {}/blobs/uploads/ HTTP/1.1", self.target.root);
        let mut upload = self.send_for_location(&line, "", NOTHING).await?;
        let rest = match way {
            Way::Put => content,
            Way::Patch => {
                let line = format!("PATCH {upload} HTTP/1.1");
                upload = self.send_for_location(&line, BYTES, content).await?;
                NOTHING
            }
            Way::Chunks(size) => {
                upload = self.chunks(upload, content, size).await?;
                NOTHING
            }
        };
        let joint = if upload.contains('?') { '&' } else { '?' };
        let line = format!("PUT {upload}{joint}digest={digest} HTTP/1.1");
        self.send(&line, BYTES, rest, 201).await.map(drop)
    }

    /// The last chunk is what is left of the content and its tail.
    async fn chunks(
        &mut self,
        mut upload: String,
        content: [&[u8]; 2],
        size: usize,
    ) -> Result<String, Error> {
        let [head, tail] = content;
        let (whole, last) = head.split_at(head.len() / size * size);
        let chunks = whole.chunks(size).map(|chunk| [chunk, &[]]).chain([[last, tail]]);
        let mut start = 0;
        for chunk in chunks {
            let end = start + chunk[0].len() + chunk[1].len();
            let headers = format!("{BYTES}Content-Range: {start}-{}\r\n", end - 1);
            let line = format!("PATCH {upload} HTTP/1.1");
            upload = self.send_for_location(&line, &headers, chunk).await?;
            start = end;
        }
        Ok(upload)
    }

    async fn send_for_location(
        &mut self,
        line: &str,
        headers: &str,
        body: [&[u8]; 2],
    ) -> Result<String, Error> {
        let location = self.send(line, headers, body, 202).await?;
        location.ok_or_else(|| Error::Location { request: line.to_owned() })
    }

    async fn send(
        &mut self,
        line: &str,
        headers: &str,
        body: [&[u8]; 2],
        status: u16,
    ) -> Result<Option<String>, Error> {
        let request = Outgoing {
            line,
            headers: &[self.headers, &self.target.headers, headers],
            body: Some(body),
            status: Some(status),
        };
        Ok(self.connection.send(&request).await?.location)
    }
}
