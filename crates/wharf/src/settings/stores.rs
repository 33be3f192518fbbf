use toml::Value;
use wharf_blob::{Credentials, Options, Redirect};
use wharf_model::StorageName;

use super::{Storage, parse, sources::Sources};

/// A content store beside the default one.
#[derive(Clone)]
pub(crate) struct NamedStore {
    pub(crate) name: StorageName,
    pub(crate) url: String,
    pub(crate) options: Options,
}

impl NamedStore {
    /// The key of its setting.
    pub(crate) fn key(&self) -> String {
        format!("stores.{}", self.name)
    }
}

/// Reads `[stores]`: under each name an address, or a table with an address and what else the store needs. What a table
/// does not say is as `[storage]` has it.
pub(super) fn read(sources: &mut Sources<'_>, storage_url: &str, storage: &Storage) -> Vec<NamedStore> {
    let mut taken = vec![(storage_url.to_owned(), "storage_url".to_owned())];
    let previous = storage.previous.as_ref();
    taken.extend(previous.map(|previous| (previous.url.clone(), "storage.previous".to_owned())));
    let mut stores = Vec::new();
    for (name, value) in sources.entries("stores") {
        let key = format!("stores.{name}");
        match read_one(&name, &value, storage) {
            Ok(store) => match taken.iter().find(|(url, _)| *url == store.url) {
                Some((_, other)) => sources.refuse(&key, &format!("it is the same as {other}")),
                None => {
                    taken.push((store.url.clone(), key));
                    stores.push(store);
                }
            },
            Err((part, what)) => sources.refuse(&format!("{key}{part}"), &what),
        }
    }
    stores
}

/// Where a mistake is, below the store's key, and what it is.
type Mistake = (String, String);

fn read_one(name: &str, value: &Value, storage: &Storage) -> Result<NamedStore, Mistake> {
    let here = |what: String| (String::new(), what);
    let name: StorageName =
        name.parse().map_err(|error: wharf_model::InvalidName| here(error.to_string()))?;
    if name.is_default() {
        return Err(here("`default` is the store of storage_url".to_owned()));
    }
    let mut options = storage.options.clone();
    let url = match value {
        Value::String(url) => parse::storage_url(url).map_err(here)?,
        Value::Table(table) => {
            const KNOWN: [&str; 4] = ["url", "access_key_id", "secret_access_key", "redirect_endpoint"];
            if let Some(unknown) = table.keys().find(|key| !KNOWN.contains(&key.as_str())) {
                return Err((format!(".{unknown}"), "there is no such setting".to_owned()));
            }
            let text = |key: &str| match table.get(key) {
                None => Ok(None),
                Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
                Some(_) => Err((format!(".{key}"), "it is no text, or empty".to_owned())),
            };
            let below = |key: &str| {
                let part = format!(".{key}");
                move |what: String| (part, what)
            };
            match (text("access_key_id")?, text("secret_access_key")?) {
                (Some(id), Some(secret)) => options.credentials = Some(Credentials { id, secret }),
                (None, None) => {}
                _ => return Err(here("access_key_id and secret_access_key go together".to_owned())),
            }
            let endpoint = text("redirect_endpoint")?;
            let endpoint = endpoint.map(|endpoint| parse::endpoint(&endpoint)).transpose();
            let endpoint = endpoint.map_err(below("redirect_endpoint"))?;
            options.redirect = options.redirect.map(|redirect| Redirect { endpoint, ..redirect });
            let url = text("url")?.ok_or_else(|| (".url".to_owned(), "it is missing".to_owned()))?;
            return Ok(NamedStore { name, url: parse::storage_url(&url).map_err(below("url"))?, options });
        }
        _ => return Err(here("it is no address, and no table with a url".to_owned())),
    };
    // The default store's clients may reach it by another address; that is not this store's.
    options.redirect = options.redirect.map(|redirect| Redirect { endpoint: None, ..redirect });
    Ok(NamedStore { name, url, options })
}
