-- Roles, which other identities assume by AssumeRole. `trust` says who: a policy document with principals.
CREATE TABLE roles (
    id          BIGINT           PRIMARY KEY,
    owner_uin   BIGINT           NOT NULL REFERENCES accounts (uin),
    name        TEXT COLLATE "C" NOT NULL,
    trust       TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT           NOT NULL,
    UNIQUE (owner_uin, name)
);

CREATE TABLE role_policies (
    role_id   BIGINT NOT NULL REFERENCES roles (id),
    policy_id BIGINT NOT NULL REFERENCES policies (id),
    PRIMARY KEY (role_id, policy_id)
);
CREATE INDEX role_policies_by_policy ON role_policies (policy_id);

-- Temporary credentials: of `uin` itself where they assume no role. The token is kept as its SHA-256.
CREATE TABLE sessions (
    secret_id  TEXT COLLATE "C" PRIMARY KEY,
    sealed_key BYTEA            NOT NULL,
    token_hash BYTEA            NOT NULL,
    uin        BIGINT           NOT NULL REFERENCES accounts (uin),
    role_id    BIGINT           REFERENCES roles (id),
    name       TEXT COLLATE "C" NOT NULL,
    policy     TEXT COLLATE "C",
    created_at BIGINT           NOT NULL,
    expires_at BIGINT           NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_by_role ON sessions (role_id);
