-- Every statement of the room.

-- name: keep_procedure
INSERT INTO cases.procedures (code, version, definition, read_at)
VALUES (:code, :version, :definition, :read_at)
ON CONFLICT DO NOTHING;

-- name: procedure_version
SELECT definition FROM cases.procedures WHERE code = :code AND version = :version;

-- name: file_case
-- The number is taken here and held until the commit, so this comes as late as it can.
WITH number AS (
    INSERT INTO cases.numbers AS n (agency_code, day, last)
    VALUES (:agency_code, :day, 1)
    ON CONFLICT (agency_code, day) DO UPDATE SET last = n.last + 1
    RETURNING last
)
INSERT INTO cases.cases
    (id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
     filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
     filed_at, intake_due_at, language, money, regime, at_agency, step_due_at, lane, lead_id,
     channel, counter_code, representative, step_role)
SELECT :id, :prefix || lpad(last::text, greatest(4, length(last::text)), '0'), :procedure_code,
       :procedure_version, :agency_code, :step, :status, :filed_by, :filed_by_name, :applicant_id,
       :applicant_name, :subject, :answers, :delivery, :fee, :fee_amount, :filed_at, :intake_due_at,
       :language, :money, :regime, :at_agency, :step_due_at, :lane, :lead_id, :channel,
       :counter_code, :representative, :step_role
FROM number
RETURNING code;

-- name: attach_documents
INSERT INTO cases.case_documents (case_id, requirement, file_id, added_at)
SELECT :case_id, wanted.requirement, wanted.file_id, :added_at
FROM unnest(CAST(:requirements AS text[]), CAST(:files AS uuid[])) AS wanted (requirement, file_id)
ON CONFLICT DO NOTHING;

-- name: documents_of_case
SELECT requirement, file_id, added_at
FROM cases.case_documents WHERE case_id = :case_id ORDER BY added_at, requirement;

-- name: case_by_code
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at, language,
       business, money, handing, sync, regime, at_agency, step_due_at, lane, lead_id, channel,
       counter_code, representative, step_role
FROM cases.cases WHERE code = :code;

-- name: lock_case
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at, language,
       business, money, handing, sync, regime, at_agency, step_due_at, lane, lead_id, channel,
       counter_code, representative, step_role
FROM cases.cases WHERE code = :code FOR UPDATE;

-- name: lock_case_by_id
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at, language,
       business, money, handing, sync, regime, at_agency, step_due_at, lane, lead_id, channel,
       counter_code, representative, step_role
FROM cases.cases WHERE id = :id FOR UPDATE;

-- name: case_by_id
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at, language,
       business, money, handing, sync, regime, at_agency, step_due_at, lane, lead_id, channel,
       counter_code, representative, step_role
FROM cases.cases WHERE id = :id;

-- name: cases_of_person
-- Each in the order of its index, so that a page of a few thousand cases is no dearer than one of five.
WITH latest AS (
    (SELECT id, filed_at FROM cases.cases WHERE filed_by = :person AND filed_at < :before
     ORDER BY filed_at DESC LIMIT :at_most)
    UNION
    (SELECT id, filed_at FROM cases.cases WHERE applicant_id = :person AND filed_at < :before
     ORDER BY filed_at DESC LIMIT :at_most)
    UNION
    (SELECT id, filed_at FROM cases.cases WHERE applicant_id = :behalf AND filed_at < :before
     ORDER BY filed_at DESC LIMIT :at_most)
    ORDER BY filed_at DESC
    LIMIT :at_most
)
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at, language,
       business, money, handing, sync, regime, at_agency, step_due_at, lane, lead_id, channel,
       counter_code, representative, step_role
FROM cases.cases
WHERE id = ANY (ARRAY(SELECT latest.id FROM latest))
ORDER BY filed_at DESC;

-- name: progress_by_code
SELECT status, procedure_code, agency_code, filed_at, intake_due_at, due_at, closed_at
FROM cases.progress(:code);

-- name: move_case
UPDATE cases.cases
SET step = :step, step_role = :step_role, status = :status, business = :business, money = :money, handing = :handing,
    sync = :sync, step_due_at = :step_due_at, escalated_at = NULL, accepted_at = :accepted_at,
    due_at = :due_at, due_reasons = :due_reasons, closed_at = :closed_at
