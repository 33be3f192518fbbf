ALTER TABLE instances ADD COLUMN service_account_count BIGINT NOT NULL DEFAULT 0;

-- Who logs in to one instance by a name and a password. `name` is without `tcr$`. `password_id` is another with each
-- password, so that what was proven with one is worth nothing after it. `password_mark` are 16 bits of a keyed hash of
-- name and password, by which the account is found where the instance is not known; NULL in `expires_at` is never.
CREATE TABLE service_accounts (
    id            INTEGER PRIMARY KEY,
    instance_id   TEXT    NOT NULL REFERENCES instances (id) ON DELETE CASCADE,
    name          TEXT    NOT NULL,
    description   TEXT    NOT NULL,
    enabled       BOOLEAN NOT NULL,
    password_id   TEXT    NOT NULL UNIQUE,
    password_mark BIGINT  NOT NULL,
    password_hash TEXT    NOT NULL,
    expires_at    BIGINT,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL,
    UNIQUE (instance_id, name)
);
CREATE INDEX service_accounts_by_mark ON service_accounts (name, password_mark);

-- What they may do, namespace by namespace: a bit an action (`ServiceActions` in wharf-model).
CREATE TABLE service_account_permissions (
    account_id   BIGINT NOT NULL REFERENCES service_accounts (id) ON DELETE CASCADE,
    namespace_id BIGINT NOT NULL REFERENCES namespaces (id) ON DELETE CASCADE,
    actions      BIGINT NOT NULL,
    PRIMARY KEY (account_id, namespace_id)
) WITHOUT ROWID;
CREATE INDEX service_account_permissions_by_namespace ON service_account_permissions (namespace_id);
