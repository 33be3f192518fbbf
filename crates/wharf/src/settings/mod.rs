//! The settings: from the command line, else the file, else the environment, else the default.

mod audit;
mod call_rates;
mod database;
mod parse;
mod problems;
mod quotas;
mod regions;
mod sources;
mod storage;
mod stores;

use std::{fmt, net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use wharf_core::{Limits, RootPreset};
use wharf_registry::Scheme;

use crate::command_line::SettingFlags;

pub(crate) use parse::days;
pub(crate) use problems::Problems;
use sources::Sources;
pub(crate) use storage::Storage;
pub(crate) use stores::NamedStore;

/// All settings, checked.
#[derive(Clone)]
pub(crate) struct Settings {
    /// `listen`
    pub(crate) listen: SocketAddr,
    /// `data_dir`
    pub(crate) data_dir: PathBuf,
    /// `database_url`
    pub(crate) database_url: String,
    /// `[database]`
    pub(crate) database: wharf_db::Options,
    /// `storage_url`
    pub(crate) storage_url: String,
    /// `[storage]`
    pub(crate) storage: Storage,
    /// `[stores]`
    pub(crate) stores: Vec<NamedStore>,
    /// `domain`
    pub(crate) domain: String,
    /// `public_url`
    pub(crate) public_url: Option<PublicUrl>,
    /// `trusted_proxies`
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// `master_key`; else it is kept in the data directory.
    pub(crate) master_key: Option<String>,
    /// `WHARF_ROOT_…`
    pub(crate) root: RootPreset,
    /// `[tls]`
    pub(crate) tls: Tls,
    /// `[log]`
    pub(crate) log: Log,
    /// `[limits]`, `[quotas]`, `[prepaid]`, `[regions]`, `[rate_limits]`, `[audit]`
    pub(crate) limits: Limits,
    /// `[timeouts]`
    pub(crate) timeouts: Timeouts,
}

/// How clients reach the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl {
    pub(crate) scheme: Scheme,
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

/// What the listener does with connections that begin a TLS handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tls {
    pub(crate) mode: TlsMode,
    /// Files of a certificate chain and its key, PEM; else a certificate of the registry's own.
    pub(crate) certificate: Option<(PathBuf, PathBuf)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TlsMode {
    /// Plain HTTP and TLS at the same port.
    Optional,
    /// TLS only.
    Required,
    /// Plain HTTP only.
    Off,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) json: bool,
    /// A level, or directives such as `info,wharf_core=debug`.
    pub(crate) filter: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Timeouts {
    /// Until a connection's request has all its headers.
    pub(crate) header: Duration,
    /// For the next piece of a request's body.
    pub(crate) body: Duration,
    /// For the client to take the next piece of an answer.
    pub(crate) write: Duration,
    /// For running requests, once the server is told to stop.
    pub(crate) shutdown: Duration,
}

impl Settings {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// Every mistake, by its key.
    pub(crate) fn load(
        flags: &SettingFlags,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Problems> {
        let mut sources = Sources::open(flags, environment)?;
        let settings = Self::read(&mut sources);
        sources.finish().map(|()| settings)
    }

    fn read(sources: &mut Sources<'_>) -> Self {
        let data_dir = sources.value("data_dir", parse::path).unwrap_or_else(|| PathBuf::from("data"));
        let in_data = |scheme: &str, name: &str| format!("{scheme}:{}", data_dir.join(name).display());
        let storage_url =
            sources.value("storage_url", parse::storage_url).unwrap_or_else(|| in_data("file", "content"));
        let storage = Storage::read(sources, &data_dir, &storage_url);
        let limits = Limits::default();
        Self {
            listen: sources
                .value("listen", parse::address)
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 5000))),
            database_url: sources
                .value("database_url", parse::database_url)
                .unwrap_or_else(|| in_data("sqlite", "wharf.db")),
            database: database::read(sources),
            stores: stores::read(sources, &storage_url, &storage),
            storage,
            storage_url,
            domain: sources.value("domain", parse::domain).unwrap_or_else(|| "localhost".to_owned()),
            public_url: sources.value("public_url", parse::public_url),
            trusted_proxies: sources.value_or("trusted_proxies", parse::networks, Vec::new()),
            master_key: sources.value("master_key", parse::master_key),
            root: RootPreset {
                secret_id: sources.variable("WHARF_ROOT_SECRET_ID", parse::secret_id),
                secret_key: sources.variable("WHARF_ROOT_SECRET_KEY", parse::secret),
                password: sources.variable("WHARF_ROOT_PASSWORD", parse::secret),
            },
            tls: Tls {
                mode: sources.value_or("tls.mode", parse::tls_mode, TlsMode::Optional),
                certificate: sources.both("tls.certificate", "tls.key", parse::existing_file),
            },
            log: Log {
                json: sources.value_or("log.format", parse::log_format, false),
                filter: sources.value("log.level", parse::log_filter).unwrap_or_else(|| "info".to_owned()),
            },
            limits: Limits {
                manifest_size: sources.value_or("limits.manifest_size", parse::size, limits.manifest_size),
                blob_size: sources.value_or("limits.blob_size", parse::size, limits.blob_size),
                manifest_links: sources.value_or(
                    "limits.manifest_links",
                    parse::count,
                    limits.manifest_links,
                ),
                index_depth: sources.value_or("limits.index_depth", parse::number, limits.index_depth),
                tags_per_push: sources.value_or("limits.tags_per_push", parse::count, limits.tags_per_push),
                upload_sessions: sources.value_or(
                    "limits.upload_sessions",
                    parse::number,
                    limits.upload_sessions,
                ),
                upload_idle: sources.value_or("limits.upload_idle", parse::duration, limits.upload_idle),
                bearer_lifetime: sources.value_or(
                    "limits.bearer_lifetime",
                    parse::duration,
                    limits.bearer_lifetime,
                ),
                keys_per_account: sources.value_or(
                    "limits.keys_per_account",
                    parse::count,
                    limits.keys_per_account,
                ),
                instances_per_account: sources.value_or(
                    "limits.instances_per_account",
                    parse::number,
                    limits.instances_per_account,
                ),
                tags_per_resource: sources.value_or(
                    "limits.tags_per_resource",
                    parse::count,
                    limits.tags_per_resource,
                ),
                quotas: quotas::read(sources),
                prepaid_grace: sources.value_or("prepaid.grace", parse::days, limits.prepaid_grace),
                regions: regions::read(sources),
                call_rates: call_rates::read(sources),
                audit: audit::read(sources),
            },
            timeouts: Timeouts {
                header: sources.value_or("timeouts.header", parse::duration, Duration::from_secs(30)),
                body: sources.value_or("timeouts.body", parse::duration, Duration::from_secs(60)),
                write: sources.value_or("timeouts.write", parse::duration, Duration::from_secs(60)),
                shutdown: sources.value_or("timeouts.shutdown", parse::duration, Duration::from_secs(30)),
            },
            data_dir,
        }
    }

    /// The suffix of instance domains with the port that clients must name.
    pub(crate) fn domain_with_port(&self) -> String {
        let (scheme, port) = match &self.public_url {
            Some(url) => (url.scheme, url.port),
            None => (Scheme::Http, Some(self.listen.port())),
        };
        let default = if scheme == Scheme::Https { 443 } else { 80 };
        match port.filter(|port| *port != default) {
            Some(port) => format!("{}:{port}", self.domain),
            None => self.domain.clone(),
        }
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "listen = {}, data_dir = {}, database_url = {}, storage_url = {}, domain = {}",
            self.listen,
            self.data_dir.display(),
            database::without_password(&self.database_url),
            self.storage_url,
            self.domain
        )
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use tempfile::TempDir;
    use wharf_registry::Scheme;

    use super::{Settings, TlsMode};
    use crate::command_line::SettingFlags;

    fn load(file: &str, flags: SettingFlags, environment: &[(&str, &str)]) -> Result<Settings, String> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("wharf.toml");
        fs::write(&path, file).unwrap();
        let flags = SettingFlags { config: Some(path.display().to_string()), ..flags };
        let variable = |name: &str| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::load(&flags, &variable).map_err(|problems| problems.to_string())
    }

    #[test]
    fn without_settings_there_are_defaults() {
        let settings = load("", SettingFlags::default(), &[]).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(settings.listen.to_string(), "127.0.0.1:5000");
        assert_eq!(settings.database_url, "sqlite:data/wharf.db");
        assert_eq!(settings.storage_url, "file:data/content");
        assert_eq!(settings.domain_with_port(), "localhost:5000");
        assert_eq!(settings.limits.manifest_size, 4 << 20);
        assert_eq!(settings.tls.mode, TlsMode::Optional);
    }

    #[test]
    fn flags_beat_the_file_and_the_file_beats_the_environment() {
        let environment =
            [("WHARF_LISTEN", "127.0.0.1:1"), ("WHARF_DOMAIN", "env.test"), ("WHARF_DATA_DIR", "/env")];
        let file = "listen = '127.0.0.1:2'\ndomain = 'file.test'";
        let flags = SettingFlags { listen: Some("127.0.0.1:3".to_owned()), ..SettingFlags::default() };
        let settings = load(file, flags, &environment).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(settings.listen.port(), 3);
        assert_eq!(settings.domain, "file.test");
        assert_eq!(settings.data_dir.display().to_string(), "/env");
    }

    #[test]
    fn values_have_units() {
        let file = "[limits]\nmanifest_size = '1 MiB'\nblob_size = 1000\nupload_idle = '2h'";
        let settings =
            load(file, SettingFlags::default(), &[]).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(settings.limits.manifest_size, 1 << 20);
        assert_eq!(settings.limits.blob_size, 1000);
        assert_eq!(settings.limits.upload_idle, Duration::from_secs(7200));
    }

    #[test]
    fn a_public_url_gives_scheme_and_port() {
        for (url, scheme, domain) in [
            ("https://hub.test", Scheme::Https, "hub.test"),
            ("https://hub.test:8443/", Scheme::Https, "hub.test:8443"),
            ("http://hub.test:80", Scheme::Http, "hub.test"),
        ] {
            let file = format!("domain = 'hub.test'\npublic_url = '{url}'");
            let settings =
                load(&file, SettingFlags::default(), &[]).unwrap_or_else(|problems| panic!("{problems}"));
            assert_eq!(settings.domain_with_port(), domain);
            assert_eq!(settings.public_url.unwrap().scheme, scheme);
        }
    }

    #[test]
    fn every_mistake_is_named_with_its_key_and_no_secret_is_shown() {
        let file = "
            listen = 'nowhere'
            domian = 'x.test'
            public_url = 'ftp://x'
            storage_url = 5
            master_key = 'sesame-open'
            [tls]
            mode = 'sometimes'
            certificate = '/does/not/exist.pem'
            [limits]
            manifest_size = '4 apples'
            upload_idle = 'soon'
            keys_per_account = -1
            [rate_limits]
            enabled = 'perhaps'
            percent = 0
            actions = 'NoSuchAction=1'
            [quotas]
            basic = 'apples=1'
            [prepaid]
            grace = 'never'
            [regions]
            Nowhere = '1 n'
            east = 'e'
            west = 5
            [audit]
            keep = 'a while'
            reads = 'some'
            [log]
            format = 'xml'
        ";
        let environment = [("WHARF_ROOT_SECRET_ID", "a b"), ("WHARF_ROOT_PASSWORD", "")];
        let problems = load(file, SettingFlags::default(), &environment).err().unwrap();
        for key in [
            "listen",
            "domian",
            "`domain`",
            "public_url",
            "storage_url",
            "master_key",
            "tls.mode",
            "tls.certificate",
            "tls.key",
            "limits.manifest_size",
            "limits.upload_idle",
            "limits.keys_per_account",
            "rate_limits.enabled",
            "rate_limits.percent",
            "NoSuchAction",
            "quotas.basic",
            "prepaid.grace",
            "regions.Nowhere",
            "regions.east",
            "regions.west",
            "audit.keep",
            "audit.reads",
            "log.format",
            "WHARF_ROOT_SECRET_ID",
            "WHARF_ROOT_PASSWORD",
        ] {
            assert!(problems.contains(key), "{key} is not named in:\n{problems}");
        }
        assert!(!problems.contains("sesame-open"));
    }

    #[test]
    fn a_file_that_is_no_toml_or_not_there_is_told() {
        assert!(load("listen = ", SettingFlags::default(), &[]).err().unwrap().contains("line 1"));
        let flags =
            SettingFlags { config: Some("/does/not/exist.toml".to_owned()), ..SettingFlags::default() };
        let problems = Settings::load(&flags, &|_| None).err().unwrap().to_string();
        assert!(problems.contains("/does/not/exist.toml"));
    }
}
