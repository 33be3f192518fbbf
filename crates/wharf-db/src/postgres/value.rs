//! Values and columns as PostgreSQL types.

use std::error::Error as StdError;

use bytes::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::{
    Error, Value,
    column::{Column, Columns},
};

/// The type of a parameter, which is so said and not guessed from where it stands.
pub(crate) fn type_of(value: &Value) -> Type {
    match value {
        Value::Integer(_) => Type::INT8,
        Value::Boolean(_) => Type::BOOL,
        Value::Text(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
    }
}

impl ToSql for Value {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Integer(value) => value.to_sql(of, out),
            Self::Boolean(value) => value.to_sql(of, out),
            Self::Text(value) => value.to_sql(of, out),
            Self::Bytes(value) => value.to_sql(of, out),
        }
    }

    fn accepts(of: &Type) -> bool {
        [Type::INT8, Type::BOOL, Type::TEXT, Type::BYTEA].contains(of)
    }

    to_sql_checked!();
}

impl Columns for tokio_postgres::Row {
    fn column(&self, index: usize) -> Result<Column, Error> {
        let of = self.columns().get(index).map(|column| column.type_().clone());
        let column = match of {
            Some(Type::INT8) => self.try_get::<_, Option<i64>>(index)?.map(Column::Integer),
            Some(Type::INT4) => {
                self.try_get::<_, Option<i32>>(index)?.map(|value| Column::Integer(value.into()))
            }
            Some(Type::BOOL) => {
                self.try_get::<_, Option<bool>>(index)?.map(|value| Column::Integer(value.into()))
            }
            Some(Type::TEXT) => self.try_get::<_, Option<String>>(index)?.map(Column::Text),
            Some(Type::BYTEA) => self.try_get::<_, Option<Vec<u8>>>(index)?.map(Column::Bytes),
            of => {
                return Err(Error::Engine(format!(
                    "column {index} has the type {of:?}, which no column may"
                )));
            }
        };
        Ok(column.unwrap_or(Column::Null))
    }
}
