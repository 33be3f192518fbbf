use rusqlite::{Connection, Statement};

use crate::{Error, Row, Value};

/// A transaction under way, or a consistent view to read from.
///
/// Statements number their parameters `$1`, `$2` …, in any order and as often as they like.
pub struct Transaction<'c> {
    connection: &'c Connection,
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
    pub(crate) fn on(connection: &'c Connection) -> Self {
        Self { connection }
    }

    /// Runs a statement that answers no rows; says how many rows it changed.
    pub(crate) fn execute(&self, sql: &'static str, params: &[Value]) -> Result<u64, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        Ok(u64::try_from(statement.raw_execute()?).unwrap_or_default())
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
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        let mut answer = Vec::new();
        while let Some(row) = rows.next()? {
            match read(&Row::new(row))? {
                Some(item) => answer.push(item),
                None => break,
            }
        }
        Ok(answer)
    }

    /// The first row of the answer, if there is one.
    pub(crate) fn first<T>(
        &self,
        sql: &'static str,
        params: &[Value],
        read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        rows.next()?.map(|row| read(&Row::new(row))).transpose()
    }

    /// Whether the answer has a row.
    pub(crate) fn exists(&self, sql: &'static str, params: &[Value]) -> Result<bool, Error> {
        Ok(self.first(sql, params, |_| Ok(()))?.is_some())
    }

    /// The one number that `sql` answers.
    pub(crate) fn number<N: crate::FromColumn>(
        &self,
        sql: &'static str,
        params: &[Value],
    ) -> Result<N, Error> {
        let number = self.first(sql, params, |row| row.get(0))?;
        number.ok_or_else(|| Error::Engine("a statement that always answers a row answered none".to_owned()))
    }
}

/// SQLite numbers parameters by first appearance, so each is bound by its name.
fn bind(statement: &mut Statement<'_>, params: &[Value]) -> Result<(), Error> {
    use rusqlite::types::{Null, ToSqlOutput, ValueRef};
    const NAMES: [&str; 16] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16",
    ];
    for (name, value) in NAMES.into_iter().zip(params) {
        let Some(index) = statement.parameter_index(name)? else { continue };
        match value {
            Value::Null => statement.raw_bind_parameter(index, Null)?,
            Value::Integer(value) => statement.raw_bind_parameter(index, value)?,
            Value::Boolean(value) => statement.raw_bind_parameter(index, value)?,
            Value::Text(value) => {
                statement
                    .raw_bind_parameter(index, ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())))?;
            }
            Value::Bytes(value) => {
                statement.raw_bind_parameter(index, ToSqlOutput::Borrowed(ValueRef::Blob(value)))?;
            }
        }
    }
    Ok(())
}
