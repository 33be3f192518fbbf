//! Long listings: every page of every order is a part of the whole, equal times included, however it is found.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use std::sync::Arc;

use fixture::{Fixture, database, namespace};
use wharf_db::{
    Marks, Page, Seek, manifests, namespaces,
    repositories::{self, Repository, Scope, Sort},
    tags::{self, TaggedImage},
};
use wharf_model::{Digest, MediaType, RepositoryName, Tag, Timestamp};

const SORTS: [Sort; 6] = [
    Sort::Name,
    Sort::NameDescending,
    Sort::Created,
    Sort::CreatedDescending,
    Sort::Updated,
    Sort::UpdatedDescending,
];
/// Rows of every listing here.
const ROWS: u64 = 23;
/// Pages to be asked for in turn: onwards, backwards, here and there, past the end.
const OFFSETS: [u64; 14] = [0, 4, 8, 12, 16, 20, 24, 15, 12, 3, 22, 23, 9, 1];

fn at(microseconds: u64) -> Timestamp {
    Timestamp::from_microseconds(microseconds.cast_signed())
}

/// 23 repositories in each of the namespaces `one` and `two`, several of which were made and changed at the same time.
async fn repositories(fixture: &Fixture) -> [i64; 2] {
    let instance = fixture.instance.clone();
    let work = move |tx: &wharf_db::Transaction<'_>| {
        let mut ids = [0, 0];
        for (name, id) in ["one", "two"].into_iter().zip(&mut ids) {
            namespaces::insert(tx, &instance, &namespace(name))?;
            *id = namespaces::find(tx, &instance, &name.parse().unwrap())?.unwrap().id;
            for number in 0..ROWS {
                let name: RepositoryName = format!("{name}/app-{}", number * 7 % ROWS).parse().unwrap();
                let new = repositories::NewRepository {
                    instance: &instance,
                    namespace_id: *id,
                    name: &name,
                    brief_description: "",
                    description: "",
                    now: at(number / 4),
                };
                let made = repositories::insert(tx, &new)?.unwrap();
                repositories::note_change(tx, made, 0, at(100 + number * 5 % 6))?;
            }
        }
        Ok(ids)
    };
    fixture.write(work).await.unwrap()
}

/// A scope: the fixture's instance, or a namespace.
fn scope(fixture: &wharf_model::InstanceId, namespace: Option<i64>) -> Scope<'_> {
    namespace.map_or(Scope::Instance(fixture), Scope::Namespace)
}

async fn listed(
    fixture: &Fixture,
    namespace: Option<i64>,
    sort: Sort,
    seek: Seek<repositories::Place>,
) -> Vec<Repository> {
    let instance = fixture.instance.clone();
    let list = fixture.read(move |tx| repositories::list(tx, scope(&instance, namespace), sort, &seek));
    list.await.unwrap()
}

fn names(repositories: &[Repository]) -> Vec<String> {
    repositories.iter().map(|one| one.name.to_string()).collect()
}

fn part<T: Clone>(whole: &[T], page: Page) -> Vec<T> {
    whole.iter().skip(page.offset as usize).take(page.limit as usize).cloned().collect()
}

fn is_in_order(sort: Sort, one: &Repository, next: &Repository) -> bool {
    match sort {
        Sort::Name => one.name.to_string() < next.name.to_string(),
        Sort::NameDescending => one.name.to_string() > next.name.to_string(),
        Sort::Created => (one.created_at, one.id) < (next.created_at, next.id),
        Sort::CreatedDescending => (one.created_at, one.id) > (next.created_at, next.id),
        Sort::Updated => (one.updated_at, one.id) < (next.updated_at, next.id),
        Sort::UpdatedDescending => (one.updated_at, one.id) > (next.updated_at, next.id),
    }
}

