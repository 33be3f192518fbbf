use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    time::Duration,
};

use futures_util::future::join;
use tokio::{runtime, task, time::timeout};
use tokio_postgres::{Client, Config, Statement};

use super::{error::Lapse, tls, value::type_of};
use crate::{Error, Options, Value};

/// How much longer than the database may take for a statement its answer is waited for.
const GRACE: Duration = Duration::from_secs(5);

/// What the planner may not choose. A scan of a whole table, however small, would conflict with every change of it; a join
/// that sorts or hashes reads a whole table where the rows of a page would do; and a bitmap takes all rows that an index
/// finds, and loses their order, where the first ones would do.
pub(crate) const PLANNER: [&str; 4] = [
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET enable_bitmapscan = off",
];

/// A connection, which one thread uses, and its prepared statements. The thread drives it itself: no answer has to be
/// handed from one thread to another.
pub(crate) struct Session {
    runtime: runtime::Runtime,
    client: Client,
    statements: RefCell<HashMap<&'static str, Statement>>,
    is_in_transaction: Cell<bool>,
    answer_timeout: Duration,
}

impl Session {
    pub(crate) fn connect(config: &Config, options: &Options) -> Result<Self, Error> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::Unavailable(error.to_string()))?;
        let connected =
            runtime.block_on(async { timeout(options.connect_timeout, tls::connect(config)).await });
        let client = connected.map_err(|_| {
            Error::Unavailable(format!("no connection to the database within {:?}", options.connect_timeout))
        })??;
        let session = Self {
            runtime,
            client,
            statements: RefCell::default(),
            is_in_transaction: Cell::new(false),
            answer_timeout: options.statement_timeout + GRACE,
        };
        session.prepare_session(options)?;
        Ok(session)
    }

    /// Limits that the database keeps. Of what speaks PostgreSQL's protocol, not all know the planner's settings.
    fn prepare_session(&self, options: &Options) -> Result<(), Error> {
        let statement = options.statement_timeout.as_millis();
        let idle = (options.statement_timeout + GRACE).as_millis();
        self.run_unprepared(&format!(
            "SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = {idle}"
        ))?;
        for setting in PLANNER {
            let _ = self.run_unprepared(setting);
        }
        Ok(())
    }

    /// Whether the connection still stands, as far as can be told without a question.
    pub(crate) fn is_open(&self) -> bool {
        self.runtime.block_on(task::yield_now());
        !self.client.is_closed()
    }

    /// Runs statements that take no parameters and answer nothing.
    pub(crate) fn run_unprepared(&self, sql: &str) -> Result<(), Lapse> {
        self.wait(self.client.batch_execute(sql))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Whether a transaction has begun that has not ended.
    pub(crate) fn is_in_transaction(&self) -> bool {
        self.is_in_transaction.get()
    }

    /// Begins a transaction with its first statement, both in one packet, and waits for the statement's answer.
    pub(crate) fn begin<T>(
        &self,
        begin: &str,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Lapse> {
        self.is_in_transaction.set(true);
        self.wait(async {
            let (begun, answered) = join(self.client.batch_execute(begin), answer).await;
            begun.and(answered)
        })
    }

    /// Ends the transaction under way.
    pub(crate) fn end(&self, end: &str) -> Result<(), Lapse> {
        self.is_in_transaction.set(false);
        self.run_unprepared(end)
    }

    /// Drives the connection until the answer is there, or has been waited for long enough.
    pub(crate) fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Lapse> {
        let answered = self.runtime.block_on(async { timeout(self.answer_timeout, answer).await });
        answered.map_err(|_| Lapse::Silent)?.map_err(Lapse::Failed)
    }

    /// The statement of `sql`, whose parameters have the types of `params`.
    pub(crate) fn prepare(&self, sql: &'static str, params: &[Value]) -> Result<Statement, Lapse> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let types: Vec<_> = params.iter().map(type_of).collect();
        let statement = self.wait(self.client.prepare_typed(sql, &types))?;
        self.statements.borrow_mut().insert(sql, statement.clone());
        Ok(statement)
    }
}
