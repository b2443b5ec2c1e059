-- Every statement of the room.

-- name: begin_first_edition
INSERT INTO score.editions (edition, folded_to, is_shown, made_at)
SELECT 1, 0, true, :at WHERE NOT EXISTS (SELECT FROM score.editions)
ON CONFLICT DO NOTHING;

-- name: lock_shown
-- One folds at a time; whoever comes second has nothing to do.
SELECT edition FROM score.editions WHERE is_shown FOR UPDATE SKIP LOCKED;

-- name: lock_edition
SELECT edition FROM score.editions WHERE edition = :edition FOR UPDATE;

-- name: take_batch
-- The next events that can be seen. Which numbers below the last of them cannot is found by the same snapshot;
-- of those that could not be seen before, `filled` can be by now. Events of one case are seen in their order:
-- their transactions take turns (db.record_events).
WITH here AS MATERIALIZED (
    SELECT e.folded_to AS after FROM score.editions AS e WHERE e.edition = :edition
), seen AS MATERIALIZED (
    -- Not a join: it would sort every event that is left.
    SELECT e.sequence, e.subject_id, e.kind FROM db.events AS e
    WHERE e.sequence > (SELECT here.after FROM here) ORDER BY e.sequence LIMIT :at_most
), reach AS (
    SELECT here.after, coalesce(max(seen.sequence), here.after) AS until, count(seen.sequence) AS count
    FROM here LEFT JOIN seen ON true GROUP BY here.after
), missed AS (
    INSERT INTO score.gaps (edition, sequence, found_at)
    SELECT :edition, number, :at
    FROM reach, generate_series(reach.after + 1, reach.until) AS number
    WHERE reach.until - reach.after > reach.count
      AND NOT EXISTS (SELECT FROM seen WHERE seen.sequence = number)
), filled AS (
    DELETE FROM score.gaps AS g USING db.events AS e
    WHERE g.edition = :edition AND e.sequence = g.sequence
    RETURNING e.sequence, e.subject_id, e.kind
), moved AS (
    UPDATE score.editions AS e SET folded_to = reach.until FROM reach
    WHERE e.edition = :edition AND reach.until > reach.after
), concerned AS (
    SELECT array_agg(DISTINCT b.subject_id) AS subjects
    FROM (SELECT * FROM seen UNION ALL SELECT * FROM filled) AS b
    WHERE b.kind LIKE 'case.%' OR b.kind = 'payment.settled'
)
SELECT reach.after, reach.until, reach.count,
       coalesce((SELECT array_agg(filled.sequence) FROM filled), '{}') AS filled,
       coalesce((SELECT concerned.subjects FROM concerned), '{}') AS subjects
FROM reach;

-- name: close_gaps
-- A number is drawn and its row written within one statement, which lasts half a minute at most.
WITH marked AS (
    UPDATE score.gaps SET until_xid = pg_snapshot_xmax(pg_current_snapshot())
    WHERE edition = :edition AND until_xid IS NULL AND found_at < :before
)
DELETE FROM score.gaps
WHERE edition = :edition AND until_xid <= pg_snapshot_xmin(pg_current_snapshot());

-- name: read_by_index
-- A plan made while a table was empty would read it row by row when it is full.
SELECT set_config('enable_seqscan', 'off', true);

-- name: learn_procedures
INSERT INTO score.procedures (procedure_code, version, field, start_step, fields_asked, fields_known)
SELECT p.code, p.version, coalesce(p.definition -> 'field' ->> 'vi', ''),
       coalesce(p.definition -> 'route' ->> 'start', ''),
       (SELECT count(*) FROM jsonb_object_keys(coalesce(p.definition -> 'form' -> 'fields', '{}'))),
       (SELECT coalesce(sum(jsonb_array_length(coalesce(page -> 'known', '[]'))), 0)
        FROM jsonb_array_elements(coalesce(p.definition -> 'form' -> 'pages', '[]')) AS page)
FROM cases.procedures AS p
WHERE NOT EXISTS (SELECT FROM score.procedures AS s WHERE (s.procedure_code, s.version) = (p.code, p.version))
ON CONFLICT DO NOTHING;

