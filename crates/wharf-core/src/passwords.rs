//! Passwords are kept as Argon2id hashes in PHC form.

use argon2::{Argon2, PasswordHasher};

use crate::{Error, random};

/// The hash to keep of a password.
pub(crate) fn hash(password: &str) -> Result<String, Error> {
    let salt = random::bytes::<16>()?;
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("a password could not be hashed: {error}")))
}
