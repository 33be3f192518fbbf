-- Calls of the cloud API by whom, where and of which action: until when its allowance is used up, by the clock below.
CREATE TABLE rate_limits (
    key        TEXT COLLATE "C" PRIMARY KEY,
    used_until BIGINT           NOT NULL
);
CREATE INDEX rate_limits_by_age ON rate_limits (used_until);

-- The database's own clock, in microseconds since 1970 UTC: the one that all processes have in common.
CREATE VIEW database_clock AS SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) AS now;