WHERE id = :id;

-- name: hand_over
SELECT cases.hand_over(:id, :agency_code, :at_agency);

-- name: state_fee
UPDATE cases.cases SET fee = :fee, fee_amount = :fee_amount WHERE id = :id;

-- name: accepted_limit
SELECT facts ->> 'limit' FROM db.events
WHERE subject_id = :id AND kind = 'case.accepted'
ORDER BY sequence DESC LIMIT 1;

-- name: fee_stated_at
SELECT at FROM db.events
WHERE subject_id = :id AND kind = 'case.fee_stated'
ORDER BY sequence DESC LIMIT 1;

-- name: promise_anew
UPDATE cases.cases SET due_at = :due_at, due_reasons = :due_reasons WHERE id = :id;

-- name: apologise
INSERT INTO cases.apologies (case_id, at, given_by, words, promised_at, due_at)
VALUES (:case_id, :at, :given_by, :words, :promised_at, :due_at);

-- name: ask_opinion
INSERT INTO cases.opinions (id, case_id, asking_agency, agency_code, asked_by, question, asked_at, due_at)
VALUES (:id, :case_id, :asking_agency, :agency_code, :asked_by, :question, :asked_at, :due_at);

-- name: give_opinion
UPDATE cases.opinions
SET given_by = :given_by, given_by_name = :given_by_name, given_at = :given_at, outcome = :outcome,
    words = :words
WHERE id = :id AND given_at IS NULL;

-- name: opinions_of_case
SELECT id, agency_code, question, asked_at, due_at, given_by_name, given_at, outcome, words
FROM cases.opinions WHERE case_id = :case_id ORDER BY asked_at, id;

-- name: joined_of
SELECT lead_id, code, procedure_code, agency_code, status, due_at, closed_at
FROM cases.joined_of(:leads ::uuid[])
ORDER BY code;

-- name: family_of
SELECT lead_id, code, procedure_code, agency_code, status, due_at, closed_at
FROM cases.family_of(:id)
ORDER BY code;

-- name: steps_that_ran_out
SELECT id, code, applicant_id, at_agency, step, step_due_at
FROM cases.cases
WHERE closed_at IS NULL AND escalated_at IS NULL AND step_due_at < :now
  AND business NOT IN ('incomplete', 'supplement') AND NOT (business = 'in_hand' AND money = 'open')
ORDER BY step_due_at
LIMIT :at_most;

-- name: escalate
UPDATE cases.cases SET escalated_at = :now WHERE id = :id AND escalated_at IS NULL RETURNING true;

-- name: hand_case_to
UPDATE cases.cases SET handler_id = :handler_id WHERE id = :id;

-- name: correct_answers
-- What they were before is kept as it lies, sealed.
WITH before AS (
    INSERT INTO cases.answer_versions (case_id, until, answers)
    SELECT id, :at, answers FROM cases.cases WHERE id = :id
)
UPDATE cases.cases SET answers = :answers WHERE id = :id;

-- name: keep_finding
INSERT INTO cases.findings (case_id, finding, register, look_id, state, answer, answered_at)
VALUES (:case_id, :finding, :register, :look_id, :state, :answer, :answered_at)
ON CONFLICT DO NOTHING
RETURNING true;

-- name: findings_of_case
SELECT finding, register, state, answer, answered_at
FROM cases.findings WHERE case_id = :case_id ORDER BY answered_at;

-- name: propose
INSERT INTO cases.proposals (id, case_id, proposed_by, proposed_by_name, outcome, words, proposed_at)
VALUES (:id, :case_id, :proposed_by, :proposed_by_name, :outcome, :words, :proposed_at);

-- name: last_proposal
SELECT p.id, p.proposed_by, p.proposed_by_name, p.outcome, p.words, p.proposed_at,
       a.approved_by, a.approved_by_name, a.approved_at
FROM cases.proposals p LEFT JOIN cases.approvals a ON a.proposal_id = p.id
WHERE p.case_id = :case_id
ORDER BY p.proposed_at DESC
LIMIT 1;

