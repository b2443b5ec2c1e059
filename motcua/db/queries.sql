-- The statements of the ground: one event with the jobs it causes, one remembered answer.

-- name: record_events
-- Two transactions about one thing take turns here, so that its events commit in their order and
-- a stream that resumes after a sequence misses none.
WITH turn AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(
        hashtextextended(CAST(CAST(:subject_id AS uuid) AS text), 1)
    )
), queued AS (
    INSERT INTO jobs.pgqueuer (priority, entrypoint, payload, status)
    SELECT 0, wanted.job, wanted.payload, 'queued'
    FROM unnest(CAST(:jobs AS text[]), CAST(:payloads AS bytea[])) AS wanted (job, payload)
)
INSERT INTO db.events
    (id, at, kind, subject_id, actor_id, behalf_id, person_id, agency_code, facts, salt, digest)
SELECT one.id, :at, one.kind, :subject_id, :actor_id, CAST(:behalf_id AS uuid), one.person,
       one.agency, CAST(one.facts AS jsonb), one.salt, one.digest
FROM turn,
     unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:persons AS uuid[]),
            CAST(:agencies AS text[]), CAST(:facts AS text[]), CAST(:salts AS bytea[]),
            CAST(:digests AS bytea[])) WITH ORDINALITY
         AS one (id, kind, person, agency, facts, salt, digest, place)
ORDER BY one.place;

-- name: ring
-- Its own small transaction, which need not wait for the disk. The queue's workers listen for a
-- change of its table, in the words of pgqueuer.
SELECT set_config('synchronous_commit', 'off', true),
       (SELECT count(pg_notify(:channel, names)) FROM unnest(CAST(:calls AS text[])) AS names),
       pg_notify('ch_pgqueuer', json_build_object(
           'channel', 'ch_pgqueuer', 'operation', 'insert', 'sent_at', now(),
           'table', 'pgqueuer', 'type', 'table_changed_event'
       )::text);

-- name: enqueue_job
INSERT INTO jobs.pgqueuer (priority, entrypoint, payload, status, execute_after)
VALUES (0, :job, :payload, 'queued', now() + :delay);

-- name: events_of
SELECT sequence, id, at, kind, subject_id, actor_id, behalf_id, agency_code, facts
FROM db.events
WHERE subject_id = :subject_id AND sequence > :after
ORDER BY sequence
LIMIT :at_most;

-- name: queue_length
SELECT count(*) FROM jobs.pgqueuer WHERE status IN ('queued', 'picked');

-- name: held_jobs
SELECT count(*) FROM jobs.pgqueuer WHERE status = 'failed';

-- name: take_turn
SELECT db.take_turn(:key);

-- name: answer_by_key
SELECT request_digest, status, body, media_type
FROM db.answers
WHERE person_id = :person_id AND key = :key;

-- name: keep_answer
INSERT INTO db.answers (person_id, key, request_digest, status, body, media_type, made_at)
VALUES (:person_id, :key, :request_digest, :status, :body, :media_type, :at)
ON CONFLICT DO NOTHING
RETURNING true;

-- name: count_deleted
INSERT INTO db.deleted AS d (kind, count) VALUES (:kind, :count)
ON CONFLICT (kind) DO UPDATE SET count = d.count + excluded.count;

-- name: deleted_so_far
SELECT kind, count FROM db.deleted ORDER BY kind;