#[tokio::test]
async fn every_page_of_repositories_is_a_part_of_the_whole_in_every_order() {
    let fixture = Fixture::with_instance().await;
    let [one, _] = repositories(&fixture).await;
    for (namespace, total) in [(None, 2 * ROWS), (Some(one), ROWS)] {
        for sort in SORTS {
            let whole = listed(&fixture, namespace, sort, Seek::from_ends(total, Page::ALL)).await;
            assert_eq!(whole.len() as u64, total);
            assert!(whole.windows(2).all(|pair| is_in_order(sort, &pair[0], &pair[1])), "{sort:?}");
            let mut marks = Marks::default();
            for (offset, limit) in OFFSETS.into_iter().flat_map(|offset| [(offset, 4), (2 * offset, 1)]) {
                let page = Page { offset, limit };
                let plain = listed(&fixture, namespace, sort, Seek::from_ends(total, page));
                let mut plain = plain.await;
                plain.truncate(limit as usize);
                assert_eq!(names(&plain), names(&part(&whole, page)), "{sort:?} {page:?}");
                let seek = marks.seek(total, page);
                let mut found = listed(&fixture, namespace, sort, seek.clone()).await;
                for (position, place) in seek.cut(&mut found, Repository::place) {
                    marks.leave(position, place);
                }
                assert_eq!(names(&found), names(&part(&whole, page)), "{sort:?} {page:?} by marks");
            }
        }
    }
}

#[tokio::test]
async fn a_part_of_the_path_finds_repositories_in_every_order() {
    let fixture = Fixture::with_instance().await;
    let [one, _] = repositories(&fixture).await;
    for (namespace, total) in [(None, 2 * ROWS), (Some(one), ROWS)] {
        for sort in SORTS {
            let whole = listed(&fixture, namespace, sort, Seek::from_ends(total, Page::ALL)).await;
            for (text, page) in [
                ("p-2", Page::ALL),
                ("p-2", Page { offset: 2, limit: 2 }),
                ("one", Page::ALL),
                ("%", Page::ALL),
            ] {
                let holds = |one: &&Repository| one.name.path.as_str().contains(text);
                let expected: Vec<_> = whole.iter().filter(holds).cloned().collect();
                let instance = fixture.instance.clone();
                let found = fixture.read(move |tx| {
                    let scope = scope(&instance, namespace);
                    let page = repositories::list_like(tx, scope, text, sort, page)?;
                    Ok((page, repositories::count_like(tx, scope, text)?))
                });
                let (found, count) = found.await.unwrap();
                assert_eq!(count, expected.len() as u64, "{text}");
                assert_eq!(names(&found), names(&part(&expected, page)), "{sort:?} {text}");
            }
        }
    }
}

#[tokio::test]
async fn the_order_by_change_follows_whoever_changes_a_repository() {
    let fixture = Fixture::with_instance().await;
    let [one, _] = repositories(&fixture).await;
    let first = |sort| {
        let instance = fixture.instance.clone();
        let read = fixture.read(move |tx| {
            let mut ends = Vec::new();
            for scope in [Scope::Instance(&instance), Scope::Namespace(one)] {
                let revision = repositories::revision(tx, scope, Sort::Updated)?;
                let page = Seek::from_ends(revision.count, Page { offset: 0, limit: 1 });
                let name = repositories::list(tx, scope, sort, &page)?[0].name.to_string();
                ends.push((name, revision.updated_at, revision.count));
            }
            Ok(ends)
        });
        async move { read.await.unwrap() }
    };
    // As a program of a version before does it, which knows of no order.
    let changed = "UPDATE repositories SET updated_at = 500 WHERE name = 'one/app-5'";
    database::execute(&fixture.address, changed).await;
    let newest = ("one/app-5".to_owned(), Some(at(500)));
    let expected = [(newest.0.clone(), newest.1, 2 * ROWS), (newest.0, newest.1, ROWS)];
    assert_eq!(first(Sort::UpdatedDescending).await, expected);
    let instance = fixture.instance.clone();
    let deleted = fixture.write(move |tx| {
        let repository = repositories::find(tx, &instance, &"one/app-5".parse().unwrap())?.unwrap();
        repositories::delete(tx, &instance, &repository)
    });
    deleted.await.unwrap();
    for (name, updated_at, count) in first(Sort::UpdatedDescending).await {
        assert_ne!(name, "one/app-5");
        assert_eq!(updated_at, Some(at(105)));
        assert!(count == ROWS - 1 || count == 2 * ROWS - 1);
    }
}

