-- Times are microseconds since 1970 UTC. Secrets are sealed under the master key before they come here.

CREATE TABLE accounts (
    uin           INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    enabled       BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL
);

CREATE TABLE access_keys (
    secret_id    TEXT    PRIMARY KEY,
    uin          BIGINT  NOT NULL REFERENCES accounts (uin),
    sealed_key   BLOB    NOT NULL,
    enabled      BOOLEAN NOT NULL,
    created_at   BIGINT  NOT NULL
);
CREATE INDEX access_keys_by_account ON access_keys (uin);

CREATE TABLE signing_keys (
    key_id      TEXT   PRIMARY KEY,
    sealed_key  BLOB   NOT NULL,
    created_at  BIGINT NOT NULL
);

-- The counts are kept by the transactions that change them, so that no listing has to count.
CREATE TABLE instances (
    id                  TEXT    PRIMARY KEY,
    uin                 BIGINT  NOT NULL REFERENCES accounts (uin),
    name                TEXT    NOT NULL,
    label               TEXT    NOT NULL UNIQUE,
    edition             TEXT    NOT NULL,
    region              TEXT    NOT NULL,
    status              TEXT    NOT NULL,
    charge_type         BIGINT  NOT NULL,
    renew_flag          BIGINT  NOT NULL,
    expires_at          BIGINT,
    deletion_protection BOOLEAN NOT NULL,
    delete_bucket       BOOLEAN NOT NULL DEFAULT FALSE,
    completeness        TEXT    NOT NULL,
    namespace_count     BIGINT  NOT NULL DEFAULT 0,
    repository_count    BIGINT  NOT NULL DEFAULT 0,
    created_at          BIGINT  NOT NULL
);
CREATE INDEX instances_by_account ON instances (uin, created_at, id);

