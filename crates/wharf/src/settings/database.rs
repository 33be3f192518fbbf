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

/// A database's address as it may be logged. Its query may hold a password too.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let address = |rest: &str| rest.split('?').next().unwrap_or_default().to_owned();
    match rest.rsplit_once('@') {
        Some((login, rest)) => {
            let user = login.split([':', '?']).next().unwrap_or_default();
            format!("{scheme}://{user}@{}", address(rest))
        }
        None => format!("{scheme}://{}", address(rest)),
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
