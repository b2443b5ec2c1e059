-- Every statement of the room.

-- name: everything_about
-- Each table that holds rows about somebody, in the order of the floors; tests/privacy finds one that is
-- missing here. What a law still hides from its person stays hidden; of keys and cookies no digest is told.
WITH mine AS (
    SELECT c.id FROM cases.cases AS c
    WHERE c.applicant_id = :person OR (c.filed_by = :person AND c.counter_code IS NULL)
), own_files AS (
    SELECT f.id FROM documents.files AS f WHERE f.owner_id = :person
    UNION SELECT d.file_id FROM cases.case_documents AS d JOIN mine ON mine.id = d.case_id
    UNION SELECT r.file_id FROM documents.results AS r
    WHERE r.holder_id = :person OR r.case_id IN (SELECT mine.id FROM mine)
), own_looks AS (
    SELECT s.look_id AS id FROM exchange.look_subjects AS s
    WHERE s.person_id = :person AND (s.covert_id IS NULL OR exchange.is_told(s.covert_id))
), own_bills AS (
    SELECT r.id, r.thing_id FROM payments.requests AS r
    WHERE r.payer_id = :person OR r.thing_id IN (SELECT mine.id FROM mine)
), own_receipts AS (
    SELECT r.bank_transaction, r.transfer_id FROM payments.receipts AS r
    WHERE r.request_id IN (SELECT own_bills.id FROM own_bills)
)
SELECT 'db.events' AS place, to_jsonb(e) - ARRAY['salt', 'digest'] AS data FROM db.events AS e
WHERE (:person IN (e.person_id, e.actor_id, e.behalf_id, e.subject_id) OR e.subject_id IN (SELECT mine.id FROM mine))
  AND (NOT e.facts ? 'covert' OR exchange.is_told((e.facts ->> 'covert')::uuid))
