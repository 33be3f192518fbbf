//! What every metadata store promises: whole transactions, durable when they are acknowledged.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::{collections::HashSet, time::Duration};

use fixture::{Fixture, account, database, instance, namespace, open};
use wharf_db::{
    Error, Store, Transaction, accounts, events, instances,
    jobs::{self, Kinds},
    leases, login_failures, namespaces, rate_limits,
};
use wharf_model::{InstanceStatus, Timestamp, Uin};

#[tokio::test]
async fn what_is_acknowledged_is_there_for_another_process() {
    let fixture = Fixture::new().await;
    fixture.write(|tx| accounts::insert(tx, &account(7))).await.unwrap();
    let other = open(&fixture.address).unwrap();
    let found = other.read::<_, Error, _>(|tx| accounts::find(tx, Uin::from_number(7))).await.unwrap();
    assert_eq!(found.unwrap().name, "account 7");
}

#[tokio::test]
async fn a_transaction_that_fails_changes_nothing_and_spares_its_neighbours() {
    let fixture = Fixture::new().await;
    let attempts = (1..=200).map(|number| {
        fixture.write(move |tx| {
            accounts::insert(tx, &account(number))?;
            if number % 3 == 0 { Err(Error::Aborted) } else { Ok(()) }
        })
    });
    let tasks: Vec<_> = attempts.map(tokio::spawn).collect();
    let mut kept = HashSet::new();
    for (number, task) in (1..=200).zip(tasks) {
        if task.await.unwrap().is_ok() {
            kept.insert(number);
        }
    }
    let found = fixture.read(accounts::list).await.unwrap();
    let found: HashSet<_> = found.into_iter().map(|account| account.uin.number()).collect();
    assert_eq!(found, kept);
    assert_eq!(kept.len(), 134);
}

#[tokio::test]
async fn a_panic_is_an_aborted_transaction() {
    let fixture = Fixture::new().await;
    let outcome = fixture.write::<()>(|tx| {
        accounts::insert(tx, &account(1))?;
        panic!("on purpose");
    });
    assert!(matches!(outcome.await, Err(Error::Aborted)));
    assert!(fixture.read(accounts::list).await.unwrap().is_empty());
    fixture.write(|tx| accounts::insert(tx, &account(1))).await.unwrap();
}

#[tokio::test]
async fn a_reader_changes_nothing() {
    let fixture = Fixture::new().await;
    let outcome = fixture.read(|tx| accounts::insert(tx, &account(1))).await;
    assert!(outcome.is_err());
}

