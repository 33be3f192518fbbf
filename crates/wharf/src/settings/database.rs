use wharf_db::Options;

use super::{parse, sources::Sources};

/// Reads `[database]`.
pub(super) fn read(sources: &mut Sources<'_>) -> Options {
    let default = Options::default();
    Options {
        connections: sources.value_or("database.connections", parse::count, default.connections),
        connect_timeout: sources.value_or(
            "database.connect_timeout",
            parse::duration,
            default.connect_timeout,
        ),
        statement_timeout: sources.value_or(
            "database.statement_timeout",
            parse::duration,
            default.statement_timeout,
        ),
        patience: sources.value_or("database.patience", parse::duration, default.patience),
    }
}

/// A database's address as it may be logged: without its password and its query, which may hold one too.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    match address.rsplit_once('@') {
        Some((login, host)) => {
            let user = login.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        // It may be a password that is cut here.
        None if query.contains('@') => format!("{scheme}://…"),
        None => format!("{scheme}://{address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            (
                "postgres://wharf:se:cr@et@db.test:5432/wharf?password=other",
                "postgres://wharf@db.test:5432/wharf",
            ),
            ("postgres://db.test/wharf?user=wharf&password=secret", "postgres://db.test/wharf"),
            ("sqlite:data/wharf.db", "sqlite:data/wharf.db"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