UNION ALL
SELECT 'db.answers', to_jsonb(a) - ARRAY['body', 'request_digest'] FROM db.answers AS a
WHERE a.person_id = :person
UNION ALL
SELECT 'exchange.looks', to_jsonb(l) - 'subject_hash' FROM exchange.looks AS l
WHERE l.asker_id = :person OR l.id IN (SELECT own_looks.id FROM own_looks)
UNION ALL
SELECT 'exchange.look_subjects', to_jsonb(s) FROM exchange.look_subjects AS s
WHERE s.look_id IN (SELECT own_looks.id FROM own_looks) AND s.person_id = :person
UNION ALL
SELECT 'exchange.look_outcomes', to_jsonb(o) FROM exchange.look_outcomes AS o
WHERE o.look_id IN (SELECT own_looks.id FROM own_looks)
UNION ALL
SELECT 'exchange.subjects', to_jsonb(s) - 'subject_hash' FROM exchange.subjects AS s
WHERE s.person_id = :person
UNION ALL
SELECT 'identity.people', to_jsonb(p) - ARRAY['number', 'number_hash', 'birth_date', 'email', 'phone']
FROM identity.people AS p WHERE p.id = :person
UNION ALL
SELECT 'identity.representatives', to_jsonb(r) FROM identity.representatives AS r
WHERE :person IN (r.person_id, r.organisation_id)
UNION ALL
SELECT 'identity.delegations', to_jsonb(d) FROM identity.delegations AS d
WHERE :person IN (d.person_id, d.given_by, d.organisation_id)
UNION ALL
SELECT 'identity.sessions', to_jsonb(s) - 'token_hash' FROM identity.sessions AS s
WHERE s.person_id = :person
UNION ALL
-- To an organisation: who has signed in in its name, and nothing of their devices.
SELECT 'identity.sessions', to_jsonb(s) - ARRAY['token_hash', 'device', 'provider_sid'] FROM identity.sessions AS s
WHERE s.behalf_id = :person
UNION ALL
SELECT 'identity.kept_forms', to_jsonb(k) - ARRAY['id_hash', 'sealed'] FROM identity.kept_forms AS k
WHERE k.person_id = :person
UNION ALL
SELECT 'identity.restrictions', to_jsonb(r) FROM identity.restrictions AS r WHERE r.person_id = :person
UNION ALL
SELECT 'identity.consents', to_jsonb(c) FROM identity.consents AS c WHERE c.person_id = :person
UNION ALL
SELECT 'documents.files', to_jsonb(f) FROM documents.files AS f
WHERE f.id IN (SELECT own_files.id FROM own_files) OR f.made_by = :person
UNION ALL
SELECT 'documents.shares', to_jsonb(s) FROM documents.shares AS s
WHERE s.file_id IN (SELECT own_files.id FROM own_files) OR :person IN (s.person_id, s.made_by)
UNION ALL
SELECT 'documents.numbers', to_jsonb(n) FROM documents.numbers AS n
WHERE n.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'documents.results', to_jsonb(r) - ARRAY['holder_salt', 'holder_check'] FROM documents.results AS r
WHERE r.file_id IN (SELECT own_files.id FROM own_files)
UNION ALL
SELECT 'documents.result_statuses', to_jsonb(s) FROM documents.result_statuses AS s
JOIN documents.results AS r ON r.reference = s.reference
WHERE r.file_id IN (SELECT own_files.id FROM own_files)
UNION ALL
SELECT 'payments.requests', to_jsonb(r) FROM payments.requests AS r
WHERE r.id IN (SELECT own_bills.id FROM own_bills) OR r.made_by = :person
UNION ALL
SELECT 'payments.shares', to_jsonb(s) FROM payments.shares AS s
WHERE s.thing_id IN (SELECT own_bills.thing_id FROM own_bills)
UNION ALL
SELECT 'payments.closings', to_jsonb(c) FROM payments.closings AS c
WHERE c.request_id IN (SELECT own_bills.id FROM own_bills)
UNION ALL
SELECT 'payments.receipts', to_jsonb(r) FROM payments.receipts AS r
WHERE r.bank_transaction IN (SELECT own_receipts.bank_transaction FROM own_receipts)
UNION ALL
SELECT 'payments.counter_receipts', to_jsonb(k) FROM payments.counter_receipts AS k
WHERE k.bank_transaction IN (SELECT own_receipts.bank_transaction FROM own_receipts)
UNION ALL
SELECT 'payments.transfers', to_jsonb(t) FROM payments.transfers AS t
WHERE t.id IN (SELECT own_receipts.transfer_id FROM own_receipts)
UNION ALL
SELECT 'notices.messages', to_jsonb(m) FROM notices.messages AS m WHERE m.person_id = :person
UNION ALL
SELECT 'notices.deliveries', to_jsonb(d) FROM notices.deliveries AS d
JOIN notices.messages AS m ON m.id = d.message_id WHERE m.person_id = :person
UNION ALL
SELECT 'cases.cases', to_jsonb(c) FROM cases.cases AS c WHERE c.id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.case_documents', to_jsonb(d) FROM cases.case_documents AS d
WHERE d.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.hand_ins', to_jsonb(h) FROM cases.hand_ins AS h WHERE h.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.papers', to_jsonb(p) FROM cases.papers AS p WHERE p.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.digitised_papers', to_jsonb(d) FROM cases.digitised_papers AS d
WHERE d.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.reuses', to_jsonb(r) FROM cases.reuses AS r
WHERE r.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.findings', to_jsonb(f) || jsonb_build_object('applicant_id', c.applicant_id)
FROM cases.findings AS f JOIN cases.cases AS c ON c.id = f.case_id
WHERE f.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.opinions', to_jsonb(o) FROM cases.opinions AS o WHERE o.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.supplements', to_jsonb(s) FROM cases.supplements AS s
WHERE s.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.notes', to_jsonb(n) FROM cases.notes AS n
WHERE n.case_id IN (SELECT mine.id FROM mine) OR n.officer_id = :person
UNION ALL
SELECT 'cases.templates', to_jsonb(t) FROM cases.templates AS t WHERE t.made_by = :person
UNION ALL
SELECT 'cases.answer_versions', to_jsonb(v) || jsonb_build_object('applicant_id', c.applicant_id)
FROM cases.answer_versions AS v JOIN cases.cases AS c ON c.id = v.case_id
WHERE v.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.ratings', to_jsonb(r) FROM cases.ratings AS r WHERE r.person_id = :person
UNION ALL
SELECT 'cases.complaints', to_jsonb(p) FROM cases.complaints AS p WHERE p.person_id = :person
UNION ALL
SELECT 'cases.complaint_words', to_jsonb(w) || jsonb_build_object('person_id', p.person_id)
FROM cases.complaint_words AS w JOIN cases.complaints AS p ON p.id = w.complaint_id
WHERE p.person_id = :person
UNION ALL
SELECT 'cases.apologies', to_jsonb(a) FROM cases.apologies AS a WHERE a.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.proposals', to_jsonb(p) FROM cases.proposals AS p WHERE p.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.approvals', to_jsonb(a) FROM cases.approvals AS a
JOIN cases.proposals AS p ON p.id = a.proposal_id WHERE p.case_id IN (SELECT mine.id FROM mine)
UNION ALL
SELECT 'cases.drafts', to_jsonb(d) FROM cases.drafts AS d WHERE d.person_id = :person
UNION ALL
SELECT 'cases.looks', to_jsonb(l) FROM cases.looks AS l
WHERE l.case_id IN (SELECT mine.id FROM mine) AND (l.covert_id IS NULL OR exchange.is_told(l.covert_id))
UNION ALL
SELECT 'privacy.exports', to_jsonb(x) FROM privacy.exports AS x WHERE x.person_id = :person
UNION ALL
SELECT 'privacy.erasures', to_jsonb(x) FROM privacy.erasures AS x WHERE x.person_id = :person;