-- name: fold
-- The whole history of each case, and of it what the new events add to every figure. New is what lies between
-- two numbers, but for the gaps, and what has filled a gap.
WITH told AS (
    SELECT e.sequence, e.subject_id, e.kind, e.at, e.actor_id, e.agency_code, e.facts, e.facts ? 'business' AS is_state,
           ((e.sequence > :after AND e.sequence <= :until AND NOT EXISTS (
                SELECT FROM score.gaps AS g WHERE g.edition = :edition AND g.sequence = e.sequence))
            OR e.sequence = ANY (CAST(:filled AS bigint[]))) AS is_new
    FROM score.histories(:subjects, :until) AS e
), known AS (
    SELECT t.*,
           -- The last that was said of each, up to here: an array's first place is compared first.
           max(ARRAY[lpad(t.sequence::text, 20, '0'), t.facts ->> 'due_at'])
               FILTER (WHERE t.facts ? 'due_at') OVER so_far AS promised,
           max(ARRAY[lpad(t.sequence::text, 20, '0'),
                     CASE t.kind WHEN 'case.assigned' THEN t.facts ->> 'officer' ELSE t.actor_id::text END])
               FILTER (WHERE t.kind IN ('case.assigned', 'case.proposed')) OVER so_far AS handled,
           max(ARRAY[lpad(t.sequence::text, 20, '0'), t.facts ->> 'step'])
               FILTER (WHERE t.is_state AND t.facts ? 'step') OVER so_far AS stood,
           max(t.at) FILTER (WHERE t.kind = 'case.accepted') OVER so_far AS accepted_at,
           count(*) FILTER (WHERE t.kind = 'case.supplement_requested') OVER so_far AS supplements
    FROM told AS t
    WINDOW so_far AS (PARTITION BY t.subject_id ORDER BY t.sequence)
), moved AS (
    -- Moves of the machines form a chain of their own, and so does what each agency was asked.
    SELECT k.*, lag(k.at) OVER moves AS since, lag(k.stood) OVER moves AS stood_before,
           lag(k.facts ->> 'handing') OVER moves AS handing_before,
           CASE WHEN lag(k.facts ->> 'business') OVER moves IN ('incomplete', 'supplement') THEN 'applicant'
                WHEN lag(k.facts ->> 'business') OVER moves = 'in_hand'
                     AND lag(k.facts ->> 'money') OVER moves = 'open' THEN 'payment' END AS waited_for,
           lag(k.facts ->> 'opinion_due_at') OVER (
               PARTITION BY k.subject_id, k.kind LIKE 'case.opinion%', k.facts ->> 'agency' ORDER BY k.sequence
           )::timestamptz AS opinion_due_at
    FROM known AS k
    WINDOW moves AS (PARTITION BY k.subject_id, k.is_state ORDER BY k.sequence)
), news AS MATERIALIZED (
    SELECT k.sequence, k.subject_id, k.kind, k.at, k.facts, k.supplements, k.is_state,
           c.id AS case_id, c.procedure_code, p.field, c.channel, c.delivery,
           p.fields_asked, p.fields_known, k.at::date AS day,
           CASE k.kind WHEN 'case.opinion_given' THEN k.facts ->> 'agency' ELSE coalesce(k.agency_code, '') END
               AS agency_code,
           CASE WHEN k.kind IN ('case.signed', 'case.refusal_signed')
                     THEN coalesce(k.handled[2], '{00000000-0000-0000-0000-000000000000}')::uuid
                WHEN k.kind IN ('case.accepted', 'case.refused', 'case.supplement_requested', 'case.stopped')
                     THEN k.actor_id
                ELSE '00000000-0000-0000-0000-000000000000' END AS officer_id,
           k.kind IN ('case.signed', 'case.refusal_signed') AS is_answer,
           CASE WHEN k.kind NOT IN ('case.signed', 'case.refusal_signed') OR k.promised IS NULL THEN ''
                WHEN k.at > k.promised[2]::timestamptz THEN 'late'
                WHEN k.at::date < k.promised[2]::timestamptz::date THEN 'early' ELSE 'on_time' END AS punctuality,
           CASE WHEN k.kind IN ('case.signed', 'case.refusal_signed')
                THEN round(extract(epoch FROM k.at - k.accepted_at)) END AS answer_seconds,
           CASE WHEN k.kind <> 'case.opinion_given' OR k.opinion_due_at IS NULL THEN ''
                WHEN k.at > k.opinion_due_at THEN 'late'
                WHEN k.at::date < k.opinion_due_at::date THEN 'early' ELSE 'on_time' END AS opinion,
           k.is_state AND k.facts ->> 'handing' = 'handed' AND k.handing_before <> 'handed' AS is_return,
           CASE WHEN k.is_state THEN round(extract(epoch FROM k.at - k.since)) END AS seconds,
           CASE WHEN k.is_state THEN k.waited_for END AS waited_for,
           coalesce(k.stood_before[2], p.start_step) AS step,
           k.facts ->> 'step' IS DISTINCT FROM coalesce(k.stood_before[2], p.start_step) AS is_left,
           CASE WHEN k.kind = 'payment.settled' THEN (k.facts ->> 'amount')::bigint END AS amount,
           CASE WHEN k.kind = 'case.rated' THEN (k.facts ->> 'score')::integer END AS score,
           CASE WHEN k.kind = 'case.rated' THEN (k.facts -> 'before' ->> 'score')::integer END AS score_before,
           k.kind = 'case.complaint_answered' AND (k.facts ->> 'upheld')::boolean AS is_upheld
    FROM moved AS k
    -- One by one, whatever the planner thinks of a table that was empty when it first looked.
    CROSS JOIN LATERAL (SELECT * FROM cases.cases AS c WHERE c.id = k.subject_id OFFSET 0) AS c
    CROSS JOIN LATERAL (
        SELECT * FROM score.procedures AS p
        WHERE p.procedure_code = c.procedure_code AND p.version = c.procedure_version OFFSET 0
    ) AS p
    WHERE k.is_new
), placed AS (
    SELECT * FROM news
    UNION ALL
    -- What one agency sends on another receives.
    SELECT t.sequence, t.subject_id, 'case.transferred_in', t.at, t.facts, t.supplements, false, t.case_id,
           t.procedure_code, t.field, t.channel, t.delivery, t.fields_asked, t.fields_known, t.day,
           t.facts ->> 'agency', t.officer_id, false, '', NULL, '', false, NULL, NULL, t.step, false, NULL, NULL, NULL, false
    FROM news AS t WHERE t.kind = 'case.transferred'
), fine AS MATERIALIZED (
    SELECT n.day, date_trunc('month', n.day)::date AS month, n.agency_code, n.field, n.procedure_code, n.officer_id,
           (count(*) FILTER (WHERE kind = 'case.filed'))::integer AS received,
           (count(*) FILTER (WHERE kind = 'case.filed' AND channel = 'online'))::integer AS received_online,
           (count(*) FILTER (WHERE kind = 'case.filed' AND channel = 'counter'))::integer AS received_counter,
           (count(*) FILTER (WHERE kind = 'case.filed' AND channel = 'post'))::integer AS received_post,
           (coalesce(sum(n.fields_asked) FILTER (WHERE kind = 'case.filed'), 0))::integer AS fields_asked,
           (coalesce(sum(n.fields_known) FILTER (WHERE kind = 'case.filed'), 0))::integer AS fields_known,
           (count(*) FILTER (WHERE kind = 'case.accepted'))::integer AS accepted,
           (count(*) FILTER (WHERE kind = 'case.supplement_requested'))::integer AS supplemented,
           (count(*) FILTER (WHERE kind = 'case.transferred_in'))::integer AS transferred_in,
           (count(*) FILTER (WHERE kind = 'case.transferred'))::integer AS transferred_out,
           (count(*) FILTER (WHERE kind = 'case.refused'))::integer AS refused,
           (count(*) FILTER (WHERE kind = 'case.withdrawn'))::integer AS withdrawn,
           (count(*) FILTER (WHERE kind = 'case.stopped'))::integer AS stopped,
           (count(*) FILTER (WHERE kind = 'case.signed'))::integer AS granted,
           (count(*) FILTER (WHERE kind = 'case.refusal_signed'))::integer AS denied,
           (count(*) FILTER (WHERE punctuality = 'early'))::integer AS early,
           (count(*) FILTER (WHERE punctuality = 'on_time'))::integer AS on_time,
           (count(*) FILTER (WHERE punctuality = 'late'))::integer AS late,
           (count(*) FILTER (WHERE is_answer AND supplements = 0))::integer AS complete_at_once,
           (count(*) FILTER (WHERE is_answer AND supplements = 1))::integer AS completed_once,
           (count(*) FILTER (WHERE is_answer AND supplements > 1))::integer AS completed_often,
           (coalesce(sum(answer_seconds), 0))::bigint AS answer_seconds,
           (coalesce(sum(seconds) FILTER (WHERE waited_for = 'applicant'), 0))::bigint AS waited_seconds,
           (count(*) FILTER (WHERE kind = 'case.apologised'))::integer AS apologised,
           (count(*) FILTER (WHERE kind = 'case.opinion_given' AND opinion = 'early'))::integer AS opinions_early,
           (count(*) FILTER (WHERE kind = 'case.opinion_given' AND opinion = 'on_time'))::integer AS opinions_on_time,
           (count(*) FILTER (WHERE kind = 'case.opinion_given' AND opinion = 'late'))::integer AS opinions_late,
           (count(*) FILTER (WHERE is_return))::integer AS returned,
           (count(*) FILTER (WHERE is_return AND delivery = 'electronic'))::integer AS returned_online,
           (count(*) FILTER (WHERE kind = 'payment.settled'))::integer AS paid,
           (count(*) FILTER (WHERE kind = 'case.fee_taken'))::integer AS paid_at_counter,
           (coalesce(sum(amount) FILTER (WHERE kind = 'payment.settled'), 0))::bigint AS paid_amount,
           (count(*) FILTER (WHERE kind = 'case.register_answered'))::integer AS from_registers,
           (count(*) FILTER (WHERE kind = 'case.document_digitised'))::integer AS digitised,
           (coalesce(sum((facts ->> 'results')::integer + (facts ->> 'papers')::integer)
               FILTER (WHERE kind = 'case.components_reused'), 0))::integer AS reused,
           (count(*) FILTER (WHERE score = 1) - count(*) FILTER (WHERE score_before = 1))::integer AS rated_1,
           (count(*) FILTER (WHERE score = 2) - count(*) FILTER (WHERE score_before = 2))::integer AS rated_2,
           (count(*) FILTER (WHERE score = 3) - count(*) FILTER (WHERE score_before = 3))::integer AS rated_3,
           (count(*) FILTER (WHERE score = 4) - count(*) FILTER (WHERE score_before = 4))::integer AS rated_4,
           (count(*) FILTER (WHERE kind = 'case.complained'))::integer AS complained,
           (count(*) FILTER (WHERE kind = 'case.complaint_answered' AND is_upheld))::integer AS complaints_upheld
    FROM placed AS n
    GROUP BY n.day, n.agency_code, n.field, n.procedure_code, n.officer_id
), counted AS (
    INSERT INTO score.counts AS c (
        edition, cut, grain, period, agency_code, field, procedure_code, officer_id,
        received, received_online, received_counter, received_post, fields_asked, fields_known,
        accepted, supplemented, transferred_in, transferred_out, refused, withdrawn, stopped,
        granted, denied, early, on_time, late, complete_at_once, completed_once, completed_often,
        answer_seconds, waited_seconds, apologised, opinions_early, opinions_on_time, opinions_late,
        returned, returned_online, paid, paid_at_counter, paid_amount, from_registers, digitised,
        reused, rated_1, rated_2, rated_3, rated_4, complained, complaints_upheld
    )
    SELECT :edition,
           CASE GROUPING(f.agency_code, f.field, f.procedure_code, f.officer_id)
               WHEN 15 THEN 'city' WHEN 7 THEN 'agency' WHEN 11 THEN 'field' WHEN 13 THEN 'procedure'
               WHEN 3 THEN 'agency_field' WHEN 5 THEN 'agency_procedure' ELSE 'agency_officer' END,
           CASE GROUPING(f.day) WHEN 0 THEN 'day' ELSE 'month' END,
           coalesce(f.day, f.month), coalesce(f.agency_code, ''), coalesce(f.field, ''),
           coalesce(f.procedure_code, ''), coalesce(f.officer_id, '00000000-0000-0000-0000-000000000000'),
           sum(received), sum(received_online), sum(received_counter), sum(received_post),
           sum(fields_asked), sum(fields_known), sum(accepted), sum(supplemented),
           sum(transferred_in), sum(transferred_out), sum(refused), sum(withdrawn), sum(stopped),
           sum(granted), sum(denied), sum(early), sum(on_time), sum(late), sum(complete_at_once),
           sum(completed_once), sum(completed_often), sum(answer_seconds), sum(waited_seconds),
           sum(apologised), sum(opinions_early), sum(opinions_on_time), sum(opinions_late),
           sum(returned), sum(returned_online), sum(paid), sum(paid_at_counter), sum(paid_amount),
           sum(from_registers), sum(digitised), sum(reused), sum(rated_1), sum(rated_2), sum(rated_3),
           sum(rated_4), sum(complained), sum(complaints_upheld)
    FROM fine AS f
    GROUP BY GROUPING SETS (
        (f.month), (f.month, f.agency_code), (f.month, f.field), (f.month, f.procedure_code),
        (f.month, f.agency_code, f.field), (f.month, f.agency_code, f.procedure_code),
        (f.month, f.agency_code, f.officer_id), (f.day), (f.day, f.agency_code), (f.day, f.field)
    )
    HAVING f.officer_id IS DISTINCT FROM '00000000-0000-0000-0000-000000000000'
    ON CONFLICT (edition, cut, grain, agency_code, period, field, procedure_code, officer_id) DO UPDATE SET
        received = c.received + excluded.received,
        received_online = c.received_online + excluded.received_online,
        received_counter = c.received_counter + excluded.received_counter,
        received_post = c.received_post + excluded.received_post,
        fields_asked = c.fields_asked + excluded.fields_asked,
        fields_known = c.fields_known + excluded.fields_known,
        accepted = c.accepted + excluded.accepted,
        supplemented = c.supplemented + excluded.supplemented,
        transferred_in = c.transferred_in + excluded.transferred_in,
        transferred_out = c.transferred_out + excluded.transferred_out,
        refused = c.refused + excluded.refused, withdrawn = c.withdrawn + excluded.withdrawn,
        stopped = c.stopped + excluded.stopped, granted = c.granted + excluded.granted,
        denied = c.denied + excluded.denied, early = c.early + excluded.early,
        on_time = c.on_time + excluded.on_time, late = c.late + excluded.late,
        complete_at_once = c.complete_at_once + excluded.complete_at_once,
        completed_once = c.completed_once + excluded.completed_once,
        completed_often = c.completed_often + excluded.completed_often,
        answer_seconds = c.answer_seconds + excluded.answer_seconds,
        waited_seconds = c.waited_seconds + excluded.waited_seconds,
        apologised = c.apologised + excluded.apologised,
        opinions_early = c.opinions_early + excluded.opinions_early,
        opinions_on_time = c.opinions_on_time + excluded.opinions_on_time,
        opinions_late = c.opinions_late + excluded.opinions_late,
        returned = c.returned + excluded.returned,
        returned_online = c.returned_online + excluded.returned_online,
        paid = c.paid + excluded.paid,
        paid_at_counter = c.paid_at_counter + excluded.paid_at_counter,
        paid_amount = c.paid_amount + excluded.paid_amount,
        from_registers = c.from_registers + excluded.from_registers,
        digitised = c.digitised + excluded.digitised,
        reused = c.reused + excluded.reused, rated_1 = c.rated_1 + excluded.rated_1,
        rated_2 = c.rated_2 + excluded.rated_2, rated_3 = c.rated_3 + excluded.rated_3,
        rated_4 = c.rated_4 + excluded.rated_4, complained = c.complained + excluded.complained,
        complaints_upheld = c.complaints_upheld + excluded.complaints_upheld
), named AS (
    SELECT n.day, n.agency_code, n.field, n.procedure_code, 'waiting' AS kind, n.waited_for AS name, 1 AS count, n.seconds
    FROM news AS n WHERE n.is_state AND n.waited_for IS NOT NULL
    UNION ALL
    SELECT n.day, n.agency_code, n.field, n.procedure_code, 'step', n.step, n.is_left::integer, n.seconds
    FROM news AS n WHERE n.is_state AND n.waited_for IS NULL AND n.seconds IS NOT NULL
    UNION ALL
    SELECT n.day, n.agency_code, n.field, n.procedure_code, 'asked_field', one, 1, 0
    FROM news AS n, jsonb_array_elements_text(n.facts -> 'fields') AS one
    WHERE n.kind = 'case.supplement_requested'
    UNION ALL
    SELECT n.day, n.agency_code, n.field, n.procedure_code, 'asked_document', one, 1, 0
    FROM news AS n, jsonb_array_elements_text(n.facts -> 'documents') AS one
    WHERE n.kind = 'case.supplement_requested'
    UNION ALL
    SELECT n.day, n.agency_code, n.field, n.procedure_code, 'rating_reason', one, 1, 0
    FROM news AS n, jsonb_array_elements_text(n.facts -> 'reasons') AS one WHERE n.kind = 'case.rated'
    UNION ALL
    SELECT n.day, n.agency_code, n.field, n.procedure_code, 'rating_reason', one, -1, 0
    FROM news AS n, jsonb_array_elements_text(n.facts -> 'before' -> 'reasons') AS one
    WHERE n.kind = 'case.rated'
), tallied AS (
    INSERT INTO score.tallies AS t (
        edition, cut, month, agency_code, field, procedure_code, kind, name, count, seconds
    )
    SELECT :edition,
           CASE GROUPING(m.agency_code, m.field, m.procedure_code)
               WHEN 7 THEN 'city' WHEN 3 THEN 'agency' WHEN 5 THEN 'field' WHEN 6 THEN 'procedure'
               WHEN 1 THEN 'agency_field' ELSE 'agency_procedure' END,
           m.month, coalesce(m.agency_code, ''), coalesce(m.field, ''), coalesce(m.procedure_code, ''),
           m.kind, m.name, sum(m.count), sum(m.seconds)
    FROM (SELECT date_trunc('month', n.day)::date AS month, n.* FROM named AS n) AS m
    GROUP BY GROUPING SETS (
        (m.month, m.kind, m.name), (m.month, m.kind, m.name, m.agency_code),
        (m.month, m.kind, m.name, m.field), (m.month, m.kind, m.name, m.procedure_code),
        (m.month, m.kind, m.name, m.agency_code, m.field),
        (m.month, m.kind, m.name, m.agency_code, m.procedure_code)
    )
    ON CONFLICT (edition, cut, agency_code, month, field, procedure_code, kind, name) DO UPDATE SET
        count = t.count + excluded.count, seconds = t.seconds + excluded.seconds
), stands AS MATERIALIZED (
    -- Where each case stood before the news, and where it stands after them.
    SELECT k.is_after, c.id AS case_id, c.procedure_code, p.field, c.filed_at,
           coalesce(k.sent[2], k.agency_code) AS agency_code,
           coalesce(k.handled[2], '00000000-0000-0000-0000-000000000000')::uuid AS officer_id,
           coalesce(k.promised[2]::timestamptz, c.intake_due_at) AS due_at,
           k.business[2] IN ('incomplete', 'supplement') OR k.business[2] = 'in_hand' AND k.money[2] = 'open'
               AS is_waiting,
           k.ended_at, coalesce(k.ending[2], 'open') AS outcome, k.supplements,
           CASE WHEN k.ending[2] NOT IN ('granted', 'denied') OR k.promised IS NULL OR k.ended_at IS NULL THEN ''
                WHEN k.ended_at > k.promised[2]::timestamptz THEN 'late'
                WHEN k.ended_at::date < k.promised[2]::timestamptz::date THEN 'early' ELSE 'on_time' END AS punctuality
    FROM (
        SELECT h.subject_id, h.is_after, min(h.agency_code) FILTER (WHERE h.kind = 'case.filed') AS agency_code,
               max(h.promised) AS promised, max(h.handled) AS handled, max(h.supplements) AS supplements,
               max(ARRAY[lpad(h.sequence::text, 20, '0'), h.facts ->> 'agency'])
                   FILTER (WHERE h.kind = 'case.transferred') AS sent,
               max(ARRAY[lpad(h.sequence::text, 20, '0'), h.facts ->> 'business']) FILTER (WHERE h.is_state) AS business,
               max(ARRAY[lpad(h.sequence::text, 20, '0'), h.facts ->> 'money']) FILTER (WHERE h.is_state) AS money,
               max(h.at) FILTER (WHERE h.ending IS NOT NULL) AS ended_at,
               max(ARRAY[lpad(h.sequence::text, 20, '0'), h.ending]) FILTER (WHERE h.ending IS NOT NULL) AS ending
        FROM (
            SELECT k.*, of.is_after,
                   CASE k.kind WHEN 'case.refused' THEN 'refused' WHEN 'case.withdrawn' THEN 'withdrawn'
                               WHEN 'case.stopped' THEN 'stopped' WHEN 'case.signed' THEN 'granted'
                               WHEN 'case.refusal_signed' THEN 'denied' END AS ending
            FROM known AS k, (VALUES (true), (false)) AS of (is_after)
            WHERE of.is_after OR NOT k.is_new
        ) AS h
        GROUP BY h.subject_id, h.is_after
    ) AS k
    CROSS JOIN LATERAL (SELECT * FROM cases.cases AS c WHERE c.id = k.subject_id OFFSET 0) AS c
    CROSS JOIN LATERAL (
        SELECT * FROM score.procedures AS p
        WHERE p.procedure_code = c.procedure_code AND p.version = c.procedure_version OFFSET 0
    ) AS p
    WHERE k.agency_code IS NOT NULL
), due AS (
    INSERT INTO score.due AS d (edition, agency_code, due_on, count)
    SELECT :edition, s.agency_code, s.due_at::date, sum(CASE WHEN s.is_after THEN 1 ELSE -1 END)
    FROM stands AS s
    WHERE s.outcome = 'open' AND NOT s.is_waiting
    GROUP BY s.agency_code, s.due_at::date HAVING sum(CASE WHEN s.is_after THEN 1 ELSE -1 END) <> 0
    ON CONFLICT (edition, agency_code, due_on) DO UPDATE SET count = d.count + excluded.count
)
INSERT INTO score.cases AS o (
    edition, case_id, agency_code, procedure_code, field, officer_id, filed_at, due_at, is_waiting,
    ended_at, outcome, punctuality, supplements
)
SELECT :edition, l.case_id, l.agency_code, l.procedure_code, l.field, l.officer_id, l.filed_at, l.due_at,
       l.is_waiting, l.ended_at, l.outcome, l.punctuality, l.supplements
