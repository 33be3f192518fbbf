use std::time::Duration;

use jiff::tz::{Offset, TimeZone};

/// A moment, in microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// This moment by the system's clock.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// The moment that many microseconds after 1970 began.
    pub const fn from_microseconds(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// Microseconds since 1970 began, as stores keep it.
    pub const fn microseconds(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970 began.
    pub const fn milliseconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whole seconds since 1970 began.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment and `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// This moment less `duration`.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long it is from here to a later moment; nothing when that has come.
    pub fn until(self, later: Self) -> Option<Duration> {
        let microseconds = u64::try_from(later.microseconds().saturating_sub(self.microseconds())).ok()?;
        (microseconds > 0).then(|| Duration::from_micros(microseconds))
    }

    /// This moment and that many calendar months later, as prepaid periods count: on the same day of the month in UTC,
    /// or on the month's last. Where the calendar ends (year 9999) it is this moment.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Self {
        let later = jiff::Span::new()
            .try_months(months)
            .and_then(|span| self.inner().to_zoned(TimeZone::UTC).checked_add(span));
        later.map_or(self, |later| Self(later.timestamp().as_microsecond()))
    }

    /// How many calendar months `later` is after this moment, days left aside: what [`Self::plus_months`] was given.
    pub fn months_until(self, later: Self) -> i64 {
        let months = |moment: Self| {
            let date = moment.inner().to_zoned(TimeZone::UTC).date();
            i64::from(date.year()) * 12 + i64::from(date.month())
        };
        months(later) - months(self)
    }

    /// The form of instances and tokens: `2024-07-19T15:33:22+08:00`, in the cloud's own time zone.
    pub fn to_china_time(self) -> String {
        let zone = TimeZone::fixed(Offset::constant(8));
        self.inner().to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string()
    }

    /// The form of namespaces: `2020-09-22T00:00:00+00:00`.
    pub fn to_utc_offset(self) -> String {
        self.inner().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
    }

    /// The form of temporary credentials: `2018-12-04T09:06:16Z`.
    pub fn to_utc(self) -> String {
        self.inner().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The form of images: `2022-08-06T07:31:01.207374Z`.
    pub fn to_utc_fraction(self) -> String {
        self.inner().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
    }

    /// The form of repositories: `2024-12-10 14:30:36.806284 +0000 UTC`.
    pub fn to_utc_words(self) -> String {
        self.inner().strftime("%Y-%m-%d %H:%M:%S.%6f +0000 UTC").to_string()
    }

    /// The date in UTC, `2019-02-25`, as signatures scope it.
    pub fn to_utc_date(self) -> String {
        self.inner().strftime("%Y-%m-%d").to_string()
    }

    fn inner(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn each_form_of_the_reference() {
        let moment = Timestamp::from_microseconds(1_721_374_402_207_374);
        assert_eq!(moment.to_china_time(), "2024-07-19T15:33:22+08:00");
        assert_eq!(moment.to_utc_offset(), "2024-07-19T07:33:22+00:00");
        assert_eq!(moment.to_utc(), "2024-07-19T07:33:22Z");
        assert_eq!(moment.to_utc_fraction(), "2024-07-19T07:33:22.207374Z");
        assert_eq!(moment.to_utc_words(), "2024-07-19 07:33:22.207374 +0000 UTC");
        assert_eq!(Timestamp::from_microseconds(1_551_113_065_000_000).to_utc_date(), "2019-02-25");
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let end_of_january = Timestamp::from_microseconds(1_706_659_200_000_000);
        assert_eq!(end_of_january.plus_months(1).to_utc_date(), "2024-02-29");
        for months in [0, 1, 2, 13, 60] {
            assert_eq!(end_of_january.months_until(end_of_january.plus_months(months)), months);
        }
        assert_eq!(end_of_january.plus_months(1_000_000), end_of_january);
    }
}