-- name: files_about
-- What was handed in, what was issued, and the forms of one's cases; the ids run with the time.
SELECT f.id, f.name, f.media_type, f.size, f.sha256,
       CASE WHEN EXISTS (SELECT FROM documents.results AS r WHERE r.file_id = f.id)
            THEN 'results' ELSE 'uploads' END AS kind
FROM documents.files AS f
WHERE f.scan NOT IN ('quarantined', 'infected') AND (
    f.owner_id = :person
    OR f.id IN (SELECT d.file_id FROM cases.case_documents AS d JOIN cases.cases AS c ON c.id = d.case_id
                WHERE c.applicant_id = :person)
    OR f.id IN (SELECT r.file_id FROM documents.results AS r WHERE r.holder_id = :person))
UNION ALL
SELECT p.id, c.code || '-' || p.cause_sequence || '.pdf', 'application/pdf', p.size, p.sha256, 'papers'
FROM cases.papers AS p JOIN cases.cases AS c ON c.id = p.case_id
WHERE c.applicant_id = :person AND p.sha256 IS NOT NULL
ORDER BY id
LIMIT :at_most;

-- name: ask_export
INSERT INTO privacy.exports (id, person_id, asked_at, until) VALUES (:id, :person_id, :at, :until);

-- name: lock_exports_of
SELECT pg_advisory_xact_lock(hashtextextended('privacy.exports:' || :person_id ::uuid, 0));

-- name: exports_of
SELECT id, asked_at, state, percent, size, sha256, until, downloads
FROM privacy.exports WHERE person_id = :person_id AND until > :at
ORDER BY asked_at DESC;

-- name: export_wanted
SELECT person_id FROM privacy.exports WHERE id = :id AND state <> 'ready' AND until > :at;

-- name: tell_progress
UPDATE privacy.exports SET state = 'at_work', percent = :percent WHERE id = :id AND state <> 'ready';

-- name: finish_export
UPDATE privacy.exports SET state = 'ready', percent = 100, size = :size, sha256 = :sha256
WHERE id = :id AND state <> 'ready';

-- name: fetch_export
-- Counted before it is given: who fetches at once from many places gets no more.
UPDATE privacy.exports SET downloads = downloads + 1
WHERE id = :id AND person_id = :person_id AND state = 'ready' AND until > :at AND downloads < :at_most
RETURNING sha256;

-- name: must_stay
-- What the archive keeps: every request but those about one's own data. Open ones go on.
SELECT count(*) FILTER (WHERE closed_at IS NULL)::int AS open, count(*)::int AS kept
FROM cases.cases
WHERE (applicant_id = :person OR (filed_by = :person AND counter_code IS NULL))
  AND NOT procedure_code = ANY (:rights ::text[]);

-- name: record_erasure
INSERT INTO privacy.erasures (case_id, person_id, at, is_whole, kept)
VALUES (:case_id, :person_id, :at, :is_whole, :kept)
ON CONFLICT DO NOTHING;

-- name: erased_people
SELECT DISTINCT person_id FROM privacy.erasures WHERE is_whole;

-- name: forget_drafts_of
DELETE FROM cases.drafts WHERE person_id = :person;

-- name: forget_answers_of
DELETE FROM db.answers WHERE person_id = :person;

-- name: forget_forms_of
DELETE FROM identity.kept_forms WHERE person_id = :person;

-- name: forget_delegations_of
DELETE FROM identity.delegations WHERE person_id = :person;

-- name: forget_subject
DELETE FROM exchange.subjects WHERE person_id = :person_id;

-- name: restrictions_of
SELECT since, agency_code FROM identity.restrictions WHERE person_id = :person AND until IS NULL;

-- name: forget_answers
WITH gone AS (DELETE FROM db.answers WHERE made_at < :before RETURNING 1) SELECT count(*)::int FROM gone;

