use wharf_model::{EditionQuotas, Quota, Quotas};

use super::Sources;

/// `[quotas]`
pub(super) fn read(sources: &mut Sources<'_>) -> Quotas {
    let default = Quotas::default();
    Quotas {
        basic: sources.value_or("quotas.basic", |text| changed(default.basic, text), default.basic),
        standard: sources.value_or(
            "quotas.standard",
            |text| changed(default.standard, text),
            default.standard,
        ),
        premium: sources.value_or("quotas.premium", |text| changed(default.premium, text), default.premium),
    }
}

/// `QUOTA=NUMBER` or `QUOTA=unlimited`, with commas between; what is not named keeps its default.
fn changed(default: EditionQuotas, text: &str) -> Result<EditionQuotas, String> {
    text.split(',').try_fold(default, |quotas, part| {
        let (quota, limit) = part
            .split_once('=')
            .ok_or_else(|| format!("`{}` is not QUOTA=NUMBER, such as namespaces=50", part.trim()))?;
        let quota: Quota = quota.trim().parse().map_err(|error| format!("{error}"))?;
        Ok(quotas.with(quota, limit_of(limit.trim())?))
    })
}

fn limit_of(text: &str) -> Result<Option<u64>, String> {
    match text {
        "unlimited" => Ok(None),
        number => {
            number.parse().map(Some).map_err(|_| format!("`{number}` is no number and not `unlimited`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use wharf_model::{Quota, Quotas};

    use super::changed;

    #[test]
    fn what_is_named_is_changed_and_the_rest_stays() {
        let default = Quotas::default().basic;
        let read = changed(default, "namespaces=7, repositories = unlimited").unwrap();
        assert_eq!(read.limit(Quota::Namespaces), Some(7));
        assert_eq!(read.limit(Quota::Repositories), None);
        assert_eq!(read.limit(Quota::Tokens), default.limit(Quota::Tokens));
        for wrong in ["", "namespaces", "namespaces=", "namespaces=-1", "namespaces=many", "apples=1", "=1"] {
            assert!(changed(default, wrong).is_err(), "{wrong}");
        }
    }
}
