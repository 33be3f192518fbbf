//! How the engines run the statements of long listings: each along an index in the listing's order, without looking at
//! rows before the page, and without a sort.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../tests/fixture/database.rs"]
mod database;

use tempfile::TempDir;
use wharf_model::InstanceId;

use crate::{
    Options, Store,
    postgres::PLANNER,
    repositories::{
        Scope, Sort,
        listing::{self, Key},
    },
    tags,
};

const SORTS: [Sort; 6] = [
    Sort::Name,
    Sort::NameDescending,
    Sort::Created,
    Sort::CreatedDescending,
    Sort::Updated,
    Sort::UpdatedDescending,
];

const REPOSITORIES: &str = "
    INSERT INTO accounts (uin, name, password_hash, enabled, created_at) VALUES (1, 'one', '', TRUE, 0);
    INSERT INTO instances (id, uin, name, label, edition, region, status, charge_type, renew_flag,
        deletion_protection, completeness, namespace_count, repository_count, created_at)
    VALUES ('tcr-aaaaaaaa', 1, 'acme', 'acme', 'basic', 'ap-guangzhou', 'Running', 0, 0, FALSE, 'strict', 2, 4000, 0),
        ('tcr-bbbbbbbb', 1, 'blue', 'blue', 'basic', 'ap-guangzhou', 'Running', 0, 0, FALSE, 'strict', 2, 4000, 0);
    INSERT INTO namespaces (id, instance_id, name, public, auto_scan, prevent_vul, created_at)
    VALUES (1, 'tcr-aaaaaaaa', 'one', FALSE, FALSE, FALSE, 0), (2, 'tcr-aaaaaaaa', 'two', FALSE, FALSE, FALSE, 0),
        (3, 'tcr-bbbbbbbb', 'one', FALSE, FALSE, FALSE, 0), (4, 'tcr-bbbbbbbb', 'two', FALSE, FALSE, FALSE, 0);
    WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < 7999)
    INSERT INTO repositories (id, instance_id, namespace_id, name, created_at, updated_at)
    SELECT n + 1, CASE WHEN n % 20 < 2 THEN 'tcr-aaaaaaaa' ELSE 'tcr-bbbbbbbb' END,
        CASE WHEN n % 20 < 2 THEN n % 2 + 1 ELSE n % 2 + 3 END,
        CASE WHEN n % 2 = 0 THEN 'one/app-' ELSE 'two/app-' END || n, n / 3, n / 3 FROM counted;
";

const TAGS: &str = "
    INSERT INTO manifests (id, repository_id, digest, media_type, size, total_size, depth, pushed_at, content)
    SELECT id, id % 4 + 1, 'sha256:' || id, 'application/vnd.oci.image.manifest.v1+json', 1, 1, 0, 0, ''
    FROM repositories;
    WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n < 19999)
    INSERT INTO tags (repository_id, name, manifest_id, updated_at)
    SELECT n % 4 + 1, 'tag-' || n, (n % 8000) / 4 * 4 + (n + 3) % 4 + 1, n / 3 FROM counted;
";

/// Asserts that a statement goes along `index` alone, passes through no table and no sort, and looks the rows of the page
/// up by a whole key each.
async fn assert_along(address: &str, sql: &str, arguments: &[&str], index: &str) {
    for plan in database::plans(address, &PLANNER.join("; "), sql, arguments).await {
        let text = format!("{sql}\n{}", plan.join("\n"));
        if address.starts_with("sqlite:") {
            assert!(text.contains(&format!("USING COVERING INDEX {index} (")), "not along {index}:\n{text}");
            assert!(!text.contains("TEMP B-TREE"), "it sorts:\n{text}");
            // What is scanned may only be what the subquery answers.
            let scans = |step: &String| step.starts_with("SCAN ") && step != "SCAN page";
            assert!(!plan.iter().any(scans), "it passes through a table:\n{text}");
            if let Some(page) = plan.iter().position(|step| step == "SCAN page") {
                let joined = ["(rowid=?)", "(namespace_id=? AND name=?)", "(instance_id=? AND name=?)"];
                let by_key = |step: &&String| {
                    joined.iter().any(|key| step.ends_with(key))
                        || step.ends_with("(repository_id=? AND name=?)")
                };
                assert_eq!(plan[page..].iter().filter(by_key).count(), 2, "not by whole keys:\n{text}");
            }
        } else {
            let along = |way| text.contains(&format!("Index Only Scan {way}using {index} on"));
            assert!(along("") || along("Backward "), "not along {index}:\n{text}");
            assert!(!text.contains("Sort"), "it sorts:\n{text}");
            assert!(!text.contains("Seq Scan"), "it passes through a table:\n{text}");
        }
    }
}

