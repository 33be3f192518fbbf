-- Content lies in one of several stores, by their names; '' is the default one, of `storage_url`. An instance's says
-- where new content goes, a blob's and an upload session's where the bytes are.
ALTER TABLE instances ADD COLUMN storage TEXT NOT NULL DEFAULT '';
ALTER TABLE blobs ADD COLUMN storage TEXT NOT NULL DEFAULT '';
ALTER TABLE upload_sessions ADD COLUMN storage TEXT NOT NULL DEFAULT '';

-- Instances whose content is on its way to another store. `sources` are names with commas between, of the stores that
-- are emptied at the end; `digest` is the last blob that was looked at in this pass. No reference to `instances`: a
-- program that does not know this table removes instances too.
CREATE TABLE instance_moves (
    instance_id TEXT   PRIMARY KEY,
    sources     TEXT   NOT NULL,
    target      TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    digest      TEXT,
    blobs       BIGINT NOT NULL,
    bytes       BIGINT NOT NULL,
    moved       BIGINT NOT NULL,
    moved_bytes BIGINT NOT NULL,
    missing     BIGINT NOT NULL,
    began_at    BIGINT NOT NULL,
    empty_at    BIGINT
) WITHOUT ROWID;

CREATE INDEX jobs_by_subject ON jobs (subject, kind);