-- name: approve
INSERT INTO cases.approvals (proposal_id, proposed_by, approved_by, approved_by_name, approved_at)
VALUES (:proposal_id, :proposed_by, :approved_by, :approved_by_name, :approved_at);

-- name: sides_of_cases
-- All that a list must know of its cases beside their rows, in one statement for the whole list.
SELECT c.id, stands.proposed_by, stands.approved_by,
       (SELECT count(*) FROM cases.supplements s WHERE s.case_id = c.id) AS supplements,
       (SELECT count(*) FROM cases.apologies a WHERE a.case_id = c.id) AS apologies,
       (SELECT count(*) FROM cases.opinions o WHERE o.case_id = c.id) AS opinions,
       (SELECT count(*) FROM cases.opinions o
        WHERE o.case_id = c.id AND o.given_at IS NULL AND o.due_at > :now) AS opinions_open,
       EXISTS (SELECT FROM cases.opinions o
               WHERE o.case_id = c.id AND o.given_at IS NULL
                 AND agencies.is_mine(o.agency_code)) AS is_asked,
       (SELECT coalesce(jsonb_object_agg(j.procedure_code, j.closed_at IS NOT NULL), '{}')
        FROM cases.joined_of(ARRAY[c.id]) j) AS joined,
       coalesce(stands.outcome = 'refused', false) AS refuses,
       (SELECT coalesce(jsonb_object_agg(f.finding, f.state), '{}')
        FROM cases.findings f WHERE f.case_id = c.id) AS findings,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(d.file_id, d.requirement)
                                  ORDER BY d.added_at, d.requirement), '[]')
        FROM cases.case_documents d WHERE d.case_id = c.id) AS documents,
       (SELECT coalesce(jsonb_agg(to_jsonb(p) - 'case_id' ORDER BY p.requirement), '[]')
        FROM cases.hand_ins p WHERE p.case_id = c.id) AS hand_ins
FROM cases.cases c
LEFT JOIN LATERAL (
    SELECT p.proposed_by, p.outcome, a.approved_by
    FROM cases.proposals p LEFT JOIN cases.approvals a ON a.proposal_id = p.id
    WHERE p.case_id = c.id
    ORDER BY p.proposed_at DESC
    LIMIT 1
) AS stands ON true
WHERE c.id = ANY (:cases);

-- name: papers_of_cases
-- The part of `sides_of_cases` that an applicant may know.
SELECT c.id,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(d.file_id, d.requirement)
                                  ORDER BY d.added_at, d.requirement), '[]')
        FROM cases.case_documents d WHERE d.case_id = c.id) AS documents,
       (SELECT coalesce(jsonb_agg(to_jsonb(p) - 'case_id' ORDER BY p.requirement), '[]')
        FROM cases.hand_ins p WHERE p.case_id = c.id) AS hand_ins
FROM unnest(CAST(:cases AS uuid[])) AS c (id);

-- name: ask_supplement
INSERT INTO cases.supplements (case_id, asked_at, asked_by, words, step)
VALUES (:case_id, :asked_at, :asked_by, :words, :step);

-- name: supplements_of_case
SELECT asked_at, words, step FROM cases.supplements WHERE case_id = :case_id ORDER BY asked_at;

-- name: keep_draft
INSERT INTO cases.drafts
    (person_id, procedure_code, behalf_id, answers, documents, subject_number, agency_code, delivery,
     kept_at)
VALUES (:person_id, :procedure_code, :behalf_id, :answers, :documents, :subject_number, :agency_code,
        :delivery, :kept_at)
ON CONFLICT (person_id, procedure_code) DO UPDATE
SET behalf_id = excluded.behalf_id, answers = excluded.answers, documents = excluded.documents,
    subject_number = excluded.subject_number, agency_code = excluded.agency_code,
    delivery = excluded.delivery, kept_at = excluded.kept_at;

-- name: draft
SELECT procedure_code, behalf_id, answers, documents, subject_number, agency_code, delivery, kept_at,
       CAST(NULL AS jsonb) AS authority  -- it lies sealed with the answers
