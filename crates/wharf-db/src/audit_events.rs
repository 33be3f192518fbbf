//! Who did what to what, from where, with which result.

use wharf_model::{Timestamp, Uin};

use crate::{Error, Row, Transaction, value::params};

/// What happened once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// When it began.
    pub time: Timestamp,
    /// The request, as the log and the answer have it.
    pub request_id: Option<String>,
    /// Who acted, as far as that was proved.
    pub account: Option<Uin>,
    /// The account that `account` belongs to: itself, where it is no sub-account.
    pub owner: Option<Uin>,
    /// By which credential: an access key's SecretId, an instance token's id, or a user of the machine.
    pub credential: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// By which door: a product of the cloud API, `registry`, `admin`, or `worker`.
    pub product: String,
    /// What was done, or asked for.
    pub action: String,
    /// The region that the call named.
    pub region: Option<String>,
    /// To what: `INSTANCE/NAMESPACE/REPOSITORY:REFERENCE` as far as it was named, or another name.
    pub resource: Option<String>,
    /// Why it was not done; none for what was done.
    pub code: Option<String>,
    /// The same in words.
    pub message: Option<String>,
    /// What the client said that it is.
    pub user_agent: Option<String>,
    /// Other parameters, none of which is a secret, as a JSON object.
    pub parameters: Option<String>,
}

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAuditEvent {
    /// Where it stands among all.
    pub place: Place,
    /// The event.
    pub event: AuditEvent,
}

/// Where an event stands among all, by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The event's time.
    pub time: Timestamp,
    /// The event's number.
    pub id: i64,
}

/// Which events a listing holds.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Filter {
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Of this account.
    pub account: Option<Uin>,
    /// Of this action.
    pub action: Option<String>,
    /// Of resources that begin with this.
    pub resource: Option<String>,
    /// With this code; `ok` is what was done.
    pub code: Option<String>,
}

/// Keeps an event.
pub fn insert(tx: &Transaction<'_>, event: &AuditEvent) -> Result<(), Error> {
    tx.note(
        "INSERT INTO audit_events (time, request_id, account, owner, credential, address, product, action, region,
             resource, code, message, user_agent, parameters)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            event.time,
            event.request_id,
            event.account,
            event.owner,
            event.credential,
            event.address,
            event.product,
            event.action,
            event.region,
            event.resource,
            event.code,
            event.message,
            event.user_agent,
            event.parameters,
        ],
    )
    .map(drop)
}

/// Events that pass `filter`, the last first, `limit` at most: those before `before`. Those of an account are found
/// by an index; else every event between `since` and `until` is looked at until there are enough.
pub fn list_before(
    tx: &Transaction<'_>,
    filter: &Filter,
    before: Option<Place>,
    limit: u64,
) -> Result<Vec<StoredAuditEvent>, Error> {
    let sql = if filter.account.is_some() {
        listing!(" AND account = $8", "<", "DESC")
    } else {
        listing!("", "<", "DESC")
    };
    list(tx, sql, filter, before.unwrap_or(Place::LAST), limit)
}

/// As [`list_before`], the first first: those after `after`.
pub fn list_after(
    tx: &Transaction<'_>,
    filter: &Filter,
    after: Option<Place>,
    limit: u64,
) -> Result<Vec<StoredAuditEvent>, Error> {
    let sql = if filter.account.is_some() {
        listing!(" AND account = $8", ">", "ASC")
    } else {
        listing!("", ">", "ASC")
    };
    list(tx, sql, filter, after.unwrap_or(Place::FIRST), limit)
}

/// Forgets events before `time`, `limit` at most, the oldest first; says how many.
pub fn delete_before(tx: &Transaction<'_>, time: Timestamp, limit: u64) -> Result<u64, Error> {
    tx.note(
        "DELETE FROM audit_events WHERE id IN
             (SELECT id FROM audit_events WHERE time < $1 ORDER BY time, id LIMIT $2)",
        params![time, limit],
    )
}

impl Place {
    const FIRST: Self = Self { time: Timestamp::from_microseconds(i64::MIN), id: i64::MIN };
    const LAST: Self = Self { time: Timestamp::from_microseconds(i64::MAX), id: i64::MAX };
}

fn list(
    tx: &Transaction<'_>,
    sql: &'static str,
    filter: &Filter,
    place: Place,
    limit: u64,
) -> Result<Vec<StoredAuditEvent>, Error> {
    let since = filter.since.unwrap_or(Place::FIRST.time);
    let until = filter.until.unwrap_or(Place::LAST.time);
    let common = params![
        since,
        until,
        place.time,
        place.id,
        filter.action,
        filter.resource,
        filter.code,
        filter.account,
        limit
    ];
    tx.all(sql, common, read)
}

fn read(row: &Row<'_>) -> Result<StoredAuditEvent, Error> {
    let event = AuditEvent {
        time: row.get(1)?,
        request_id: row.get(2)?,
        account: row.get(3)?,
        owner: row.get(4)?,
        credential: row.get(5)?,
        address: row.get(6)?,
        product: row.get(7)?,
        action: row.get(8)?,
        region: row.get(9)?,
        resource: row.get(10)?,
        code: row.get(11)?,
        message: row.get(12)?,
        user_agent: row.get(13)?,
        parameters: row.get(14)?,
    };
    Ok(StoredAuditEvent { place: Place { time: event.time, id: row.get(0)? }, event })
}

macro_rules! listing {
    ($account:literal, $beyond:literal, $order:literal) => {
        concat!(
            "SELECT id, time, request_id, account, owner, credential, address, product, action, region, resource, code,
                 message, user_agent, parameters
             FROM audit_events
             WHERE time >= $1 AND time < $2 AND (time, id) ",
            $beyond,
            " ($3, $4)
             AND ($5 IS NULL OR action = $5)
             AND ($6 IS NULL OR substr(resource, 1, length($6)) = $6)
             AND ($7 IS NULL OR coalesce(code, 'ok') = $7)
             AND ($8 IS NULL OR account = $8)",
            $account,
            " ORDER BY time ",
            $order,
            ", id ",
            $order,
            " LIMIT $9"
        )
    };
}
use listing;
