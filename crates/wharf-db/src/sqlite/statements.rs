use rusqlite::{
    Connection, Statement,
    types::{ToSqlOutput, ValueRef},
};

use crate::{
    Error, Row, Value,
    column::{Column, Columns},
    transaction::{self, Next},
};

/// SQLite's connection, of which the engine made a transaction.
pub(crate) struct Statements<'c>(pub(crate) &'c Connection);

impl transaction::Connection for Statements<'_> {
    fn execute(&self, sql: &'static str, params: &[Value]) -> Result<u64, Error> {
        let mut statement = self.0.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        Ok(u64::try_from(statement.raw_execute()?).unwrap_or_default())
    }

    fn query(
        &self,
        sql: &'static str,
        params: &[Value],
        take: &mut dyn FnMut(&Row<'_>) -> Result<Next, Error>,
    ) -> Result<(), Error> {
        let mut statement = self.0.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if take(&Row::new(row))? == Next::Enough {
                break;
            }
        }
        Ok(())
    }
}

/// SQLite numbers parameters by first appearance, so each is bound by its name.
fn bind(statement: &mut Statement<'_>, params: &[Value]) -> Result<(), Error> {
    const NAMES: [&str; 16] = [
        "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$16",
    ];
    for (name, value) in NAMES.into_iter().zip(params) {
        let Some(index) = statement.parameter_index(name)? else { continue };
        statement.raw_bind_parameter(index, ToSqlOutput::Borrowed(borrowed(value)))?;
    }
    Ok(())
}

fn borrowed(value: &Value) -> ValueRef<'_> {
    match value {
        Value::Integer(Some(value)) => ValueRef::Integer(*value),
        Value::Boolean(Some(value)) => ValueRef::Integer((*value).into()),
        Value::Text(Some(value)) => ValueRef::Text(value.as_bytes()),
        Value::Bytes(Some(value)) => ValueRef::Blob(value),
        Value::Integer(None) | Value::Boolean(None) | Value::Text(None) | Value::Bytes(None) => {
            ValueRef::Null
        }
    }
}

impl Columns for rusqlite::Row<'_> {
    fn column(&self, index: usize) -> Result<Column, Error> {
        Ok(match self.get_ref(index)? {
            ValueRef::Null => Column::Null,
            ValueRef::Integer(value) => Column::Integer(value),
            ValueRef::Real(value) => {
                return Err(Error::Engine(format!("column {index} holds {value}, which no column may")));
            }
            ValueRef::Text(value) => Column::Text(String::from_utf8_lossy(value).into_owned()),
            ValueRef::Blob(value) => Column::Bytes(value.to_vec()),
        })
    }
}