FROM cases.drafts WHERE person_id = :person_id AND procedure_code = :procedure_code;

-- name: drafts_of_person
SELECT procedure_code, behalf_id, answers, documents, subject_number, agency_code, delivery, kept_at,
       CAST(NULL AS jsonb) AS authority  -- it lies sealed with the answers
FROM cases.drafts WHERE person_id = :person_id ORDER BY kept_at DESC;

-- name: drop_draft
DELETE FROM cases.drafts WHERE person_id = :person_id AND procedure_code = :procedure_code;

-- name: opinions_wanted
SELECT c.code, c.procedure_code, c.procedure_version, c.applicant_name, o.asking_agency,
       o.agency_code, o.question, o.due_at
FROM cases.opinions o JOIN cases.cases c ON c.id = o.case_id
WHERE o.agency_code = ANY (:agencies) AND o.given_at IS NULL AND c.closed_at IS NULL
ORDER BY o.due_at, o.id
LIMIT :at_most OFFSET :skip;

-- name: officers_with_role
SELECT person_id
FROM agencies.posts
WHERE agency_code = :agency_code AND role = :role
  AND from_date <= :today AND (to_date IS NULL OR to_date > :today)
UNION
SELECT person_id
FROM agencies.stand_ins
WHERE agency_code = :agency_code AND role = :role
  AND from_date <= :today AND least(to_date, ended_on) > :today;

-- name: record_looks
-- What an officer has seen since a moment (for this purpose, or for any) is the same look: a page that
-- renews itself adds nothing. They look as what they are where the case is, first where it is in hand.
WITH fresh AS MATERIALIZED (
    SELECT seen.id, c.id AS case_id, c.filed_by, c.applicant_id, c.step_role,
           ARRAY[c.at_agency, c.agency_code, c.counter_code] AS places
    FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[])) AS seen (id, code)
    JOIN cases.cases c ON c.code = seen.code
    WHERE NOT EXISTS (
        SELECT FROM cases.looks l
        WHERE l.case_id = c.id AND l.officer_id = :officer_id AND l.at > :since
          AND (:is_any_purpose OR l.purpose_en = :purpose_en))
), placed AS MATERIALIZED (
    SELECT fresh.*, coalesce(post.agency_code, asked.agency_code, fresh.places[2]) AS agency_code, post.role
    FROM fresh
    LEFT JOIN LATERAL (
        SELECT held.agency_code, held.role FROM agencies.held_among(fresh.places) AS held
        ORDER BY array_position(fresh.places, held.agency_code), held.role <> fresh.step_role, held.role
        LIMIT 1
    ) AS post ON true
    LEFT JOIN LATERAL (
        SELECT o.agency_code FROM cases.opinions o
        WHERE post.agency_code IS NULL AND o.case_id = fresh.case_id AND agencies.is_mine(o.agency_code)
        LIMIT 1
    ) AS asked ON true
)
INSERT INTO cases.looks
    (id, at, case_id, officer_id, officer_name, agency_code, purpose_vi, purpose_en, role, covert_id)
SELECT id, :at, case_id, :officer_id, :officer_name, agency_code, :purpose_vi, :purpose_en, role,
       exchange.covert_order(NULL, ARRAY[filed_by, applicant_id], agency_code, :at)
FROM placed;

-- name: record_oversight
-- As record_looks, by who controls procedures and finds no case.
INSERT INTO cases.looks
    (id, at, case_id, officer_id, officer_name, agency_code, purpose_vi, purpose_en, role)
SELECT :id, :at, :case_id, :officer_id, :officer_name, :agency_code, :purpose_vi, :purpose_en, 'control'
WHERE NOT EXISTS (
    SELECT FROM cases.looks l
    WHERE l.case_id = :case_id AND l.officer_id = :officer_id AND l.at > :since);

-- name: overseen
SELECT id, agency_code, procedure_code FROM cases.overseen(:code);

-- name: looks_overseen
SELECT id, at, looker_id, is_own, agency_code, role, register, purpose_vi, purpose_en, is_hidden
FROM cases.looks_overseen(:code, :at_most);

