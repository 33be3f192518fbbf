-- What an instance is paid for in advance: since when (periods are counted from there, so that one of a 31st does not
-- stay on the 28th), how many months it was renewed by last, and since when it is isolated. `status` is Running while
-- it is, for a program before this one knows no other word for it; that one leaves these columns at their defaults.
ALTER TABLE instances ADD COLUMN paid_from BIGINT;
ALTER TABLE instances ADD COLUMN period_months BIGINT NOT NULL DEFAULT 1;
ALTER TABLE instances ADD COLUMN isolated_at BIGINT;
-- Whether content that is deleted is kept for a while.
ALTER TABLE instances ADD COLUMN versioning BOOLEAN NOT NULL DEFAULT FALSE;

-- What is due, without a look at all others.
CREATE INDEX instances_by_end ON instances (expires_at) WHERE expires_at IS NOT NULL AND isolated_at IS NULL;
CREATE INDEX instances_by_isolation ON instances (isolated_at) WHERE isolated_at IS NOT NULL;
