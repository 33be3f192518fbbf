-- Roles, which other identities assume by AssumeRole. `trust` says who: a policy document with principals.
CREATE TABLE roles (
    id          INTEGER PRIMARY KEY,
    owner_uin   BIGINT  NOT NULL REFERENCES accounts (uin),
    name        TEXT    NOT NULL,
    trust       TEXT    NOT NULL,
    description TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL,
    UNIQUE (owner_uin, name)
);

CREATE TABLE role_policies (
    role_id   BIGINT NOT NULL REFERENCES roles (id),
    policy_id BIGINT NOT NULL REFERENCES policies (id),
    PRIMARY KEY (role_id, policy_id)
) WITHOUT ROWID;
CREATE INDEX role_policies_by_policy ON role_policies (policy_id);

-- Temporary credentials: of `uin` itself where they assume no role. The token is kept as its SHA-256.
CREATE TABLE sessions (
    secret_id  TEXT   PRIMARY KEY,
    sealed_key BLOB   NOT NULL,
    token_hash BLOB   NOT NULL,
    uin        BIGINT NOT NULL REFERENCES accounts (uin),
    role_id    BIGINT REFERENCES roles (id),
    name       TEXT   NOT NULL,
    policy     TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_by_role ON sessions (role_id);