FROM stands AS l WHERE l.is_after
ON CONFLICT (edition, case_id) DO UPDATE SET
    agency_code = excluded.agency_code, officer_id = excluded.officer_id, due_at = excluded.due_at,
    is_waiting = excluded.is_waiting, ended_at = excluded.ended_at, outcome = excluded.outcome,
    punctuality = excluded.punctuality, supplements = excluded.supplements;

-- name: begin_edition
-- Beside the one that is shown. Its gaps lie within the hour: no transaction of ours is older.
WITH begun AS (
    INSERT INTO score.editions (edition, folded_to, is_shown, made_at)
    SELECT coalesce(max(e.edition), 0) + 1,
           coalesce((SELECT v.sequence FROM db.events AS v ORDER BY v.sequence DESC LIMIT 1), 0), false, :at
    FROM score.editions AS e
    RETURNING edition, folded_to
), recent AS (
    SELECT coalesce((SELECT v.sequence FROM db.events AS v WHERE v.at < CAST(:at AS timestamptz) - interval '1 hour'
                     ORDER BY v.sequence DESC LIMIT 1), 0) AS after
), missed AS (
    INSERT INTO score.gaps (edition, sequence, found_at)
    SELECT begun.edition, number, :at
    FROM begun, recent, generate_series(recent.after + 1, begun.folded_to) AS number
    WHERE NOT EXISTS (SELECT FROM db.events AS v WHERE v.sequence = number)
)
SELECT edition, folded_to FROM begun;

