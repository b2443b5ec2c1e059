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
     filed_at, intake_due_at)
SELECT :id, :prefix || lpad(last::text, greatest(4, length(last::text)), '0'), :procedure_code,
       :procedure_version, :agency_code, :step, :status, :filed_by, :filed_by_name, :applicant_id,
       :applicant_name, :subject, :answers, :delivery, :fee, :fee_amount, :filed_at, :intake_due_at
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
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at
FROM cases.cases WHERE code = :code;

-- name: lock_case
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at
FROM cases.cases WHERE code = :code FOR UPDATE;

-- name: case_by_id
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at
FROM cases.cases WHERE id = :id;

-- name: cases_of_person
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at
FROM cases.cases
WHERE (filed_by = :person OR applicant_id = :person OR applicant_id = :behalf)
  AND filed_at < :before
ORDER BY filed_at DESC
LIMIT :at_most;

-- name: open_cases_of_agencies
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at
FROM cases.cases
WHERE agency_code = ANY (:agencies) AND closed_at IS NULL
ORDER BY coalesce(due_at, intake_due_at), code
LIMIT :at_most OFFSET :skip;

-- name: count_open_cases
SELECT count(*) FROM cases.cases WHERE agency_code = ANY (:agencies) AND closed_at IS NULL;

-- name: progress_by_code
SELECT status, procedure_code, agency_code, filed_at, intake_due_at, due_at, closed_at
FROM cases.progress(:code);

-- name: move_case
UPDATE cases.cases SET step = :step, status = :status, closed_at = :closed_at WHERE id = :id;

-- name: promise_case
UPDATE cases.cases
SET accepted_at = :accepted_at, due_at = :due_at, due_reasons = :due_reasons, handler_id = :handler_id
WHERE id = :id;

-- name: hand_case_to
UPDATE cases.cases SET handler_id = :handler_id WHERE id = :id;

-- name: correct_answers
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
SELECT procedure_code, behalf_id, answers, documents, subject_number, agency_code, delivery, kept_at
FROM cases.drafts WHERE person_id = :person_id AND procedure_code = :procedure_code;

-- name: drafts_of_person
SELECT procedure_code, behalf_id, answers, documents, subject_number, agency_code, delivery, kept_at
FROM cases.drafts WHERE person_id = :person_id ORDER BY kept_at DESC;

-- name: drop_draft
DELETE FROM cases.drafts WHERE person_id = :person_id AND procedure_code = :procedure_code;

-- name: desk
-- What is open in these agencies, what is due first. A step that today's procedures do not know is
-- everybody's, so that nothing falls between two desks. Names are compared without marks, by core
-- functions only.
WITH posts AS (
    SELECT p.agency_code, p.role
    FROM unnest(CAST(:posts AS text[]), CAST(:roles AS text[])) AS p (agency_code, role)
), steps AS (
    SELECT s.procedure_code, s.step, s.role
    FROM unnest(CAST(:procedures AS text[]), CAST(:steps AS text[]), CAST(:step_roles AS text[]))
        AS s (procedure_code, step, role)
), page AS (
    SELECT c.id, c.code, c.procedure_code, c.procedure_version, c.agency_code, c.applicant_name, c.step,
           c.status, c.filed_at, c.intake_due_at, c.due_at, c.handler_id,
           coalesce(c.due_at, c.intake_due_at) AS promised_at, count(*) OVER () AS total
    FROM cases.cases c
    LEFT JOIN steps ON steps.procedure_code = c.procedure_code AND steps.step = c.step
    WHERE c.agency_code = ANY (:agencies)
      AND c.closed_at IS NULL
      AND (NOT :is_mine OR (c.status <> 5 AND (steps.role IS NULL OR EXISTS (
          SELECT FROM posts WHERE posts.agency_code = c.agency_code AND posts.role = steps.role))))
      AND (CAST(:before AS timestamptz) IS NULL
           OR (c.status <> 5 AND coalesce(c.due_at, c.intake_due_at) < :before))
      AND (CAST(:words AS text) = '' OR strpos(c.code, upper(:words)) > 0
           OR strpos(translate(lower(regexp_replace(normalize(c.applicant_name, NFD),
                  '[\u0300-\u036f]', '', 'g')), 'đĐ', 'dd'), :words) > 0)
    ORDER BY coalesce(c.due_at, c.intake_due_at), c.code
    LIMIT :at_most OFFSET :skip
)
SELECT p.code, p.procedure_code, p.procedure_version, p.agency_code, p.applicant_name, p.step,
       p.status, p.filed_at, p.intake_due_at, p.due_at, p.handler_id,
       (SELECT max(s.asked_at) FROM cases.supplements s WHERE s.case_id = p.id) AS asked_at,
       (SELECT max(e.sequence) FROM db.events e WHERE e.subject_id = p.id) AS version,
       p.total
FROM page p
ORDER BY p.promised_at, p.code;

-- name: count_desk
WITH posts AS (
    SELECT p.agency_code, p.role
    FROM unnest(CAST(:posts AS text[]), CAST(:roles AS text[])) AS p (agency_code, role)
), steps AS (
    SELECT s.procedure_code, s.step, s.role
    FROM unnest(CAST(:procedures AS text[]), CAST(:steps AS text[]), CAST(:step_roles AS text[]))
        AS s (procedure_code, step, role)
), open AS (
    SELECT c.status, coalesce(c.due_at, c.intake_due_at) AS due_at,
           steps.role IS NULL OR EXISTS (
               SELECT FROM posts
               WHERE posts.agency_code = c.agency_code AND posts.role = steps.role) AS is_mine
    FROM cases.cases c
    LEFT JOIN steps ON steps.procedure_code = c.procedure_code AND steps.step = c.step
    WHERE c.agency_code = ANY (:agencies) AND c.closed_at IS NULL
)
SELECT count(*) AS everything,
       count(*) FILTER (WHERE status <> 5 AND is_mine) AS mine,
       count(*) FILTER (WHERE status <> 5 AND due_at < :now) AS late,
       count(*) FILTER (WHERE status <> 5 AND due_at < :tomorrow) AS today,
       count(*) FILTER (WHERE status <> 5 AND due_at < :next_week) AS week
FROM open;

-- name: officers_with_role
SELECT DISTINCT person_id
FROM agencies.posts
WHERE agency_code = :agency_code AND role = :role
  AND from_date <= :today AND (to_date IS NULL OR to_date > :today);

-- name: record_look
INSERT INTO cases.looks (id, at, case_id, officer_id, officer_name, agency_code, purpose_vi, purpose_en)
VALUES (:id, :at, :case_id, :officer_id, :officer_name, :agency_code, :purpose_vi, :purpose_en);

-- name: looks_at_cases_of
SELECT l.id, l.at, l.officer_name, l.agency_code, c.code, l.purpose_vi, l.purpose_en
FROM cases.cases c JOIN cases.looks l ON l.case_id = c.id
WHERE (c.filed_by = :person OR c.applicant_id IN (:person, :behalf)) AND l.id < :before
ORDER BY l.id DESC
LIMIT :at_most;

-- name: forget_old_drafts
DELETE FROM cases.drafts WHERE kept_at < :before;
