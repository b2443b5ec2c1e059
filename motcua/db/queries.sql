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
SELECT sequence FROM happened;

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

-- name: turn_of_key
-- The lock tells "still at work" from "done before": a second request is told at once, not kept waiting.
WITH turn AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(
        hashtextextended(CAST(CAST(:person_id AS uuid) AS text) || CAST(:key AS text), 0)
    ) AS is_mine
)
SELECT turn.is_mine, a.request_digest, a.status, a.body, coalesce(a.media_type, '') AS media_type
FROM turn
LEFT JOIN db.answers AS a ON a.person_id = :person_id AND a.key = :key;

-- name: answer_by_key
SELECT request_digest, status, body, media_type
FROM db.answers
WHERE person_id = :person_id AND key = :key;

-- name: keep_answer
INSERT INTO db.answers (person_id, key, request_digest, status, body, media_type, made_at)
VALUES (:person_id, :key, :request_digest, :status, :body, :media_type, :at)
ON CONFLICT DO NOTHING
RETURNING true;

-- name: forget_old_answers
DELETE FROM db.answers WHERE made_at < :before;
