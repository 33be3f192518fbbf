//! What every metadata store promises: whole transactions, durable when they are acknowledged. Run against SQLite.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::{collections::HashSet, time::Duration};

use fixture::{Fixture, account, instance, namespace};
use wharf_db::{Error, Store, accounts, events, instances, jobs, namespaces};
use wharf_model::{InstanceStatus, Timestamp, Uin};

#[tokio::test]
async fn what_is_acknowledged_is_there_for_another_process() {
    let fixture = Fixture::new();
    fixture.write(|tx| accounts::insert(tx, &account(7))).await.unwrap();
    let other = Store::open(&fixture.address).unwrap();
    let found = other.read::<_, Error, _>(|tx| accounts::find(tx, Uin::from_number(7))).await.unwrap();
    assert_eq!(found.unwrap().name, "account 7");
}

#[tokio::test]
async fn a_transaction_that_fails_changes_nothing_and_spares_its_neighbours() {
    let fixture = Fixture::new();
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
    let fixture = Fixture::new();
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
    let fixture = Fixture::new();
    let outcome = fixture.read(|tx| accounts::insert(tx, &account(1))).await;
    assert!(outcome.is_err());
}

#[tokio::test]
async fn of_many_with_one_name_one_is_made() {
    let fixture = Fixture::new();
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
async fn a_newer_schema_is_refused() {
    let fixture = Fixture::new();
    let path = fixture.address.strip_prefix("sqlite:").unwrap();
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.pragma_update(None, "user_version", 9999).unwrap();
    let error = Store::open(&fixture.address).err().unwrap();
    assert!(matches!(error, Error::NewerSchema { found: 9999, .. }), "{error}");
}

#[tokio::test]
async fn an_address_of_no_known_form_is_refused() {
    for address in ["", "sqlite:", "mysql://x", "/a/file"] {
        assert!(matches!(Store::open(address), Err(Error::Address(_))), "{address}");
    }
    assert!(Store::open("sqlite:/does/not/exist/wharf.db").is_err());
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
        let (id, filter) = (id.clone(), namespaces::Filter { name: Some(text.to_owned()), tag: None });
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

#[tokio::test]
async fn a_job_is_leased_to_one_until_its_lease_ends() {
    let fixture = Fixture::new();
    let now = Timestamp::now();
    let later = now.plus(Duration::from_secs(60));
    fixture.write(move |tx| jobs::insert(tx, "kind", "subject", now, now)).await.unwrap();
    fixture.write(move |tx| jobs::insert(tx, "kind", "later", later, now)).await.unwrap();
    let lease =
        |at: Timestamp| fixture.write(move |tx| jobs::lease(tx, at, at.plus(Duration::from_secs(10))));
    let job = lease(now).await.unwrap().unwrap();
    assert_eq!((job.subject.as_str(), job.attempts), ("subject", 1));
    assert!(lease(now).await.unwrap().is_none());
    let again = lease(now.plus(Duration::from_secs(10))).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (job.id, 2));
    fixture.write(move |tx| jobs::postpone(tx, job.id, later, "no")).await.unwrap();
    assert!(!fixture.read(move |tx| jobs::is_due(tx, now)).await.unwrap());
    assert!(fixture.read(move |tx| jobs::is_due(tx, later)).await.unwrap());
    fixture.write(move |tx| jobs::delete(tx, job.id)).await.unwrap();
    assert_eq!(lease(later).await.unwrap().unwrap().subject, "later");
}

#[tokio::test]
async fn an_event_is_taken_once() {
    let fixture = Fixture::new();
    fixture.write(|tx| events::insert(tx, "kind", "subject", Timestamp::now())).await.unwrap();
    let event = fixture.read(|tx| events::list(tx, 10)).await.unwrap().remove(0);
    assert!(fixture.write(move |tx| events::delete(tx, event.id)).await.unwrap());
    assert!(!fixture.write(move |tx| events::delete(tx, event.id)).await.unwrap());
}