#[tokio::test]
async fn of_many_with_one_name_one_is_made() {
    let fixture = Fixture::new().await;
    fixture.write(|tx| accounts::insert(tx, &account(1))).await.unwrap();
    let attempts = (0..50).map(|number| {
        let name = if number % 2 == 0 { "Acme" } else { "acme" };
        let row = instance(&format!("tcr-aaaaaa{number:02}"), name);
        fixture.write(move |tx| instances::insert(tx, &row))
    });
    let tasks: Vec<_> = attempts.map(tokio::spawn).collect();
    let mut made = 0;
    for task in tasks {
        made += i32::from(task.await.unwrap().unwrap());
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn a_schema_that_is_too_new_is_refused() {
    let fixture = Fixture::new().await;
    database::execute(&fixture.address, "UPDATE schema_version SET version = 9999, usable_from = 9999").await;
    let error = open(&fixture.address).err().unwrap();
    assert!(matches!(error, Error::NewerSchema { found: 9999, .. }), "{error}");
}

/// A rolling upgrade: the new program changed the schema, the old one goes on, and can be started again.
#[tokio::test]
async fn a_newer_schema_that_only_adds_is_used() {
    let fixture = Fixture::new().await;
    fixture.write(|tx| accounts::insert(tx, &account(1))).await.unwrap();
    let newer = "UPDATE schema_version SET version = 9999;
         ALTER TABLE accounts ADD COLUMN novelty BIGINT NOT NULL DEFAULT 7; CREATE TABLE novelties (id BIGINT)";
    database::execute(&fixture.address, newer).await;
    fixture.write(|tx| accounts::insert(tx, &account(2))).await.unwrap();
    assert_eq!(fixture.read(accounts::list).await.unwrap().len(), 2);
    let again = open(&fixture.address).unwrap();
    assert_eq!(again.read::<_, Error, _>(accounts::list).await.unwrap().len(), 2);
}

/// Processes that start at once on an empty database.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_start_one_makes_the_schema() {
    let folder = tempfile::TempDir::new().unwrap();
    let address = database::fresh(folder.path()).await;
    let starts = (0..6).map(|_| {
        let address = address.clone();
        tokio::task::spawn_blocking(move || open(&address).map(drop))
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.unwrap().unwrap();
    }
    open(&address).unwrap().write::<_, Error, _>(|tx| accounts::insert(tx, &account(1))).await.unwrap();
}

#[tokio::test]
async fn an_address_of_no_known_form_is_refused() {
    for address in
        ["", "sqlite:", "mysql://x", "/a/file", "postgres://", "postgres://host", "postgres://h/d?sslmode=x"]
    {
        let error = open(address).err().unwrap();
        assert!(matches!(error, Error::Address(_)), "{address}: {error}");
    }
    for address in ["sqlite:/does/not/exist/wharf.db", "postgres://nobody@127.0.0.1:1/nothing"] {
        assert!(matches!(open(address), Err(Error::Unavailable(_))), "{address}");
    }
}

/// Each reads a row and changes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_change_is_lost_between_processes() {
    let fixture = Fixture::with_instance().await;
    let other = open(&fixture.address).unwrap();
    let changes: Vec<_> = (0..60)
        .map(|number| {
            let store = if number % 2 == 0 { fixture.store.clone() } else { other.clone() };
            let id = fixture.instance.clone();
            tokio::spawn(async move {
                let work = move |tx: &Transaction<'_>| {
                    instances::find(tx, &id)?;
                    instances::add_to_counts(tx, &id, 1, 0)
                };
                store.write::<_, Error, _>(work).await
            })
        })
        .collect();
    for change in changes {
        change.await.unwrap().unwrap();
    }
    let id = fixture.instance.clone();
    let found = fixture.read(move |tx| instances::find(tx, &id)).await.unwrap().unwrap();
    assert_eq!(found.namespace_count, 60);
}

/// Two that each look for the other's work before they do their own: one of them sees it (no write skew).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transactions_happen_as_if_one_after_the_other() {
    let fixture = Fixture::new().await;
    for round in 0..20 {
        let (one, other) = (1000 + 2 * round, 1001 + 2 * round);
        let store = open(&fixture.address).unwrap();
        let unless = |store: Store, own: i64, others: i64| async move {
            let work = move |tx: &Transaction<'_>| {
                if accounts::find(tx, Uin::from_number(others))?.is_none() {
                    accounts::insert(tx, &account(own))?;
                }
                Ok(())
            };
            store.write::<_, Error, _>(work).await
        };
        let here = tokio::spawn(unless(fixture.store.clone(), one, other));
        let there = tokio::spawn(unless(store, other, one));
        here.await.unwrap().unwrap();
        there.await.unwrap().unwrap();
        let found = fixture.read(accounts::list).await.unwrap();
        let made = found.iter().filter(|row| [one, other].contains(&row.uin.number())).count();
        assert_eq!(made, 1, "round {round}");
    }
}

/// As after a restart of the database: nobody who asks is told of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_that_broke_are_made_anew() {
    let fixture = Fixture::new().await;
    if database::server().is_none() {
        return; // A file has no connections.
    }
    for round in 0..5 {
        let break_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()";
        database::execute(&fixture.address, break_all).await;
        let insert = |number: i64| fixture.write(move |tx| accounts::insert(tx, &account(number)));
        let inserts: Vec<_> = (0..20).map(|number| tokio::spawn(insert(round * 100 + number))).collect();
        for insert in inserts {
            insert.await.unwrap().unwrap();
        }
        assert_eq!(fixture.read(accounts::list).await.unwrap().len() as i64, 20 * (round + 1));
    }
}

#[tokio::test]
async fn states_change_from_the_expected_one_only() {
    let fixture = Fixture::with_instance().await;
    let id = fixture.instance.clone();
    let step = |from, to| {
        let id = id.clone();
        fixture.write(move |tx| instances::set_status(tx, &id, from, to))
    };
    assert!(!step(InstanceStatus::Deploying, InstanceStatus::Running).await.unwrap());
    assert!(step(InstanceStatus::Pending, InstanceStatus::Deploying).await.unwrap());
    assert!(!step(InstanceStatus::Pending, InstanceStatus::Deploying).await.unwrap());
}

