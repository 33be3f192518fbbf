//! Paging through listings that are long enough for their pages to be remembered.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;

use fixture::{Fixture, Running};
use futures_util::future::join_all;
use wharf_core::{Core, ImageFilter, NewRepository, Page, RepositoryWords, Sort};
use wharf_model::RepositoryName;

/// More than what is short.
const ROWS: usize = 620;
const LIMIT: u64 = 100;
const SORTS: [Sort; 6] = [
    Sort::Name,
    Sort::NameDescending,
    Sort::Created,
    Sort::CreatedDescending,
    Sort::Updated,
    Sort::UpdatedDescending,
];

fn name(number: usize) -> RepositoryName {
    format!("team/app-{number}").parse().unwrap()
}

async fn create(fixture: &Fixture, acme: &Running, name: RepositoryName) {
    let new = NewRepository { name, brief_description: String::new(), description: String::new() };
    fixture.core.create_repository(acme.operator.clone(), acme.id.clone(), new).await.unwrap();
}

/// What a listing must be: all there is, read without an order of the store's.
async fn whole(fixture: &Fixture, acme: &Running, sort: Sort) -> Vec<String> {
    let other = fixture.another().await;
    let list = other.list_repositories(
        acme.operator.clone(),
        acme.id.clone(),
        None,
        Some("app".to_owned()),
        Sort::Name,
        Page::ALL,
    );
    let mut all = list.await.unwrap().page;
    all.sort_by(|one, two| match sort {
        Sort::Name | Sort::NameDescending => one.name.to_string().cmp(&two.name.to_string()),
        Sort::Created | Sort::CreatedDescending => (one.created_at, one.id).cmp(&(two.created_at, two.id)),
        Sort::Updated | Sort::UpdatedDescending => (one.updated_at, one.id).cmp(&(two.updated_at, two.id)),
    });
    if matches!(sort, Sort::NameDescending | Sort::CreatedDescending | Sort::UpdatedDescending) {
        all.reverse();
    }
    all.iter().map(|one| one.name.to_string()).collect()
}

async fn page(core: &Core, acme: &Running, namespace: bool, sort: Sort, number: u64) -> (Vec<String>, u64) {
    let namespace = namespace.then(|| "team".parse().unwrap());
    let page = Page { offset: number * LIMIT, limit: LIMIT };
    let list = core.list_repositories(acme.operator.clone(), acme.id.clone(), namespace, None, sort, page);
    let found = list.await.unwrap();
    (found.page.iter().map(|one| one.name.to_string()).collect(), found.total)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_the_one_that_counting_gives_whatever_changed_before() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    join_all((0..ROWS).map(|number| create(&fixture, &acme, name(number)))).await;
    let core = &fixture.core;
    for change in 0..4 {
        match change {
            1 => create(&fixture, &acme, name(ROWS)).await,
            2 => {
                let words =
                    RepositoryWords { brief_description: "short".to_owned(), description: String::new() };
                let modify = core.modify_repository(acme.operator.clone(), acme.id.clone(), name(300), words);
                modify.await.unwrap();
            }
            3 => {
                let delete = core.delete_repository(acme.operator.clone(), acme.id.clone(), name(17), false);
                delete.await.unwrap();
            }
            _ => {}
        }
        for sort in SORTS {
            let whole = whole(&fixture, &acme, sort).await;
            for (namespace, number) in [false, true]
                .into_iter()
                .flat_map(|namespace| [0, 1, 2, 3, 4, 5, 6, 7, 3, 4].map(|n| (namespace, n)))
            {
                let (names, total) = page(core, &acme, namespace, sort, number).await;
                assert_eq!(total, whole.len() as u64);
                let expected = whole.iter().skip((number * LIMIT) as usize).take(LIMIT as usize);
                assert!(names.iter().eq(expected), "page {number} by {sort:?} after change {change}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_tags_follow_moves_and_deletions() {
    let fixture = Fixture::new().await;
    let acme = fixture.instance("acme").await;
    let tags: Vec<_> = (0..ROWS).map(|number| format!("v{number}")).collect();
    for some in tags.chunks(100) {
        let some: Vec<_> = some.iter().map(String::as_str).collect();
        fixture.push_image(&acme, "team/app", b"one", &some).await;
    }
    let read = |page: Page| {
        let (operator, id) = (acme.operator.clone(), acme.id.clone());
        let core = fixture.core.clone();
        async move {
            let filter = ImageFilter::default();
            let list = core.list_images(operator, id, "team/app".parse().unwrap(), filter, page);
            let found = list.await.unwrap();
            assert!(
                found.page.is_sorted_by_key(|image| std::cmp::Reverse((image.updated_at, image.tag.clone())))
            );
            (found.page.iter().map(|image| image.tag.to_string()).collect::<Vec<_>>(), found.total)
        }
    };
    let mut left = ROWS as u64;
    for change in 0..3 {
        if change == 1 {
            fixture.push_image(&acme, "team/app", b"two", &["v10"]).await;
        }
        if change == 2 {
            let name = "team/app".parse().unwrap();
            let delete = fixture.core.delete_image(
                acme.operator.clone(),
                acme.id.clone(),
                name,
                "v500".parse().unwrap(),
            );
            delete.await.unwrap();
            left -= 1;
        }
        let mut walked = Vec::new();
        for number in 0..8 {
            let (names, total) = read(Page { offset: number * LIMIT, limit: LIMIT }).await;
            assert_eq!(total, left);
            walked.extend(names);
        }
        assert_eq!(walked, read(Page::ALL).await.0, "after change {change}");
        assert_eq!(walked[0] == "v10", change > 0);
        walked.sort();
        walked.dedup();
        assert_eq!(walked.len() as u64, left);
    }
}
