use std::{cell::Cell, pin::pin};

use futures_util::StreamExt;
use tokio_postgres::{Statement, types::ToSql};

use super::{
    error::{Failure, Lapse},
    session::Session,
};
use crate::{
    Error, Row, Value,
    transaction::{Connection, Next},
};

/// A transaction on a session. It begins with its first statement, in the same packet.
pub(crate) struct Statements<'s> {
    session: &'s Session,
    begin: &'static str,
    failure: Cell<Option<Failure>>,
}

impl<'s> Statements<'s> {
    pub(crate) fn new(session: &'s Session, begin: &'static str) -> Self {
        Self { session, begin, failure: Cell::new(None) }
    }

    /// The first failure of a statement, whatever the work made of it.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure.get()
    }

    /// The answer to a statement; what keeps it from coming is noted.
    fn answer<T>(&self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Error> {
        let answered = if self.session.is_in_transaction() {
            self.session.wait(answer)
        } else {
            self.session.begin(self.begin, answer)
        };
        answered.map_err(|lapse| self.note(lapse))
    }

    fn note(&self, lapse: Lapse) -> Error {
        let failure = self.failure.get().unwrap_or_else(|| lapse.failure());
        self.failure.set(Some(failure));
        lapse.into()
    }

    fn prepare(&self, sql: &'static str, params: &[Value]) -> Result<Statement, Error> {
        self.session.prepare(sql, params).map_err(|lapse| self.note(lapse))
    }
}

impl Connection for Statements<'_> {
    fn execute(&self, sql: &'static str, params: &[Value]) -> Result<u64, Error> {
        let statement = self.prepare(sql, params)?;
        self.answer(self.session.client().execute_raw(&statement, borrowed(params)))
    }

    fn query(
        &self,
        sql: &'static str,
        params: &[Value],
        take: &mut dyn FnMut(&Row<'_>) -> Result<Next, Error>,
    ) -> Result<(), Error> {
        let statement = self.prepare(sql, params)?;
        // The outcome of `take` is apart, so that what the reader makes of a row is no failure of the database.
        self.answer(async {
            let mut rows = pin!(self.session.client().query_raw(&statement, borrowed(params)).await?);
            while let Some(row) = rows.next().await {
                match take(&Row::new(&row?)) {
                    Ok(Next::Wanted) => {}
                    Ok(Next::Enough) => break,
                    Err(error) => return Ok(Err(error)),
                }
            }
            Ok(Ok(()))
        })?
    }
}

fn borrowed(params: &[Value]) -> impl ExactSizeIterator<Item = &(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync))
}
