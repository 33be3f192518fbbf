-- Requests of the cloud API that were signed by method v1 and accepted: none is accepted twice. They are kept for as long as
-- their time would be accepted. Times are seconds since 1970 here, as the requests have them.
CREATE TABLE nonces (
    secret_id TEXT   NOT NULL,
    signed_at BIGINT NOT NULL,
    nonce     BIGINT NOT NULL,
    PRIMARY KEY (secret_id, signed_at, nonce)
) WITHOUT ROWID;
CREATE INDEX nonces_by_age ON nonces (signed_at);
