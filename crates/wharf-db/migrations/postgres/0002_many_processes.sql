-- Where an object store keeps a blob: a key inside the instance's bucket. None: under its digest.
ALTER TABLE blobs ADD COLUMN object TEXT COLLATE "C";

-- The bytes of an upload session in an object store, which keeps those of each request apart.
CREATE TABLE upload_segments (
    session_id TEXT COLLATE "C" NOT NULL REFERENCES upload_sessions (id) ON DELETE CASCADE,
    start      BIGINT           NOT NULL,
    length     BIGINT           NOT NULL,
    object     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (session_id, start)
);

-- Failed log-ins in a row: of a name from an address, or of an address. The key is a digest of these.
CREATE TABLE login_failures (
    key       TEXT COLLATE "C" PRIMARY KEY,
    count     BIGINT           NOT NULL,
    failed_at BIGINT           NOT NULL
);
CREATE INDEX login_failures_by_age ON login_failures (failed_at);

-- Who does what only one process may do at a time, and until when unless that is renewed.
CREATE TABLE leases (
    name       TEXT COLLATE "C" PRIMARY KEY,
    holder     TEXT COLLATE "C" NOT NULL,
    held_until BIGINT           NOT NULL
);

-- How far a move of content from one store to another got: every blob up to this one is moved.
CREATE TABLE storage_moves (
    target      TEXT COLLATE "C" PRIMARY KEY,
    instance_id TEXT COLLATE "C" NOT NULL,
    digest      TEXT COLLATE "C" NOT NULL,
    moved       BIGINT           NOT NULL,
    bytes       BIGINT           NOT NULL
);