-- Cloud tags of instances (resource = the instance's id) and namespaces (resource = instance id / namespace name).
CREATE TABLE resource_tags (
    resource TEXT NOT NULL,
    key      TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (resource, key)
) WITHOUT ROWID;

CREATE TABLE namespaces (
    id               INTEGER PRIMARY KEY,
    instance_id      TEXT    NOT NULL REFERENCES instances (id),
    name             TEXT    NOT NULL,
    public           BOOLEAN NOT NULL,
    auto_scan        BOOLEAN NOT NULL,
    prevent_vul      BOOLEAN NOT NULL,
    severity         TEXT,
    repository_count BIGINT  NOT NULL DEFAULT 0,
    created_at       BIGINT  NOT NULL,
    UNIQUE (instance_id, name)
);

CREATE TABLE namespace_cve_allowlist (
    namespace_id BIGINT NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
    cve_id       TEXT   NOT NULL,
    PRIMARY KEY (namespace_id, cve_id)
) WITHOUT ROWID;

-- `name` is the whole NAMESPACE/PATH, so that a request finds its repository by one index entry.
CREATE TABLE repositories (
    id                INTEGER PRIMARY KEY,
    instance_id       TEXT    NOT NULL REFERENCES instances (id),
    namespace_id      BIGINT  NOT NULL REFERENCES namespaces (id),
    name              TEXT    NOT NULL,
    brief_description TEXT    NOT NULL DEFAULT '',
    description       TEXT    NOT NULL DEFAULT '',
    tag_count         BIGINT  NOT NULL DEFAULT 0,
    created_at        BIGINT  NOT NULL,
    updated_at        BIGINT  NOT NULL,
    UNIQUE (instance_id, name)
);
CREATE INDEX repositories_by_namespace ON repositories (namespace_id, name);

-- Content that an instance holds; a blob without a row does not exist, whatever the content store holds.
CREATE TABLE blobs (
    instance_id TEXT   NOT NULL REFERENCES instances (id),
    digest      TEXT   NOT NULL,
    size        BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (instance_id, digest)
) WITHOUT ROWID;

-- A blob is readable through a repository only by a row here.
CREATE TABLE blob_links (
    repository_id BIGINT NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    digest        TEXT   NOT NULL,
    PRIMARY KEY (repository_id, digest)
) WITHOUT ROWID;
CREATE INDEX blob_links_by_digest ON blob_links (digest, repository_id);

-- `size` is of the manifest's own bytes, `total_size` of all that it describes and itself; `depth` is 0 for an image,
-- one more than its deepest manifest's for an index; `annotations` are JSON.
CREATE TABLE manifests (
    id            INTEGER PRIMARY KEY,
    repository_id BIGINT NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    digest        TEXT   NOT NULL,
    media_type    TEXT   NOT NULL,
    artifact_type TEXT,
    subject       TEXT,
    size          BIGINT NOT NULL,
    total_size    BIGINT NOT NULL,
    depth         BIGINT NOT NULL,
    annotations   TEXT,
    pushed_at     BIGINT NOT NULL,
    content       BLOB   NOT NULL,
    UNIQUE (repository_id, digest)
);
CREATE INDEX manifests_by_subject ON manifests (repository_id, subject, digest) WHERE subject IS NOT NULL;

-- What a manifest needs, found by what is needed: a blob or manifest of its own repository.
CREATE TABLE manifest_links (
    repository_id BIGINT NOT NULL,
    digest        TEXT   NOT NULL,
    manifest_id   BIGINT NOT NULL REFERENCES manifests (id) ON DELETE CASCADE,
    kind          TEXT   NOT NULL,
    PRIMARY KEY (repository_id, digest, manifest_id)
) WITHOUT ROWID;
CREATE INDEX manifest_links_by_manifest ON manifest_links (manifest_id);

CREATE TABLE tags (
    repository_id BIGINT NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    name          TEXT   NOT NULL,
    manifest_id   BIGINT NOT NULL REFERENCES manifests (id) ON DELETE CASCADE,
    updated_at    BIGINT NOT NULL,
    PRIMARY KEY (repository_id, name)
) WITHOUT ROWID;
CREATE INDEX tags_by_manifest ON tags (manifest_id);
CREATE INDEX tags_by_update ON tags (repository_id, updated_at, name);

-- Pulls, noted a few seconds' worth at a time. The empty tag stands for the repository as a whole.
CREATE TABLE pulls (
    repository_id  BIGINT NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    tag            TEXT   NOT NULL,
    count          BIGINT NOT NULL,
    last_pulled_at BIGINT NOT NULL,
    PRIMARY KEY (repository_id, tag)
) WITHOUT ROWID;

CREATE TABLE upload_sessions (
    id          TEXT   PRIMARY KEY,
    instance_id TEXT   NOT NULL REFERENCES instances (id),
    repository  TEXT   NOT NULL,
    received    BIGINT NOT NULL,
    hash_state  BLOB   NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX upload_sessions_by_age ON upload_sessions (updated_at);
CREATE INDEX upload_sessions_by_instance ON upload_sessions (instance_id);

CREATE TABLE instance_tokens (
    id          TEXT    PRIMARY KEY,
    instance_id TEXT    NOT NULL REFERENCES instances (id),
    uin         BIGINT  NOT NULL REFERENCES accounts (uin),
    description TEXT    NOT NULL,
    enabled     BOOLEAN NOT NULL,
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL
);
CREATE INDEX instance_tokens_by_instance ON instance_tokens (instance_id, created_at);

-- The outbox: written with the change it tells of, read and removed by the worker.
CREATE TABLE events (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    created_at BIGINT  NOT NULL
);

CREATE TABLE jobs (
    id           INTEGER PRIMARY KEY,
    kind         TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    run_at       BIGINT  NOT NULL,
    attempts     BIGINT  NOT NULL DEFAULT 0,
    leased_until BIGINT  NOT NULL DEFAULT 0,
    last_error   TEXT    NOT NULL DEFAULT '',
    created_at   BIGINT  NOT NULL
);
CREATE INDEX jobs_by_time ON jobs (run_at);