-- name: looks_at_cases_of
-- Openings of a person's cases by officers, and what officers did to them: who acts has seen it too.
-- Each part by its own index, newest first: a firm has thousands of cases.
WITH acts AS (
    (SELECT e.id, e.at, e.subject_id, e.actor_id, e.agency_code, e.kind
     FROM db.events e
     WHERE e.person_id = :person AND e.actor_id <> e.person_id AND e.kind = ANY (:acts)
       AND e.kind LIKE 'case.%' AND e.id < :before
     ORDER BY e.id DESC LIMIT :at_most)
    UNION ALL
    (SELECT e.id, e.at, e.subject_id, e.actor_id, e.agency_code, e.kind
     FROM db.events e
     WHERE e.person_id = :behalf AND e.person_id <> :person AND e.actor_id <> e.person_id
       AND e.kind = ANY (:acts) AND e.kind LIKE 'case.%' AND e.id < :before
     ORDER BY e.id DESC LIMIT :at_most)
    UNION ALL
    -- What one filed for somebody else.
    SELECT e.id, e.at, e.subject_id, e.actor_id, e.agency_code, e.kind
    FROM cases.cases c JOIN db.events e ON e.subject_id = c.id
    WHERE c.filed_by = :person AND c.applicant_id <> :person
      AND c.applicant_id IS DISTINCT FROM CAST(:behalf AS uuid)
      AND e.kind = ANY (:acts) AND e.id < :before
)
SELECT l.id, l.at, l.officer_name, l.agency_code, c.code, l.purpose_vi, l.purpose_en, l.role, NULL AS act
FROM cases.cases c JOIN cases.looks l ON l.case_id = c.id
WHERE (c.filed_by = :person OR c.applicant_id IN (:person, :behalf)) AND l.id < :before
UNION ALL
SELECT a.id, a.at, p.name, a.agency_code, c.code, NULL, NULL, NULL, a.kind
FROM acts a
JOIN cases.cases c ON c.id = a.subject_id
JOIN identity.people p ON p.id = a.actor_id AND p.kind = 'officer'
ORDER BY 1 DESC
LIMIT :at_most;

-- name: set_up_at
SELECT first_seen_at FROM identity.people WHERE kind = 'system';

-- name: usages_of
-- Every look at somebody's data, from whatever room, newest first, with how many there are.
WITH told AS (
    SELECT l.id, l.at, l.agency_code, l.purpose_vi, l.purpose_en, NULL AS act
    FROM exchange.look_subjects s JOIN exchange.looks l ON l.id = s.look_id
    WHERE s.person_id = :person
    UNION ALL
    SELECT l.id, l.at, l.agency_code, l.purpose_vi, l.purpose_en, NULL
    FROM cases.cases c JOIN cases.looks l ON l.case_id = c.id
    WHERE :person IN (c.filed_by, c.applicant_id)
    UNION ALL
    SELECT e.id, e.at, e.agency_code, NULL, NULL, e.kind
    FROM cases.cases c
    JOIN db.events e ON e.subject_id = c.id
    JOIN identity.people p ON p.id = e.actor_id AND p.kind = 'officer'
    WHERE :person IN (c.filed_by, c.applicant_id) AND e.kind = ANY (:acts)
    UNION ALL
    SELECT e.id, e.at, e.facts ->> 'agency', NULL, NULL, e.kind
    FROM db.events e
    WHERE e.person_id = :person AND e.kind IN ('document.opened', 'document.shown')
)
SELECT at, agency_code, purpose_vi, purpose_en, act, count(*) OVER () AS total
FROM told
WHERE at >= :since AND at < :until
ORDER BY at DESC, id DESC
OFFSET :skip
LIMIT :at_most;

-- name: keep_counter_draft
INSERT INTO cases.counter_drafts (id, person_id, procedure_code, held, documents, kept_at)
VALUES (:id, :person_id, :procedure_code, :held, :documents, :kept_at)
ON CONFLICT (person_id, id) DO UPDATE
SET held = excluded.held, documents = excluded.documents, kept_at = excluded.kept_at;

-- name: counter_draft
SELECT id, procedure_code, held, documents, kept_at
FROM cases.counter_drafts WHERE id = :id AND person_id = :person_id;

