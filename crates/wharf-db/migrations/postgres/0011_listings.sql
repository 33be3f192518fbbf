-- What a page of a listing was found with is true for as long as the listing's number stands: it counts the changes of
-- which rows there are and where they stand, for tags in `repositories`, for repositories in the other two.
ALTER TABLE repositories ADD COLUMN tag_revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE namespaces ADD COLUMN repository_revision BIGINT NOT NULL DEFAULT 0;
ALTER TABLE instances ADD COLUMN repository_revision BIGINT NOT NULL DEFAULT 0;

CREATE INDEX repositories_by_creation ON repositories (instance_id, created_at, id);
CREATE INDEX repositories_of_namespace_by_creation ON repositories (namespace_id, created_at, id);

-- `updated_at` of `repositories` once more, apart from it: it changes with every push, and so would all of that table's
-- indexes, which pushes to other repositories read. Triggers keep it, also for programs that do not know it.
CREATE TABLE repository_updates (
    repository_id BIGINT           PRIMARY KEY REFERENCES repositories (id) ON DELETE CASCADE,
    instance_id   TEXT COLLATE "C" NOT NULL,
    namespace_id  BIGINT           NOT NULL,
    updated_at    BIGINT           NOT NULL
);
INSERT INTO repository_updates SELECT id, instance_id, namespace_id, updated_at FROM repositories;
CREATE INDEX repository_updates_by_instance ON repository_updates (instance_id, updated_at, repository_id);
CREATE INDEX repository_updates_by_namespace ON repository_updates (namespace_id, updated_at, repository_id);

-- An insertion that finds the row there locks nothing of the primary key's index that neighbours' pushes would be in
-- conflict with; an update would look the row up there.
CREATE FUNCTION note_repository_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO repository_updates VALUES (NEW.id, NEW.instance_id, NEW.namespace_id, NEW.updated_at)
    ON CONFLICT (repository_id) DO UPDATE SET updated_at = excluded.updated_at;
    RETURN NULL;
END
$$;
CREATE TRIGGER repository_updated AFTER INSERT OR UPDATE OF updated_at ON repositories
    FOR EACH ROW EXECUTE FUNCTION note_repository_update();

-- A manifest's tags in the order of the listing; it finds all that the index before it found.
CREATE INDEX tags_of_manifest_by_update ON tags (manifest_id, updated_at, name);
DROP INDEX tags_by_manifest;
