//! The data directory: made at the first start, readable by its owner only.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use wharf_core::MasterKey;

const MASTER_KEY: &str = "master.key";

/// Makes the directory where there is none.
pub(crate) fn create(path: &Path) -> Result<(), String> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| format!("the data directory {} cannot be made: {error}", path.display()))
}

/// Whether a server ever started on the directory.
pub(crate) fn is_in_use(path: &Path) -> bool {
    path.join(MASTER_KEY).exists()
}

/// The key that seals secrets: the one from the settings, else the directory's own, which is made where there is none.
pub(crate) fn master_key(path: &Path, given: Option<&str>) -> Result<MasterKey, String> {
    let file = path.join(MASTER_KEY);
    let text = match (given, fs::read_to_string(&file)) {
        (Some(text), _) => text.to_owned(),
        (None, Ok(text)) => text,
        (None, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            let text = MasterKey::generate().map_err(|error| error.to_string())?;
            write_secret(&file, &text)?;
            text
        }
        (None, Err(error)) => return Err(format!("{} cannot be read: {error}", file.display())),
    };
    text.parse().map_err(|error| format!("{}: {error}", file.display()))
}

/// Takes away a key that was made a moment ago for a database that, as it came out, has another.
pub(crate) fn forget_master_key(path: &Path) {
    // Where it stays, the next start says the same.
    let _ = fs::remove_file(path.join(MASTER_KEY));
}

/// Writes a new file that only its owner can read, durably.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), String> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