-- name: counter_drafts_of
SELECT id, procedure_code, held, documents, kept_at
FROM cases.counter_drafts WHERE person_id = :person_id
ORDER BY kept_at DESC
LIMIT :at_most;

-- name: drop_counter_draft
DELETE FROM cases.counter_drafts WHERE id = :id AND person_id = :person_id;

-- name: lock_catalogue
SELECT pg_advisory_xact_lock(hashtextextended('cases.catalogue', 0));

-- name: catalogue_kept
SELECT DISTINCT ON (code) code, digest FROM cases.catalogue ORDER BY code, number DESC;

-- name: keep_definitions
INSERT INTO cases.procedures (code, version, definition, read_at)
SELECT p.code, p.version, CAST(p.definition AS jsonb), :read_at
FROM unnest(CAST(:codes AS text[]), CAST(:versions AS text[]), CAST(:definitions AS text[]))
    AS p (code, version, definition)
ON CONFLICT DO NOTHING;

-- name: keep_catalogue
INSERT INTO cases.catalogue
    (code, number, digest, level, published, reading, procedure_version, valid_from, imported_at)
SELECT r.code,
       1 + coalesce((SELECT max(c.number) FROM cases.catalogue c WHERE c.code = r.code), 0),
       r.digest, r.level, CAST(r.published AS jsonb), CAST(r.reading AS jsonb),
       nullif(r.procedure_version, ''), :valid_from, :imported_at
FROM unnest(
    CAST(:codes AS text[]), CAST(:digests AS text[]), CAST(:levels AS text[]),
    CAST(:published AS text[]), CAST(:readings AS text[]), CAST(:procedure_versions AS text[])
) AS r (code, digest, level, published, reading, procedure_version);

-- name: catalogue_mark
SELECT count(*) || ' ' || coalesce(max(imported_at)::text, '') FROM cases.catalogue;

-- name: catalogue_offered
SELECT c.code, c.procedure_version AS version,
       convert_to(p.definition::text, 'UTF8') AS definition
FROM (
    SELECT DISTINCT ON (code) code, procedure_version
    FROM cases.catalogue WHERE code > :after
    ORDER BY code, number DESC
) AS c
JOIN cases.procedures p ON p.code = c.code AND p.version = c.procedure_version
ORDER BY c.code
LIMIT :at_most;

-- name: catalogue_elsewhere
SELECT c.code, c.reading ->> 'name' AS name, c.level, c.reading ->> 'field' AS field,
       c.reading -> 'executing' AS executing, c.reading ->> 'address' AS address,
       coalesce(c.published ->> 'detail_url', '') AS url
FROM (SELECT DISTINCT ON (code) * FROM cases.catalogue ORDER BY code, number DESC) AS c
WHERE c.level IN ('ministry', 'other')
ORDER BY c.code;

-- name: catalogue_reading
SELECT reading FROM cases.catalogue WHERE code = :code ORDER BY number DESC LIMIT 1;

-- name: take_hand_ins
INSERT INTO cases.hand_ins (case_id, requirement, kind, pages, digitised, file_id, taken_at)
SELECT :case_id, p.requirement, p.kind, p.pages, p.digitised, p.file_id, :at
FROM unnest(
    CAST(:requirements AS text[]), CAST(:kinds AS text[]), CAST(:pages AS integer[]),
    CAST(:digitised AS smallint[]), CAST(:files AS uuid[])
) AS p (requirement, kind, pages, digitised, file_id);

-- name: hand_ins_of_case
SELECT requirement, kind, pages, digitised, file_id, taken_at, returned_at
FROM cases.hand_ins WHERE case_id = :case_id ORDER BY requirement;

-- name: digitise_hand_in
UPDATE cases.hand_ins SET digitised = :digitised, file_id = :file_id
WHERE case_id = :case_id AND requirement = :requirement AND digitised = 0;

-- name: return_hand_in
UPDATE cases.hand_ins SET returned_at = :at
WHERE case_id = :case_id AND requirement = :requirement AND returned_at IS NULL;