#[tokio::test]
async fn a_revision_changes_with_what_is_in_a_scope() {
    let fixture = Fixture::with_instance().await;
    let [one, two] = repositories(&fixture).await;
    let revisions = || {
        let instance = fixture.instance.clone();
        let read = fixture.read(move |tx| {
            let scopes = [Scope::Instance(&instance), Scope::Namespace(one), Scope::Namespace(two)];
            scopes.into_iter().map(|scope| repositories::revision(tx, scope, Sort::Name)).collect()
        });
        async move { Result::<Vec<_>, _>::unwrap(read.await) }
    };
    let before = revisions().await;
    assert_eq!(before, revisions().await);
    let instance = fixture.instance.clone();
    let replaced = fixture.write(move |tx| {
        let name: RepositoryName = "one/app-5".parse().unwrap();
        let repository = repositories::find(tx, &instance, &name)?.unwrap();
        repositories::delete(tx, &instance, &repository)?;
        let new = repositories::NewRepository {
            instance: &instance,
            namespace_id: one,
            name: &name,
            brief_description: "",
            description: "",
            now: at(900),
        };
        repositories::insert(tx, &new).map(drop)
    });
    replaced.await.unwrap();
    let after = revisions().await;
    assert_eq!(before[2], after[2], "the other namespace is as it was");
    for (before, after) in before.iter().zip(&after).take(2) {
        assert_eq!(before.count, after.count);
        assert_ne!(before, after);
    }
}

#[tokio::test]
async fn every_page_of_tags_is_a_part_of_the_whole() {
    let fixture = Fixture::with_instance().await;
    let id = fixture.repository("team/app").await;
    let fill = fixture.write(move |tx| {
        let new = manifests::NewManifest {
            repository_id: id,
            digest: &Digest::of(b"one"),
            media_type: MediaType::OciManifest,
            artifact_type: None,
            subject: None,
            total_size: 3,
            depth: 0,
            annotations: None,
            content: b"one",
            links: &[],
            now: at(1),
        };
        let manifest = manifests::insert(tx, &new)?;
        for number in 0..ROWS {
            let tag: Tag = format!("v{}", number * 7 % ROWS).parse().unwrap();
            tags::put(tx, id, &tag, manifest, at(number / 4))?;
            repositories::note_change(tx, id, 1, at(number / 4))?;
        }
        Ok(())
    });
    fill.await.unwrap();
    let read = |seek: Seek<tags::Place>| {
        let list = fixture.read(move |tx| tags::list(tx, id, &seek));
        async move { list.await.unwrap() }
    };
    let key = |image: &TaggedImage| (image.updated_at, image.tag.to_string());
    let whole: Vec<_> = read(Seek::from_ends(ROWS, Page::ALL)).await.iter().map(key).collect();
    assert_eq!(whole.len() as u64, ROWS);
    assert!(whole.windows(2).all(|pair| pair[0] > pair[1]));
    let mut marks = Marks::default();
    for (offset, limit) in OFFSETS.into_iter().flat_map(|offset| [(offset, 4), (offset, 1), (offset, 0)]) {
        let page = Page { offset, limit };
        let seek: Seek<tags::Place> = marks.seek(ROWS, page);
        let mut found = read(seek.clone()).await;
        for (position, place) in seek.cut(&mut found, TaggedImage::place) {
            marks.leave(position, Arc::clone(&place));
        }
        let found: Vec<_> = found.iter().map(key).collect();
        assert_eq!(found, part(&whole, page), "{page:?}");
    }
}
