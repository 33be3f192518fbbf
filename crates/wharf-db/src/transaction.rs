use std::cell::RefCell;

use crate::{Error, FromColumn, Row, Value, changes::Touched};

/// A transaction under way, or a consistent view to read from.
///
/// Statements number their parameters `$1`, `$2` …, in any order and as often as they like.
pub struct Transaction<'c> {
    connection: &'c dyn Connection,
    touched: RefCell<Touched>,
}

/// What an engine does for a transaction.
pub(crate) trait Connection {
    /// Runs a statement that answers no rows; says how many rows it changed.
    fn execute(&self, sql: &'static str, params: &[Value]) -> Result<u64, Error>;

    /// Hands each row of the answer to `take`, until that says that it is enough.
    fn query(
        &self,
        sql: &'static str,
        params: &[Value],
        take: &mut dyn FnMut(&Row<'_>) -> Result<Next, Error>,
    ) -> Result<(), Error>;
}

/// Whether the next row is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Wanted,
    Enough,
}

/// A part of an ordered listing: `limit` rows after the first `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Rows left out at the start.
    pub offset: u64,
    /// Rows at the most.
    pub limit: u64,
}

impl Page {
    /// Everything.
    pub const ALL: Self = Self { offset: 0, limit: u64::MAX };
}

impl<'c> Transaction<'c> {
    pub(crate) fn on(connection: &'c dyn Connection) -> Self {
        Self { connection, touched: RefCell::default() }
    }

    /// What the statements so far changed.
    pub(crate) fn into_touched(self) -> Touched {
        self.touched.into_inner()
    }

    /// Runs a statement that answers no rows; says how many rows it changed. Nothing that was read before is taken for
    /// true after that.
    pub(crate) fn execute(&self, sql: &'static str, params: &[Value]) -> Result<u64, Error> {
        self.touch(None, self.connection.execute(sql, params)?)
    }

    /// Runs a statement that changes nothing but what a repository holds.
    pub(crate) fn execute_in(
        &self,
        repository_id: i64,
        sql: &'static str,
        params: &[Value],
    ) -> Result<u64, Error> {
        self.touch(Some(repository_id), self.connection.execute(sql, params)?)
    }

    /// Runs a statement after which all that was found before is still there and as it was: one that adds rows, or
    /// changes what nobody remembers (counts, sessions, jobs).
    pub(crate) fn note(&self, sql: &'static str, params: &[Value]) -> Result<u64, Error> {
        self.connection.execute(sql, params)
    }

    fn touch(&self, repository_id: Option<i64>, changed: u64) -> Result<u64, Error> {
        if changed > 0 {
            self.touched.borrow_mut().touch(repository_id);
        }
        Ok(changed)
    }

    /// Every row of the answer, read by `read`.
    pub(crate) fn all<T>(
        &self,
        sql: &'static str,
        params: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        self.all_while(sql, params, |row| read(row).map(Some))
    }

    /// The rows of the answer, read by `read`, until that answers nothing.
    pub(crate) fn all_while<T>(
        &self,
        sql: &'static str,
        params: &[Value],
        mut read: impl FnMut(&Row<'_>) -> Result<Option<T>, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut answer = Vec::new();
        self.connection.query(sql, params, &mut |row| match read(row)? {
            Some(item) => {
                answer.push(item);
                Ok(Next::Wanted)
            }
            None => Ok(Next::Enough),
        })?;
        Ok(answer)
    }

    /// The first row of the answer, if there is one.
    pub(crate) fn first<T>(
        &self,
        sql: &'static str,
        params: &[Value],
        read: impl Fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut answer = None;
        self.connection.query(sql, params, &mut |row| {
            answer = Some(read(row)?);
            Ok(Next::Enough)
        })?;
        Ok(answer)
    }

    /// Whether the answer has a row.
    pub(crate) fn exists(&self, sql: &'static str, params: &[Value]) -> Result<bool, Error> {
        Ok(self.first(sql, params, |_| Ok(()))?.is_some())
    }

    /// The one number that `sql` answers.
    pub(crate) fn number<N: FromColumn>(&self, sql: &'static str, params: &[Value]) -> Result<N, Error> {
        let number = self.first(sql, params, |row| row.get(0))?;
        number.ok_or_else(|| Error::Engine("a statement that always answers a row answered none".to_owned()))
    }
}
