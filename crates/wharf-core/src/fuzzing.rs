//! What fuzz targets see beside the public functions.

use crate::{Core, Identity};

/// Whom an instance token stands for, when core signed it and its time is now.
pub fn instance_token(core: &Core, token: &str) -> Option<Identity> {
    core.verify_instance_token(token)?.identity()
}