/// Asserts that a search in all of a scope passes through nothing beyond, and sorts nothing.
async fn assert_unsorted(address: &str, sql: &str, arguments: &[&str]) {
    for plan in database::plans(address, &PLANNER.join("; "), sql, arguments).await {
        let text = format!("{sql}\n{}", plan.join("\n"));
        let beyond = if address.starts_with("sqlite:") { "SCAN " } else { "Seq Scan" };
        assert!(!text.contains(beyond), "it passes through a table:\n{text}");
        let sorts = if address.starts_with("sqlite:") { "TEMP B-TREE" } else { "Sort" };
        assert!(!text.contains(sorts), "it sorts:\n{text}");
    }
}

/// A store with 8,000 repositories, a tenth of them in the instance that is listed, and 20,000 tags.
async fn filled(folder: &TempDir) -> String {
    let address = database::fresh(folder.path()).await;
    drop(Store::open(&address, &Options::default()).unwrap());
    for sql in [REPOSITORIES, TAGS] {
        database::execute(&address, sql).await;
    }
    address
}

/// Nobody has SQLite count its rows, and PostgreSQL does so some time after they came.
#[tokio::test]
async fn every_listing_goes_along_an_index_in_its_order() {
    let folder = TempDir::new().unwrap();
    let address = filled(&folder).await;
    assert_all_along(&address).await;
    assert_searches(&address).await;
    if address.starts_with("sqlite:") {
        // With its rows counted, SQLite may well pass through a table of which an instance has a good part.
        database::execute(&address, "ANALYZE").await;
    } else {
        database::execute(&address, "VACUUM ANALYZE").await;
        assert_searches(&address).await;
    }
    assert_all_along(&address).await;
}

async fn assert_searches(address: &str) {
    let instance: InstanceId = "tcr-aaaaaaaa".parse().unwrap();
    for (scope, name, count) in [
        (Scope::Instance(&instance), "'tcr-aaaaaaaa'", listing::COUNT_LIKE_OF_INSTANCE),
        (Scope::Namespace(1), "1", listing::COUNT_LIKE_OF_NAMESPACE),
    ] {
        for sort in SORTS {
            assert_unsorted(address, listing::statement_like(scope, sort), &[name, "'9'", "100", "0"]).await;
        }
        assert_unsorted(address, count, &[name, "'9'"]).await;
    }
}

async fn assert_all_along(address: &str) {
    let instance: InstanceId = "tcr-aaaaaaaa".parse().unwrap();
    let unique = if address.starts_with("sqlite:") {
        "sqlite_autoindex_repositories_1"
    } else {
        "repositories_instance_id_name_key"
    };
    let scopes = [
        (
            Scope::Instance(&instance),
            "'tcr-aaaaaaaa'",
            [unique, "repositories_by_creation", "repository_updates_by_instance"],
            listing::NEWEST_OF_INSTANCE,
        ),
        (
            Scope::Namespace(1),
            "1",
            [
                "repositories_by_namespace",
                "repositories_of_namespace_by_creation",
                "repository_updates_by_namespace",
            ],
            listing::NEWEST_OF_NAMESPACE,
        ),
    ];
    for (scope, name, [by_name, by_creation, by_update], newest) in scopes {
        assert_along(address, newest, &[name], by_update).await;
        for (sort, backwards) in SORTS.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
            let sql = listing::statement(scope, sort, backwards);
            let (place, index): (&[&str], _) = match sort.key() {
                Key::Name => (&["'one/app-1000'"], by_name),
                Key::Created => (&["500", "1500"], by_creation),
                Key::Updated => (&["500", "1500"], by_update),
            };
            let arguments = [&[name], place, &["101", "0"]].concat();
            assert_along(address, sql, &arguments, index).await;
        }
    }
    for sql in [tags::PAGE_FORWARDS, tags::PAGE_BACKWARDS] {
        assert_along(address, sql, &["1", "3000", "'tag-9000'", "101", "0"], "tags_by_update").await;
    }
    let (digest, of_manifest) = ("'sha256:4'", "tags_of_manifest_by_update");
    assert_along(address, tags::LIKE, &["1", "'9'", "100", "0"], "tags_by_update").await;
    assert_along(address, tags::OF_MANIFEST, &["1", digest, "''", "100", "0"], of_manifest).await;
    assert_along(address, tags::COUNT_OF_MANIFEST, &["1", digest, "''"], of_manifest).await;
}
