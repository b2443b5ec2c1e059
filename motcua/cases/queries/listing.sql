-- Work lists, and what they are read from.

-- name: list_of
SELECT total, is_more, ids
FROM cases.list_of(:posts, :roles, :state, :is_mine, :before, :procedures, :status, :handler, :is_nobodys, :channel,
                   :since, :until, :words, :code, :sort, :counted_max, :at_most, :skip);

-- name: desk
-- Read under the policies, in the order of the ids.
SELECT c.code, c.procedure_code, c.procedure_version, c.at_agency AS agency_code, c.applicant_name, c.step,
       c.status, c.business, c.lane, c.agency_code AS receiver_code, c.escalated_at, c.filed_at, c.intake_due_at, c.due_at, c.handler_id,
       (SELECT max(s.asked_at) FROM cases.supplements s WHERE s.case_id = c.id) AS asked_at,
       (SELECT max(e.sequence) FROM db.events e WHERE e.subject_id = c.id) AS version,
       c.id, c.channel, c.closed_at
FROM cases.cases c
WHERE c.id = ANY (:ids)
ORDER BY array_position(CAST(:ids AS uuid[]), c.id);

-- name: open_cases_of_agencies
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at, language,
       business, money, handing, sync, regime, at_agency, step_due_at, lane, lead_id, channel,
       counter_code, representative, step_role
FROM cases.cases
WHERE id = ANY (ARRAY(
    SELECT unnest(page.ids)
    FROM cases.list_of(:posts, :roles, 'open', false, NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, '{}', NULL,
                       'due', 0, :at_most, :skip) AS page))
ORDER BY lane, coalesce(due_at, intake_due_at), id;

-- name: count_desk
SELECT everything, mine, late, today, week, mine_late, mine_today, mine_week, asked
FROM cases.count_open(:posts, :roles, :now, :tomorrow, :next_week);

-- name: choices_of
SELECT kind, name, count FROM cases.choices_of(:posts, :state);

-- name: newest_event
-- With every transaction that may write older ones still.
SELECT coalesce(max(e.sequence), 0) AS sequence,
       ARRAY(SELECT l.virtualtransaction FROM pg_locks l
             WHERE l.locktype = 'relation' AND l.relation = CAST('db.events' AS regclass)
               AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
               AND l.mode = 'RowExclusiveLock' AND l.granted) AS writers
FROM db.events e;

-- name: lock_listed_until
SELECT sequence FROM cases.listed_until FOR UPDATE SKIP LOCKED;

-- name: keep_listed_until
-- Of a pile that is empty nobody asks any more.
WITH emptied AS (DELETE FROM cases.piles WHERE count = 0)
UPDATE cases.listed_until SET sequence = :sequence;

-- name: moved_between
SELECT DISTINCT subject_id FROM db.events WHERE sequence > :after AND sequence <= :until;

-- name: cases_after
SELECT id FROM cases.cases WHERE id > :last ORDER BY id LIMIT :at_most;

-- name: lay_cases
-- What lay elsewhere leaves its pile; the pile in which it lies now begins where there is none yet.
WITH fresh AS MATERIALIZED (
    SELECT * FROM cases.placed(:cases)
), old AS MATERIALIZED (
    SELECT l.case_id, l.pile, l.promised_at FROM cases.listed l WHERE l.case_id = ANY (:cases)
), net AS MATERIALIZED (
    SELECT pile, sum(n) AS count
    FROM (SELECT pile, 1 AS n FROM fresh UNION ALL SELECT pile, -1 FROM old) AS moved
    GROUP BY pile HAVING sum(n) <> 0
), counted AS (
    UPDATE cases.piles p SET count = p.count + net.count FROM net WHERE p.id = net.pile
), begun AS (
    INSERT INTO cases.piles
        (id, at_agency, agency_code, procedure_code, status, channel, is_open, is_waiting, step_role, lane, handler_id,
         count)
    SELECT DISTINCT ON (f.pile) f.pile, f.at_agency, f.agency_code, f.procedure_code, f.status, f.channel, f.is_open,
           f.is_waiting, f.step_role, f.lane, f.handler_id, net.count
    FROM fresh f JOIN net ON net.pile = f.pile
    WHERE NOT EXISTS (SELECT FROM cases.piles p WHERE p.id = f.pile)
), laid AS (
    INSERT INTO cases.listed AS l (case_id, pile, lane, promised_at, filed_at, words)
    SELECT f.case_id, f.pile, f.lane, f.promised_at, f.filed_at, f.words FROM fresh f
    ON CONFLICT (case_id) DO UPDATE SET pile = excluded.pile, lane = excluded.lane, promised_at = excluded.promised_at
    WHERE (l.pile, l.promised_at) IS DISTINCT FROM (excluded.pile, excluded.promised_at)
)
UPDATE cases.listed_until
SET count = count + (SELECT count(*) FROM fresh) - (SELECT count(*) FROM old),
    open = open + (SELECT count(promised_at) FROM fresh) - (SELECT count(promised_at) FROM old);

-- name: forget_listed
WITH listed AS (DELETE FROM cases.listed), piles AS (DELETE FROM cases.piles)
UPDATE cases.listed_until SET sequence = 0, count = 0, open = 0;

-- name: lay_anew
-- Where nothing lies yet: piles begin, and are counted when all cases lie.
WITH fresh AS MATERIALIZED (
    SELECT * FROM cases.placed(:cases)
), begun AS (
    INSERT INTO cases.piles
        (id, at_agency, agency_code, procedure_code, status, channel, is_open, is_waiting, step_role, lane, handler_id,
         count)
    SELECT DISTINCT ON (f.pile) f.pile, f.at_agency, f.agency_code, f.procedure_code, f.status, f.channel, f.is_open,
           f.is_waiting, f.step_role, f.lane, f.handler_id, 0
    FROM fresh f
    ON CONFLICT (id) DO NOTHING
)
INSERT INTO cases.listed (case_id, pile, lane, promised_at, filed_at, words)
SELECT f.case_id, f.pile, f.lane, f.promised_at, f.filed_at, f.words FROM fresh f;

-- name: count_anew
WITH counted AS (
    UPDATE cases.piles p SET count = o.count
    FROM (SELECT l.pile, count(*) AS count FROM cases.listed l GROUP BY l.pile) AS o WHERE o.pile = p.id
)
UPDATE cases.listed_until
SET count = (SELECT count(*) FROM cases.listed), open = (SELECT count(promised_at) FROM cases.listed);