-- name: cases_after
SELECT id FROM cases.cases WHERE id > :after ORDER BY id LIMIT :at_most;

-- name: hide_shown
UPDATE score.editions SET is_shown = false WHERE is_shown;

-- name: show_edition
UPDATE score.editions SET is_shown = true WHERE edition = :edition;

-- name: forget_editions
DELETE FROM score.editions WHERE NOT is_shown AND edition <> :but;

-- name: drop_leftovers
-- Of editions that are no more, some at a time.
WITH gone AS (
    SELECT DISTINCT o.edition FROM (
        (SELECT edition FROM score.cases ORDER BY edition LIMIT 1)
        UNION ALL (SELECT edition FROM score.counts ORDER BY edition LIMIT 1)
        UNION ALL (SELECT edition FROM score.tallies ORDER BY edition LIMIT 1)
        UNION ALL (SELECT edition FROM score.due ORDER BY edition LIMIT 1)
        UNION ALL (SELECT edition FROM score.gaps ORDER BY edition LIMIT 1)
    ) AS o
    WHERE NOT EXISTS (SELECT FROM score.editions AS e WHERE e.edition = o.edition)
), cases AS (
    DELETE FROM score.cases WHERE (edition, case_id) IN (
        SELECT c.edition, c.case_id FROM score.cases AS c WHERE c.edition IN (SELECT edition FROM gone) LIMIT :at_most)
    RETURNING 1
), counts AS (
    DELETE FROM score.counts WHERE ctid = ANY (ARRAY(
        SELECT c.ctid FROM score.counts AS c WHERE c.edition IN (SELECT edition FROM gone) LIMIT :at_most))
    RETURNING 1
), tallies AS (
    DELETE FROM score.tallies WHERE ctid = ANY (ARRAY(
        SELECT t.ctid FROM score.tallies AS t WHERE t.edition IN (SELECT edition FROM gone) LIMIT :at_most))
    RETURNING 1
), due AS (
    DELETE FROM score.due WHERE edition IN (SELECT edition FROM gone) RETURNING 1
), gaps AS (
    DELETE FROM score.gaps WHERE edition IN (SELECT edition FROM gone) RETURNING 1
)
SELECT (SELECT count(*) FROM cases) + (SELECT count(*) FROM counts) + (SELECT count(*) FROM tallies)
     + (SELECT count(*) FROM due) + (SELECT count(*) FROM gaps);

