-- Who did what to what, from where, with which result. `owner` is the account that `account` belongs to, `credential`
-- an access key's SecretId, an instance token's id or a user of the machine; `code` is NULL for what was done;
-- `parameters` are JSON and hold no secret.
CREATE TABLE audit_events (
    id         INTEGER PRIMARY KEY,
    time       BIGINT NOT NULL,
    request_id TEXT,
    account    BIGINT,
    owner      BIGINT,
    credential TEXT,
    address    TEXT,
    product    TEXT NOT NULL,
    action     TEXT NOT NULL,
    region     TEXT,
    resource   TEXT,
    code       TEXT,
    message    TEXT,
    user_agent TEXT,
    parameters TEXT
);
CREATE INDEX audit_events_by_time ON audit_events (time, id);
CREATE INDEX audit_events_by_account ON audit_events (account, time, id);
