use std::{path::Path, sync::Arc, time::Duration};

use crate::{
    Error, Moment, Transaction,
    changes::Changes,
    job::{Job, job},
    postgres, sqlite,
};

/// The metadata store. Clones share it.
#[derive(Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
    changes: Arc<Changes>,
}

/// What a store needs to know beside its address. It is about PostgreSQL; SQLite needs none of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Connections of this process.
    pub connections: usize,
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long a statement may run, a wait for a lock included.
    pub statement_timeout: Duration,
    /// How long a transaction is tried again: from its request on until it is given up, whether it conflicts with others,
    /// waits for a connection, or the database is away.
    pub patience: Duration,
}

/// What runs transactions.
pub(crate) trait Engine: Send + Sync {
    /// Takes a job that only reads; an error says that it was not taken.
    fn read(&self, job: Box<dyn Job>) -> Result<(), Error>;

    /// Takes a job that may write.
    fn write(&self, job: Box<dyn Job>, durability: Durability) -> Result<(), Error>;

    /// Whether several processes serve on one such database.
    fn is_shared(&self) -> bool;
}

/// When a change is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// When it survives a power failure.
    Synced,
    /// When it survives the end of this process.
    Soon,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 16,
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            patience: Duration::from_secs(10),
        }
    }
}

impl Store {
    /// Opens the database at `address` (`sqlite:FILE` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`), brings its schema
    /// up to date and starts the threads that use it.
    ///
    /// # Errors
    /// When the address is of no known form, the database cannot be opened, or its schema is too new for this program.
    pub fn open(address: &str, options: &Options) -> Result<Self, Error> {
        let changes = Arc::new(Changes::new());
        let engine: Arc<dyn Engine> = match Address::parse(address)? {
            Address::Sqlite(path) => Arc::new(sqlite::Engine::open(path, changes.clone())?),
            Address::Postgres(config) => Arc::new(postgres::Engine::open(*config, options, &changes)?),
        };
        Ok(Self { engine, changes })
    }

    /// Whether an address is one that [`Self::open`] takes, without opening it.
    ///
    /// # Errors
    /// What is wrong with it; a password in it is not repeated.
    pub fn check_address(address: &str) -> Result<(), Error> {
        Address::parse(address).map(drop)
    }

    /// Whether several processes serve on one such database.
    pub fn is_shared(&self) -> bool {
        self.engine.is_shared()
    }

    /// Now, for whoever wants to remember what it reads next.
    pub fn moment(&self) -> Moment {
        self.changes.moment()
    }

    /// Whether what was read at `moment` can be taken for true: of a repository, or of accounts, instances and namespaces.
    /// What this process changed never can; what another one changed, at most [`crate::BOUND`] long.
    pub fn still_stands(&self, moment: Moment, repository_id: Option<i64>) -> bool {
        self.changes.still_stands(moment, repository_id)
    }

    /// Runs `work` on a consistent view of the store. An engine may run it again when the view was lost.
    ///
    /// # Errors
    /// What `work` answers, or the engine's error.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job(work);
        self.engine.read(job)?;
        answer.await.unwrap_or_else(|_| Err(E::from(Error::Aborted)))
    }

    /// Runs `work` as one transaction: kept whole when it answers `Ok`, and only then; answered when it is durable. All
    /// transactions happen as if one after the other. An engine may have to run it again (a serialization failure), so
    /// it must not use up what it captured.
    ///
    /// # Errors
    /// What `work` answers, or the engine's error; in both cases nothing was changed, but for [`Error::Unknown`].
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_as(Durability::Synced, work).await
    }

    /// As [`Self::write`], for a change whose loss in a power failure takes nothing from anybody: it is answered before it
    /// is synced, which it is with the next change that is.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn write_soon<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_as(Durability::Soon, work).await
    }

    async fn write_as<T, E, F>(&self, durability: Durability, work: F) -> Result<T, E>
    where
        F: FnMut(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = job(work);
        self.engine.write(job, durability)?;
        answer.await.unwrap_or_else(|_| Err(E::from(Error::Aborted)))
    }
}

enum Address<'a> {
    Sqlite(&'a Path),
    Postgres(Box<tokio_postgres::Config>),
}

impl<'a> Address<'a> {
    fn parse(address: &'a str) -> Result<Self, Error> {
        if let Some(path) = address.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Self::Sqlite(Path::new(path)));
        }
        if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
            // What it is may hold a password.
            return Err(Error::Address(
                "sqlite:FILE or postgres://USER:PASSWORD@HOST:PORT/DATABASE".to_owned(),
            ));
        }
        if address.contains("sslmode=verify") {
            return Err(Error::Address(
                "sslmode is disable, prefer or require, which also checks the certificate".to_owned(),
            ));
        }
        let config: tokio_postgres::Config =
            address.parse().map_err(|error: tokio_postgres::Error| Error::Address(error.to_string()))?;
        if config.get_hosts().is_empty() || config.get_dbname().is_none() {
            return Err(Error::Address(
                "postgres://HOST/DATABASE: a host and a database are needed".to_owned(),
            ));
        }
        Ok(Self::Postgres(Box::new(config)))
    }
}
