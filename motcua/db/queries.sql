-- The statements of the ground: one event with the jobs it causes, one remembered answer.

-- name: record_event
-- Two transactions about one thing take turns here, so that its events commit in their order and
-- a stream that resumes after a sequence misses none.
WITH turn AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(
        hashtextextended(CAST(CAST(:subject_id AS uuid) AS text), 1)
    )
), happened AS (
    INSERT INTO db.events
        (id, at, kind, subject_id, actor_id, behalf_id, person_id, agency_code, facts, salt, digest)
    SELECT :id, :at, :kind, :subject_id, :actor_id, CAST(:behalf_id AS uuid),
           CAST(:person_id AS uuid), CAST(:agency_code AS text), CAST(:facts AS jsonb),
           CAST(:salt AS bytea), CAST(:digest AS bytea)
    FROM turn
    RETURNING sequence
), queued AS (
    INSERT INTO jobs.pgqueuer (priority, entrypoint, payload, status)
    SELECT 0, wanted.job, convert_to(wanted.payload, 'UTF8'), 'queued'
    FROM unnest(CAST(:jobs AS text[]), CAST(:payloads AS text[])) AS wanted (job, payload)
)
-- One channel for all: whoever listens reads the row and sees only what it may.
SELECT sequence, pg_notify('motcua_events', concat_ws(' ', sequence, :subject_id, :agency_code))
FROM happened;

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

-- name: claim_answer
-- The lock tells "still at work" from "done before": a second request is told at once, not kept waiting.
WITH turn AS (
    SELECT pg_try_advisory_xact_lock(
        hashtextextended(CAST(CAST(:person_id AS uuid) AS text) || CAST(:key AS text), 0)
    ) AS is_mine
), claimed AS (
    INSERT INTO db.answers (person_id, key, request_digest, made_at)
    SELECT :person_id, :key, CAST(:request_digest AS bytea), CAST(:made_at AS timestamptz) FROM turn WHERE is_mine
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT is_mine, EXISTS (SELECT FROM claimed) AS is_new FROM turn;

-- name: answer_by_key
SELECT request_digest, status, body, media_type
FROM db.answers
WHERE person_id = :person_id AND key = :key;

-- name: remember_answer
UPDATE db.answers SET status = :status, body = :body, media_type = :media_type
WHERE person_id = :person_id AND key = :key;

-- name: forget_old_answers
DELETE FROM db.answers WHERE made_at < :before;