-- name: where_from
-- Where these files of a person lie already: in the result of a case, or among its documents.
SELECT f.id AS file_id, EXISTS (
    SELECT FROM documents.results r JOIN cases.cases c ON c.id = r.case_id
    WHERE r.file_id = f.id AND c.applicant_id = :applicant) AS is_result
FROM unnest(CAST(:files AS uuid[])) AS f (id)
WHERE EXISTS (
    SELECT FROM documents.results r JOIN cases.cases c ON c.id = r.case_id
    WHERE r.file_id = f.id AND c.applicant_id = :applicant)
   OR EXISTS (
    SELECT FROM cases.case_documents d JOIN cases.cases c ON c.id = d.case_id
    WHERE d.file_id = f.id AND c.applicant_id = :applicant);

-- name: cases_of_counter
SELECT code, procedure_code, procedure_version, agency_code, applicant_name, status, handing,
       delivery, filed_at, due_at
FROM cases.cases
WHERE counter_code = ANY (:counters) AND closed_at IS NULL
ORDER BY (handing = 'ready' AND delivery = 'counter') DESC, filed_at DESC
LIMIT :at_most;

-- name: count_waiting
SELECT waiting, served, seconds, places FROM cases.waiting_on(:agency, :day, :since);

-- name: called
SELECT number, line, place, called_at FROM cases.called_on(:agency, :day)
ORDER BY called_at DESC, number DESC
LIMIT :at_most;

-- name: draw_ticket
WITH next AS (
    INSERT INTO cases.ticket_numbers AS n (agency_code, day, last) VALUES (:agency, :day, 1)
    ON CONFLICT (agency_code, day) DO UPDATE SET last = n.last + 1
    RETURNING last
)
INSERT INTO cases.tickets (agency_code, day, number, line, issued_at)
SELECT :agency, :day, last, :line, :at FROM next
RETURNING number;

-- name: finish_place
UPDATE cases.tickets SET done_at = greatest(:at, called_at), outcome = 'served'
WHERE agency_code = :agency AND day = :day AND place = :place AND done_at IS NULL;

-- name: call_next
UPDATE cases.tickets SET called_at = greatest(:at, issued_at), place = :place
WHERE (agency_code, day, number) = (
    SELECT t.agency_code, t.day, t.number FROM cases.tickets t
    WHERE t.agency_code = :agency AND t.day = :day AND t.called_at IS NULL
      AND (CAST(:line AS text) IS NULL OR t.line = :line)
    ORDER BY t.number LIMIT 1
    FOR UPDATE SKIP LOCKED)
RETURNING number, line, place, called_at;

-- name: recall_ticket
UPDATE cases.tickets SET called_at = greatest(:at, called_at)
WHERE agency_code = :agency AND day = :day AND number = :number
  AND called_at IS NOT NULL AND done_at IS NULL
RETURNING number, line, place, called_at;

-- name: finish_ticket
UPDATE cases.tickets SET done_at = greatest(:at, called_at), outcome = :outcome, case_code = :case_code
WHERE agency_code = :agency AND day = :day AND number = :number
  AND called_at IS NOT NULL AND done_at IS NULL
RETURNING number, line, place, called_at;

-- name: cases_not_sealed
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at, language,
       business, money, handing, sync, regime, at_agency, step_due_at, lane, lead_id, channel,
       counter_code, representative, step_role
FROM cases.cases WHERE NOT subject ? '~' LIMIT :at_most;

-- name: seal_case
SELECT cases.seal_case(:id, :subject, :answers, :representative);

-- name: seal_finding
SELECT cases.seal_finding(:case_id, :finding, :answer);

-- name: drafts_not_sealed
SELECT person_id, procedure_code, answers, subject_number
FROM cases.drafts WHERE NOT answers ? '~' LIMIT :at_most;

-- name: seal_draft
UPDATE cases.drafts SET answers = :answers, subject_number = NULL
WHERE person_id = :person_id AND procedure_code = :procedure_code AND NOT answers ? '~';

-- name: procedures_of_person
SELECT procedure_code AS code, max(procedure_version) AS version
FROM cases.cases
WHERE filed_by = :person OR applicant_id IN (:person, :behalf)
GROUP BY procedure_code
ORDER BY max(filed_at) DESC
LIMIT 50;
