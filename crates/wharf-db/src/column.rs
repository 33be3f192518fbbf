use bytes::Bytes;
use std::{any::type_name, str::FromStr};

use wharf_model::{
    Completeness, Digest, Edition, InstanceId, InstanceName, InstanceStatus, MediaType, NamespaceName,
    RepositoryName, RoleId, RoleName, SecretId, ServiceAccountName, ServiceActions, SessionName, Severity,
    StorageName, Tag, Timestamp, Uin,
};

use crate::Error;

/// One value of a result row.
#[derive(Clone, Debug)]
pub enum Column {
    /// NULL
    Null,
    /// An integer, or a truth value as 0 or 1.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One result row.
pub struct Row<'r> {
    columns: &'r dyn Columns,
}

/// A row as its engine has it.
pub(crate) trait Columns {
    /// The value of column `index`, from 0.
    fn column(&self, index: usize) -> Result<Column, Error>;
}

/// What can be read from a column.
pub trait FromColumn: Sized {
    /// Reads the value, or gives the column back when it holds another.
    ///
    /// # Errors
    /// The column, when it is of another type or holds no such value.
    fn from_column(column: Column) -> Result<Self, Column>;
}

impl<'r> Row<'r> {
    pub(crate) fn new(columns: &'r dyn Columns) -> Self {
        Self { columns }
    }

    /// The value of column `index`, from 0.
    ///
    /// # Errors
    /// When the column holds something else.
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T, Error> {
        let column = self.columns.column(index)?;
        T::from_column(column).map_err(|column| corrupt::<T>(index, &column.describe()))
    }
}

fn corrupt<T>(column: usize, found: &str) -> Error {
    Error::Corrupt { column, expected: type_name::<T>(), found: found.to_owned() }
}

impl Column {
    /// What is there, without bytes that may be secret.
    fn describe(&self) -> String {
        match self {
            Self::Null => "nothing".to_owned(),
            Self::Integer(value) => value.to_string(),
            Self::Text(text) => format!("a text of {} bytes", text.len()),
            Self::Bytes(bytes) => format!("{} bytes", bytes.len()),
        }
    }
}

impl FromColumn for i64 {
    fn from_column(column: Column) -> Result<Self, Column> {
        if let Column::Integer(value) = column { Ok(value) } else { Err(column) }
    }
}

impl FromColumn for u64 {
    fn from_column(column: Column) -> Result<Self, Column> {
        match column {
            Column::Integer(value) => value.try_into().map_err(|_| column),
            other => Err(other),
        }
    }
}

impl FromColumn for bool {
    fn from_column(column: Column) -> Result<Self, Column> {
        i64::from_column(column).map(|value| value != 0)
    }
}

impl FromColumn for String {
    fn from_column(column: Column) -> Result<Self, Column> {
        if let Column::Text(text) = column { Ok(text) } else { Err(column) }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(column: Column) -> Result<Self, Column> {
        if let Column::Bytes(bytes) = column { Ok(bytes) } else { Err(column) }
    }
}

impl FromColumn for Bytes {
    fn from_column(column: Column) -> Result<Self, Column> {
        Vec::from_column(column).map(Self::from)
    }
}

impl FromColumn for Timestamp {
    fn from_column(column: Column) -> Result<Self, Column> {
        i64::from_column(column).map(Self::from_microseconds)
    }
}

impl FromColumn for Uin {
    fn from_column(column: Column) -> Result<Self, Column> {
        i64::from_column(column).map(Self::from_number)
    }
}

impl FromColumn for RoleId {
    fn from_column(column: Column) -> Result<Self, Column> {
        i64::from_column(column).map(Self::from_number)
    }
}

impl FromColumn for ServiceActions {
    fn from_column(column: Column) -> Result<Self, Column> {
        i64::from_column(column).map(Self::from_bits)
    }
}

impl FromColumn for MediaType {
    fn from_column(column: Column) -> Result<Self, Column> {
        match column {
            Column::Text(text) => Self::named(&text).ok_or(Column::Text(text)),
            other => Err(other),
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: Column) -> Result<Self, Column> {
        if matches!(column, Column::Null) { Ok(None) } else { T::from_column(column).map(Some) }
    }
}

fn parse<T: FromStr>(column: Column) -> Result<T, Column> {
    match column {
        Column::Text(text) => text.parse().map_err(|_| Column::Text(text)),
        other => Err(other),
    }
}

/// The default store is kept as an empty text, which needs no space.
impl FromColumn for StorageName {
    fn from_column(column: Column) -> Result<Self, Column> {
        match column {
            Column::Text(text) if text.is_empty() => Ok(Self::default()),
            other => parse(other),
        }
    }
}

macro_rules! parsed {
    ($($type:ty),*) => { $(
        impl FromColumn for $type {
            fn from_column(column: Column) -> Result<Self, Column> {
                parse(column)
            }
        }
    )* };
}

parsed!(
    Completeness,
    Digest,
    Edition,
    InstanceId,
    InstanceName,
    InstanceStatus,
    NamespaceName,
    RepositoryName,
    RoleName,
    SecretId,
    ServiceAccountName,
    SessionName,
    Severity,
    Tag
);
