//! docs/api/ says of every action what its declaration says: a page a family, made anew with `make docs`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod page;
mod sample;

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use serde_json::Value;
use wharf_cloudapi::{Declaration, Product};

const SPEC: &str = include_str!("../../../../spec/tcr-2019-09-24.json");

/// Titles of pages, by the family that the API's facts name, or the product where it has one page.
const TITLES: [(&str, &str); 6] = [
    ("instance", "Instances and their tokens"),
    ("namespace", "Namespaces"),
    ("repository", "Repositories and images"),
    ("service-account", "Service accounts"),
    ("sts", "Temporary credentials"),
    ("tag", "Cloud tags"),
];

/// Where an action belongs that the API's facts put into no family.
const WITHOUT_FAMILY: [(&str, &str); 1] = [("ModifyInstanceStorage", "instance")];

#[test]
fn the_pages_say_what_the_declarations_say() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/api");
    let write = env::var_os("WHARF_WRITE_API_PAGES").is_some();
    for (name, text) in pages() {
        let path = folder.join(format!("{name}.md"));
        if write {
            fs::write(&path, text).unwrap();
        } else {
            let written = fs::read_to_string(&path).unwrap_or_default();
            assert!(written == text, "docs/api/{name}.md is not what the declarations say: make docs");
        }
    }
}

fn pages() -> BTreeMap<String, String> {
    let mut sections: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for product in [wharf_sts::product(), wharf_tag::product(), wharf_tcr::product()] {
        for declaration in product.declarations() {
            let family = family(&product, &declaration);
            sections.entry(family).or_default().push(page::section(&product, &declaration));
        }
    }
    sections
        .into_iter()
        .map(|(family, sections)| {
            let title = TITLES.iter().find(|(name, _)| *name == family).map(|(_, title)| *title);
            let title = title.unwrap_or_else(|| panic!("the page {family} has no title"));
            (family, page::page(title, &sections))
        })
        .collect()
}

fn family(product: &Product, declaration: &Declaration) -> String {
    if product.service != "tcr" {
        return product.service.to_owned();
    }
    let spec: Value = serde_json::from_str(SPEC).unwrap();
    let documented = spec["actions"][declaration.name]["family"].as_str();
    let other = WITHOUT_FAMILY.iter().find(|(name, _)| *name == declaration.name).map(|(_, family)| *family);
    let family = documented.or(other).unwrap_or_else(|| panic!("{} has no family", declaration.name));
    family.to_owned()
}
