//! Each kind of value, and what is to be said of one that is wrong. No message repeats a secret.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use wharf_core::MasterKey;
use wharf_model::SecretId;
use wharf_registry::Scheme;

use super::{PublicUrl, TlsMode};

const SIGNED_AT_MOST: Duration = Duration::from_secs(7 * 86_400);

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is no ADDRESS:PORT, such as 127.0.0.1:5000"))
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(PathBuf::from(text)) }
}

pub(super) fn existing_file(text: &str) -> Result<PathBuf, String> {
    if Path::new(text).is_file() {
        Ok(PathBuf::from(text))
    } else {
        Err(format!("there is no file `{text}`"))
    }
}

pub(super) fn database_url(text: &str) -> Result<String, String> {
    match wharf_db::Store::check_address(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

pub(super) fn storage_url(text: &str) -> Result<String, String> {
    match wharf_blob::BlobStore::check_address(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A store that is there already: one that is made for a mistyped folder would be empty.
pub(super) fn existing_storage_url(text: &str) -> Result<String, String> {
    let url = storage_url(text)?;
    match url.strip_prefix("file:") {
        Some(folder) if !Path::new(folder).is_dir() => Err(format!("there is no folder `{folder}`")),
        _ => Ok(url),
    }
}

/// How long an address is good: stores take no more than a week.
pub(super) fn signed_lifetime(text: &str) -> Result<Duration, String> {
    let lifetime = duration(text)?;
    if lifetime > SIGNED_AT_MOST { Err(format!("`{text}` is more than a week")) } else { Ok(lifetime) }
}

pub(super) fn endpoint(text: &str) -> Result<String, String> {
    let checked = wharf_blob::BlobStore::check_endpoint(text);
    checked.map(|()| text.to_owned()).map_err(|error| error.to_string())
}

pub(super) fn some_text(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(text.to_owned()) }
}

pub(super) fn truth(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| format!("`{text}` is not true or false"))
}

pub(super) fn domain(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if text.len() <= 200 && text.split('.').all(label) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(format!("`{text}` is no domain name"))
    }
}

pub(super) fn public_url(text: &str) -> Result<PublicUrl, String> {
    let wrong = || format!("`{text}` is not http://HOST, https://HOST, or one of these with a port");
    let (scheme, rest) = match text.split_once("://") {
        Some(("http", rest)) => (Scheme::Http, rest),
        Some(("https", rest)) => (Scheme::Https, rest),
        _ => return Err(wrong()),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().map_err(|_| wrong())?)),
        None => (rest, None),
    };
    Ok(PublicUrl { scheme, host: domain(host).map_err(|_| wrong())?, port })
}

/// Addresses and networks with commas between.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let network = |text: &str| {
        let address = text.parse::<IpAddr>().map(IpNet::from);
        address
            .or_else(|_| text.parse())
            .map_err(|_| format!("`{text}` is no address and no network, such as 10.0.0.0/8"))
    };
    text.split(',').map(|part| network(part.trim())).collect()
}

pub(super) fn master_key(text: &str) -> Result<String, String> {
    text.parse::<MasterKey>().map(|_| text.to_owned()).map_err(|error| error.to_string())
}

pub(super) fn secret_id(text: &str) -> Result<SecretId, String> {
    text.parse().map_err(|error: wharf_model::InvalidName| error.to_string())
}

pub(super) fn secret(text: &str) -> Result<String, String> {
    if text.len() < 8 { Err("it has fewer than 8 characters".to_owned()) } else { Ok(text.to_owned()) }
}

pub(super) fn tls_mode(text: &str) -> Result<TlsMode, String> {
    match text {
        "optional" => Ok(TlsMode::Optional),
        "required" => Ok(TlsMode::Required),
        "off" => Ok(TlsMode::Off),
        _ => Err(format!("`{text}` is not optional, required or off")),
    }
}

/// Whether the log is JSON.
pub(super) fn log_format(text: &str) -> Result<bool, String> {
    match text {
        "text" => Ok(false),
        "json" => Ok(true),
        _ => Err(format!("`{text}` is not text or json")),
    }
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let filter = text.parse::<tracing_subscriber::filter::Targets>();
    filter.map(|_| text.to_owned()).map_err(|error| format!("`{text}` is no log level: {error}"))
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    let size = text.parse::<bytesize::ByteSize>().map(|size| size.as_u64()).ok().filter(|size| *size > 0);
    size.ok_or_else(|| format!("`{text}` is no size, such as 4194304 or `4 MiB`"))
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let duration = text.parse::<SignedDuration>().ok().and_then(|duration| Duration::try_from(duration).ok());
    let duration = duration.filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| format!("`{text}` is no duration, such as `30s`, `15m` or `24h`"))
}

/// A duration that may be given in days, of 24 hours.
pub(crate) fn days(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration, such as `90d`, `12h` or `30m`");
    let span: Span = text.parse().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    Duration::try_from(duration).ok().filter(|duration| !duration.is_zero()).ok_or_else(wrong)
}

pub(super) fn number(text: &str) -> Result<u64, String> {
    count(text).map(|count| count as u64)
}

pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| format!("`{text}` is no number above 0"))
}