-- name: figures
SELECT f.name, f.received, f.received_online, f.received_counter, f.received_post, f.fields_asked,
       f.fields_known, f.accepted, f.supplemented, f.transferred_in, f.transferred_out, f.refused,
       f.withdrawn, f.stopped, f.granted, f.denied, f.early, f.on_time, f.late, f.complete_at_once,
       f.completed_once, f.completed_often, f.answer_seconds, f.waited_seconds, f.apologised,
       f.opinions_early, f.opinions_on_time, f.opinions_late, f.returned, f.returned_online, f.paid,
       f.paid_at_counter, f.paid_amount, f.from_registers, f.digitised, f.reused, f.rated_1, f.rated_2,
       f.rated_3, f.rated_4, f.complained, f.complaints_upheld
FROM score.figures(:cut, :by, :grain, :agencies, :field, :procedure, :since, :until) AS f;

-- name: figures_of_officers
SELECT c.officer_id::text AS name, coalesce(sum(c.received), 0)::bigint AS received,
       coalesce(sum(c.received_online), 0)::bigint AS received_online,
       coalesce(sum(c.received_counter), 0)::bigint AS received_counter,
       coalesce(sum(c.received_post), 0)::bigint AS received_post,
       coalesce(sum(c.fields_asked), 0)::bigint AS fields_asked,
       coalesce(sum(c.fields_known), 0)::bigint AS fields_known,
       coalesce(sum(c.accepted), 0)::bigint AS accepted,
       coalesce(sum(c.supplemented), 0)::bigint AS supplemented,
       coalesce(sum(c.transferred_in), 0)::bigint AS transferred_in,
       coalesce(sum(c.transferred_out), 0)::bigint AS transferred_out,
       coalesce(sum(c.refused), 0)::bigint AS refused,
       coalesce(sum(c.withdrawn), 0)::bigint AS withdrawn,
       coalesce(sum(c.stopped), 0)::bigint AS stopped,
       coalesce(sum(c.granted), 0)::bigint AS granted, coalesce(sum(c.denied), 0)::bigint AS denied,
       coalesce(sum(c.early), 0)::bigint AS early, coalesce(sum(c.on_time), 0)::bigint AS on_time,
       coalesce(sum(c.late), 0)::bigint AS late,
       coalesce(sum(c.complete_at_once), 0)::bigint AS complete_at_once,
       coalesce(sum(c.completed_once), 0)::bigint AS completed_once,
       coalesce(sum(c.completed_often), 0)::bigint AS completed_often,
       coalesce(sum(c.answer_seconds), 0)::bigint AS answer_seconds,
       coalesce(sum(c.waited_seconds), 0)::bigint AS waited_seconds,
       coalesce(sum(c.apologised), 0)::bigint AS apologised,
       coalesce(sum(c.opinions_early), 0)::bigint AS opinions_early,
       coalesce(sum(c.opinions_on_time), 0)::bigint AS opinions_on_time,
       coalesce(sum(c.opinions_late), 0)::bigint AS opinions_late,
       coalesce(sum(c.returned), 0)::bigint AS returned,
       coalesce(sum(c.returned_online), 0)::bigint AS returned_online,
       coalesce(sum(c.paid), 0)::bigint AS paid,
       coalesce(sum(c.paid_at_counter), 0)::bigint AS paid_at_counter,
       coalesce(sum(c.paid_amount), 0)::bigint AS paid_amount,
       coalesce(sum(c.from_registers), 0)::bigint AS from_registers,
       coalesce(sum(c.digitised), 0)::bigint AS digitised,
       coalesce(sum(c.reused), 0)::bigint AS reused,
       coalesce(sum(c.rated_1), 0)::bigint AS rated_1,
       coalesce(sum(c.rated_2), 0)::bigint AS rated_2,
       coalesce(sum(c.rated_3), 0)::bigint AS rated_3,
       coalesce(sum(c.rated_4), 0)::bigint AS rated_4,
       coalesce(sum(c.complained), 0)::bigint AS complained,
       coalesce(sum(c.complaints_upheld), 0)::bigint AS complaints_upheld
