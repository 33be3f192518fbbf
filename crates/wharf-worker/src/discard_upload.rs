//! Removes the bytes of an upload session that ended without a blob.

use wharf_core::{Core, Error};

pub(crate) async fn run(core: &Core, upload: &str) -> Result<(), Error> {
    core.discard_upload(upload).await
}
