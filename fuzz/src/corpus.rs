//! Every kept input goes through its target again, on any toolchain.

use std::{fs, path::Path};

macro_rules! replay {
    ($($target:ident),*) => { $(
        #[test]
        fn $target() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(stringify!($target));
            let mut inputs = 0;
            for entry in fs::read_dir(&folder).unwrap() {
                crate::$target::check(&fs::read(entry.unwrap().path()).unwrap());
                inputs += 1;
            }
            assert!(inputs > 0, "{} holds no inputs", folder.display());
        }
    )* };
}

replay!(
    accept,
    authorization,
    digest,
    form,
    hash_state,
    manifest,
    multipart,
    names,
    parameters,
    query,
    range,
    route,
    scope,
    token
);