#[tokio::test]
async fn a_filter_holds_no_patterns() {
    let fixture = Fixture::with_instance().await;
    let id = fixture.instance.clone();
    for name in ["aa_b", "aaxb", "cc"] {
        let (id, row) = (id.clone(), namespace(name));
        assert!(fixture.write(move |tx| namespaces::insert(tx, &id, &row)).await.unwrap());
    }
    for (text, expected) in [("a_b", vec!["aa_b"]), ("%", vec![]), ("a", vec!["aa_b", "aaxb"])] {
        let (id, filter) = (id.clone(), namespaces::Filter { name: Some(text.to_owned()), tags: Vec::new() });
        let (list, count) = fixture
            .read(move |tx| {
                let list = namespaces::list(tx, &id, &filter, wharf_db::Page::ALL)?;
                Ok((list, namespaces::count(tx, &id, &filter)?))
            })
            .await
            .unwrap();
        let names: Vec<_> = list.iter().map(|namespace| namespace.name.as_str()).collect();
        assert_eq!(names, expected, "{text}");
        assert_eq!(count, expected.len() as u64);
    }
}

/// No test has jobs of that kind.
const ANY: Kinds = Kinds::AllBut("other");

#[tokio::test]
async fn jobs_of_a_kind_are_leased_apart_from_others() {
    let fixture = Fixture::new().await;
    let now = Timestamp::now();
    let until = now.plus(Duration::from_secs(10));
    for kind in ["long", "short"] {
        fixture.write(move |tx| jobs::insert(tx, kind, "subject", now, now)).await.unwrap();
    }
    let is_held = |kind: &'static str| fixture.read(move |tx| jobs::is_held(tx, kind, "subject", now));
    for (kinds, kind) in [(Kinds::AllBut("long"), "short"), (Kinds::Only("long"), "long")] {
        assert!(fixture.read(move |tx| jobs::is_due(tx, kinds, now)).await.unwrap());
        assert!(!is_held(kind).await.unwrap());
        let job = fixture.write(move |tx| jobs::lease(tx, kinds, now, until)).await.unwrap();
        assert_eq!(job.unwrap().kind, kind);
        assert!(is_held(kind).await.unwrap());
        assert!(!fixture.read(move |tx| jobs::is_due(tx, kinds, now)).await.unwrap());
        assert!(fixture.write(move |tx| jobs::lease(tx, kinds, now, until)).await.unwrap().is_none());
    }
    assert!(!fixture.read(move |tx| jobs::is_held(tx, "long", "subject", until)).await.unwrap());
}

#[tokio::test]
async fn a_job_is_leased_to_one_until_its_lease_ends() {
    let fixture = Fixture::new().await;
    let now = Timestamp::now();
    let later = now.plus(Duration::from_secs(60));
    fixture.write(move |tx| jobs::insert(tx, "kind", "subject", now, now)).await.unwrap();
    fixture.write(move |tx| jobs::insert(tx, "kind", "later", later, now)).await.unwrap();
    let lease =
        |at: Timestamp| fixture.write(move |tx| jobs::lease(tx, ANY, at, at.plus(Duration::from_secs(10))));
    let job = lease(now).await.unwrap().unwrap();
    assert_eq!((job.subject.as_str(), job.attempts), ("subject", 1));
    assert!(lease(now).await.unwrap().is_none());
    let again = lease(now.plus(Duration::from_secs(10))).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (job.id, 2));
    // Who lost it has no say any more.
    let lost = job.clone();
    let late = move |tx: &Transaction<'_>| {
        jobs::delete(tx, &lost)?;
        jobs::postpone(tx, &lost, now, "late")?;
        jobs::renew(tx, &lost, later)
    };
    assert!(!fixture.write(late).await.unwrap());
    let (held, soon) = (again.clone(), now.plus(Duration::from_secs(50)));
    assert!(fixture.write(move |tx| jobs::renew(tx, &held, soon)).await.unwrap());
    assert!(lease(now.plus(Duration::from_secs(40))).await.unwrap().is_none());
    let failed = again.clone();
    fixture.write(move |tx| jobs::postpone(tx, &failed, later, "no")).await.unwrap();
    assert!(!fixture.read(move |tx| jobs::is_due(tx, ANY, now)).await.unwrap());
    assert!(fixture.read(move |tx| jobs::is_due(tx, ANY, later)).await.unwrap());
    fixture.write(move |tx| jobs::delete(tx, &again)).await.unwrap();
    assert_eq!(lease(later).await.unwrap().unwrap().subject, "later");
}

