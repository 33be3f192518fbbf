-- What a page of a listing was found with is true for as long as the listing's number stands: it counts the changes of
-- which rows there are and where they stand, for tags in `repositories`, for repositories in the other two.
ALTER TABLE repositories ADD COLUMN tag_revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE namespaces ADD COLUMN repository_revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN repository_revision BIGINT NOT NULL DEFAULT 0;

CREATE INDEX repositories_by_creation ON repositories (instance_id, created_at, id);
CREATE INDEX repositories_of_namespace_by_creation ON repositories (namespace_id, created_at, id);

-- `updated_at` of `repositories` once more, apart from it: it changes with every push, and so would all of that table's
-- indexes in PostgreSQL, which pushes to other repositories read. Triggers keep it, also for programs that do not know it.
CREATE TABLE repository_updates (
    repository_id INTEGER PRIMARY KEY REFERENCES repositories (id) ON DELETE CASCADE,
    instance_id   TEXT    NOT NULL,
    namespace_id  BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL
);
INSERT INTO repository_updates SELECT id, instance_id, namespace_id, updated_at FROM repositories;
CREATE INDEX repository_updates_by_instance ON repository_updates (instance_id, updated_at, repository_id);
CREATE INDEX repository_updates_by_namespace ON repository_updates (namespace_id, updated_at, repository_id);

CREATE TRIGGER repository_made AFTER INSERT ON repositories BEGIN
    INSERT INTO repository_updates VALUES (NEW.id, NEW.instance_id, NEW.namespace_id, NEW.updated_at);
END;
CREATE TRIGGER repository_updated AFTER UPDATE OF updated_at ON repositories BEGIN
    UPDATE repository_updates SET updated_at = NEW.updated_at WHERE repository_id = NEW.id;
END;

-- A manifest's tags in the order of the listing; it finds all that the index before it found.
CREATE INDEX tags_of_manifest_by_update ON tags (manifest_id, updated_at, name);
DROP INDEX tags_by_manifest;