FROM score.counts AS c
WHERE c.edition = (SELECT e.edition FROM score.editions AS e WHERE e.is_shown)
  AND c.cut = 'agency_officer' AND c.grain = 'month' AND c.agency_code = :agency
  AND c.period >= :since AND c.period < :until
GROUP BY c.officer_id;

-- name: named_figures
SELECT f.procedure, f.name, f.count, f.seconds
FROM score.named_figures(:cut, :kind, :agencies, :field, :procedure, :since, :until) AS f
ORDER BY f.count DESC, f.seconds DESC, f.name;

-- name: overdue
SELECT o.agency_code AS name, o.count FROM score.overdue(:agencies, :today, :now) AS o;

-- name: cases_behind
-- Under the policies: of one's own agencies alone. Each agency gives its first, so that many cost no more;
-- of the four ways to look only the one that is asked for is gone.
WITH shown AS MATERIALIZED (
    SELECT e.edition FROM score.editions AS e WHERE e.is_shown
), found AS MATERIALIZED (
    SELECT o.* FROM shown, unnest(CAST(:agencies AS text[])) AS a (code)
    CROSS JOIN LATERAL (
        (SELECT s.due_at AS place, s.* FROM score.cases AS s
         WHERE :which IN ('open', 'overdue') AND s.edition = shown.edition AND s.agency_code = a.code
           AND s.outcome = 'open' AND (:which = 'open' OR NOT s.is_waiting AND s.due_at < :now)
           AND (:field = '' OR s.field = :field) AND (:procedure = '' OR s.procedure_code = :procedure)
           AND (CAST(:officer AS uuid) IS NULL OR s.officer_id = :officer)
         ORDER BY s.due_at LIMIT :at_most)
        UNION ALL
        (SELECT s.ended_at, s.* FROM score.cases AS s
         WHERE :which = 'late' AND s.edition = shown.edition AND s.agency_code = a.code
           AND s.punctuality = 'late' AND s.ended_at >= :since AND s.ended_at < :until
           AND (:field = '' OR s.field = :field) AND (:procedure = '' OR s.procedure_code = :procedure)
           AND (CAST(:officer AS uuid) IS NULL OR s.officer_id = :officer)
         ORDER BY s.ended_at LIMIT :at_most)
        UNION ALL
        (SELECT s.ended_at, s.* FROM score.cases AS s
         WHERE s.edition = shown.edition AND s.agency_code = a.code AND s.outcome = :which
           AND :which NOT IN ('open', 'late') AND s.outcome <> 'open' AND s.ended_at >= :since AND s.ended_at < :until
           AND (:field = '' OR s.field = :field) AND (:procedure = '' OR s.procedure_code = :procedure)
           AND (CAST(:officer AS uuid) IS NULL OR s.officer_id = :officer)
         ORDER BY s.ended_at LIMIT :at_most)
        UNION ALL
        (SELECT s.filed_at, s.* FROM score.cases AS s
         WHERE :which IN ('received', 'supplemented') AND s.edition = shown.edition AND s.agency_code = a.code
           AND s.filed_at >= :since AND s.filed_at < :until AND (:which = 'received' OR s.supplements > 0)
           AND (:field = '' OR s.field = :field) AND (:procedure = '' OR s.procedure_code = :procedure)
           AND (CAST(:officer AS uuid) IS NULL OR s.officer_id = :officer)
         ORDER BY s.filed_at LIMIT :at_most)
    ) AS o
)
SELECT c.code, c.procedure_code, c.agency_code, c.status, f.filed_at, f.due_at, f.ended_at, f.outcome,
       f.punctuality, f.supplements
FROM found AS f JOIN cases.cases AS c ON c.id = f.case_id
ORDER BY f.place, c.code
LIMIT :at_most OFFSET :skip;