#[tokio::test]
async fn a_lease_is_one_holders_until_it_ends() {
    let fixture = Fixture::new().await;
    let now = Timestamp::now();
    let at = move |seconds| now.plus(Duration::from_secs(seconds));
    let take = |holder: &'static str, from: Timestamp, until: Timestamp| {
        fixture.write(move |tx| leases::take(tx, "cleaning", holder, from, until))
    };
    assert!(take("one", at(0), at(10)).await.unwrap());
    assert!(!take("two", at(5), at(15)).await.unwrap());
    assert!(fixture.read(move |tx| leases::is_taken(tx, "cleaning", "two", at(5))).await.unwrap());
    assert!(take("one", at(5), at(15)).await.unwrap());
    assert!(!take("two", at(10), at(20)).await.unwrap());
    assert!(take("two", at(15), at(25)).await.unwrap());
    assert!(!take("one", at(16), at(26)).await.unwrap());
    fixture.write(|tx| leases::release_all(tx, "two")).await.unwrap();
    assert!(take("one", at(17), at(27)).await.unwrap());
}

#[tokio::test]
async fn failed_log_ins_count_until_they_are_forgotten() {
    let fixture = Fixture::new().await;
    let now = Timestamp::now();
    let at = move |seconds| now.plus(Duration::from_secs(seconds));
    let add = |when, forgotten| fixture.write(move |tx| login_failures::add(tx, "key", when, forgotten));
    let count = || fixture.read(|tx| Ok(login_failures::find(tx, "key")?.map(|failures| failures.count)));
    add(at(0), at(0)).await.unwrap();
    add(at(10), at(0)).await.unwrap();
    assert_eq!(count().await.unwrap(), Some(2));
    add(at(30), at(20)).await.unwrap();
    assert_eq!(count().await.unwrap(), Some(1));
    assert_eq!(fixture.write(move |tx| login_failures::delete_older(tx, at(30))).await.unwrap(), 0);
    assert_eq!(fixture.write(move |tx| login_failures::delete_older(tx, at(31))).await.unwrap(), 1);
    assert_eq!(count().await.unwrap(), None);
}

#[tokio::test]
async fn an_event_is_taken_once() {
    let fixture = Fixture::new().await;
    fixture.write(|tx| events::insert(tx, "kind", "subject", Timestamp::now())).await.unwrap();
    let event = fixture.read(|tx| events::list(tx, 10)).await.unwrap().remove(0);
    assert!(fixture.write(move |tx| events::delete(tx, event.id)).await.unwrap());
    assert!(!fixture.write(move |tx| events::delete(tx, event.id)).await.unwrap());
}

#[tokio::test]
async fn an_allowance_is_used_by_the_database_s_clock_and_forgotten_when_it_is_whole() {
    let fixture = Fixture::new().await;
    let add = |key: &'static str, cost| fixture.write(move |tx| rate_limits::add(tx, key, cost));
    let near = |used: Duration, expected: u64| {
        let expected = Duration::from_millis(expected);
        assert!(used <= expected && used + Duration::from_secs(5) >= expected, "{used:?} of {expected:?}");
    };
    near(add("one", Duration::from_secs(20)).await.unwrap(), 20_000);
    near(add("one", Duration::from_secs(30)).await.unwrap(), 50_000);
    near(add("other", Duration::from_micros(1)).await.unwrap(), 1);
    tokio::time::sleep(Duration::from_millis(20)).await;
    // What was not used is not saved up.
    near(add("other", Duration::from_millis(10)).await.unwrap(), 10);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(fixture.write(|tx| rate_limits::delete_older(tx, Duration::from_secs(60))).await.unwrap(), 0);
    assert_eq!(fixture.write(|tx| rate_limits::delete_older(tx, Duration::ZERO)).await.unwrap(), 1);
    near(add("one", Duration::from_secs(1)).await.unwrap(), 51_000);
}