-- name: forget_drafts
WITH own AS (
    DELETE FROM cases.drafts WHERE kept_at < :before RETURNING 1
), at_counters AS (
    DELETE FROM cases.counter_drafts WHERE kept_at < :before RETURNING 1
)
SELECT ((SELECT count(*) FROM own) + (SELECT count(*) FROM at_counters))::int;

-- name: forget_forms
WITH gone AS (DELETE FROM identity.kept_forms WHERE made_at < :before RETURNING 1)
SELECT count(*)::int FROM gone;

-- name: forget_challenges
WITH gone AS (DELETE FROM identity.challenges WHERE made_at < :before RETURNING 1)
SELECT count(*)::int FROM gone;

-- name: forget_sessions
-- That ended before: by their end, or by a pause that was too long.
WITH gone AS (
    DELETE FROM identity.sessions WHERE least(until, seen_at + idle) < :before RETURNING 1
) SELECT count(*)::int FROM gone;

-- name: forget_exports
WITH gone AS (DELETE FROM privacy.exports WHERE until < :before RETURNING 1) SELECT count(*)::int FROM gone;

-- name: forget_deliveries
-- Where a message went; the message itself stays as long as messages do.
WITH gone AS (DELETE FROM notices.deliveries WHERE at < :before RETURNING 1) SELECT count(*)::int FROM gone;

-- name: forget_messages
WITH parts AS (
    DELETE FROM notices.deliveries AS d USING notices.messages AS m
    WHERE m.id = d.message_id AND m.made_at < :before
), gone AS (DELETE FROM notices.messages WHERE made_at < :before RETURNING 1)
SELECT count(*)::int FROM gone;

-- name: forget_looks
-- One statement: its parts see the same rows, and the foreign keys look when all of it is done.
WITH old AS (
    SELECT id FROM exchange.looks WHERE at < :before
), subjects AS (
    DELETE FROM exchange.look_subjects WHERE look_id IN (SELECT id FROM old)
), outcomes AS (
    DELETE FROM exchange.look_outcomes WHERE look_id IN (SELECT id FROM old)
), asked AS (
    DELETE FROM exchange.looks WHERE id IN (SELECT id FROM old) RETURNING 1
), opened AS (
    DELETE FROM cases.looks WHERE at < :before RETURNING 1
)
SELECT ((SELECT count(*) FROM asked) + (SELECT count(*) FROM opened))::int;

-- name: forget_files
-- Handed in and attached to nothing, not even to a form that is not sent yet.
WITH old AS (
    SELECT f.id FROM documents.files AS f
    WHERE f.made_at < :before
      AND NOT EXISTS (SELECT FROM cases.case_documents AS d WHERE d.file_id = f.id)
      AND NOT EXISTS (SELECT FROM documents.results AS r WHERE r.file_id = f.id)
      AND NOT EXISTS (SELECT FROM cases.drafts AS w, jsonb_array_elements(w.documents) AS one (file)
                      WHERE w.person_id IN (f.owner_id, f.made_by) AND one.file ->> 'id' = f.id::text)
      AND NOT EXISTS (SELECT FROM cases.counter_drafts AS w, jsonb_array_elements(w.documents) AS one (file)
                      WHERE w.person_id IN (f.owner_id, f.made_by) AND one.file ->> 'id' = f.id::text)
), shares AS (
    DELETE FROM documents.shares WHERE file_id IN (SELECT id FROM old)
)
DELETE FROM documents.files WHERE id IN (SELECT id FROM old) RETURNING sha256;

-- name: forget_files_of
WITH old AS (
    SELECT f.id FROM documents.files AS f
    WHERE f.owner_id = :person
      AND NOT EXISTS (SELECT FROM cases.case_documents AS d WHERE d.file_id = f.id)
      AND NOT EXISTS (SELECT FROM documents.results AS r WHERE r.file_id = f.id)
), shares AS (
    DELETE FROM documents.shares WHERE file_id IN (SELECT id FROM old)
)
DELETE FROM documents.files WHERE id IN (SELECT id FROM old) RETURNING sha256;

-- name: forget_exports_of
DELETE FROM privacy.exports WHERE person_id = :person RETURNING sha256;

-- name: still_named
-- The store keeps equal bytes once: they stay while any row names them.
SELECT sha256 FROM documents.files WHERE sha256 = ANY (:digests ::bytea[])
UNION SELECT sha256 FROM cases.papers WHERE sha256 = ANY (:digests ::bytea[])
UNION SELECT sha256 FROM privacy.exports WHERE sha256 = ANY (:digests ::bytea[]);

-- name: is_carried_out
SELECT EXISTS (
    SELECT FROM db.events WHERE subject_id = :case_id AND kind = 'right.carried_out');
