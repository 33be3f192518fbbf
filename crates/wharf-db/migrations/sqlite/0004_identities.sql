-- The main account that a sub-account acts for; a main account has none.
ALTER TABLE accounts ADD COLUMN owner_uin BIGINT REFERENCES accounts (uin);

ALTER TABLE access_keys ADD COLUMN last_used_at BIGINT;

-- Permission policies of main accounts, as documents, and the sub-accounts that they are attached to.
CREATE TABLE policies (
    id         INTEGER PRIMARY KEY,
    owner_uin  BIGINT  NOT NULL REFERENCES accounts (uin),
    name       TEXT    NOT NULL,
    document   TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    UNIQUE (owner_uin, name)
);

CREATE TABLE policy_attachments (
    uin       BIGINT NOT NULL REFERENCES accounts (uin),
    policy_id BIGINT NOT NULL REFERENCES policies (id),
    PRIMARY KEY (uin, policy_id)
) WITHOUT ROWID;
CREATE INDEX policy_attachments_by_policy ON policy_attachments (policy_id, uin);
