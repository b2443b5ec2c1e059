-- What officers keep beside their cases, and what people say of how they were handled.

-- name: cases_by_codes
SELECT id, code, procedure_code, procedure_version, agency_code, step, status, filed_by,
       filed_by_name, applicant_id, applicant_name, subject, answers, delivery, fee, fee_amount,
       filed_at, intake_due_at, accepted_at, due_at, due_reasons, handler_id, closed_at, language,
       business, money, handing, sync, regime, at_agency, step_due_at, lane, lead_id, channel,
       counter_code, representative, step_role
FROM cases.cases WHERE code = ANY (:codes) ORDER BY code;

-- name: keep_note
INSERT INTO cases.notes (id, case_id, at, agency_code, officer_id, officer_name, words, to_name)
VALUES (:id, :case_id, :at, :agency_code, :officer_id, :officer_name, :words, :to_name);

-- name: notes_of_case
SELECT at, agency_code, officer_name, words, to_name
FROM cases.notes WHERE case_id = :case_id
ORDER BY at DESC, id DESC
LIMIT :at_most;

-- name: templates_of
SELECT id, agency_code, noun, name, words, made_at
FROM cases.templates
WHERE agency_code = ANY (:agencies) AND dropped_at IS NULL
ORDER BY agency_code, noun, name, id
LIMIT :at_most;

-- name: keep_template
INSERT INTO cases.templates (id, agency_code, noun, name, words, made_by, made_at)
VALUES (:id, :agency_code, :noun, :name, :words, :made_by, :made_at);

-- name: drop_template
UPDATE cases.templates SET dropped_at = :at WHERE id = :id AND dropped_at IS NULL RETURNING true;

-- name: answers_before
SELECT until, answers FROM cases.answer_versions WHERE case_id = :case_id ORDER BY until;

-- name: rating_of_case
SELECT score, reasons, rated_at, corrected_at FROM cases.ratings WHERE case_id = :case_id;

-- name: keep_rating
INSERT INTO cases.ratings (case_id, person_id, score, reasons, rated_at)
VALUES (:case_id, :person_id, :score, :reasons, :at)
ON CONFLICT (case_id) DO UPDATE
SET score = excluded.score, reasons = excluded.reasons, corrected_at = excluded.rated_at;

-- name: open_complaint
INSERT INTO cases.complaints
    (id, case_id, case_code, procedure_code, agency_code, person_id, person_name, complained_at)
VALUES (:id, :case_id, :case_code, :procedure_code, :agency_code, :person_id, :person_name, :complained_at);

-- name: complaints_of_case
SELECT id, case_id, case_code, procedure_code, agency_code, person_id, person_name, complained_at,
       answered_at, upheld
FROM cases.complaints WHERE case_id = :case_id ORDER BY complained_at;

-- name: complaint_by_id
SELECT id, case_id, case_code, procedure_code, agency_code, person_id, person_name, complained_at,
       answered_at, upheld
FROM cases.complaints WHERE id = :id;

-- name: complaints_to_answer
-- Of others, the open ones first, what has waited longest before the rest.
SELECT id, case_id, case_code, procedure_code, agency_code, person_id, person_name, complained_at,
       answered_at, upheld
FROM cases.complaints
WHERE person_id <> :person
ORDER BY answered_at IS NOT NULL, complained_at
LIMIT :at_most OFFSET :skip;

-- name: answer_complaint
UPDATE cases.complaints SET answered_at = :at, upheld = :upheld
WHERE id = :id AND answered_at IS NULL
RETURNING true;

-- name: say_in_complaint
INSERT INTO cases.complaint_words (id, complaint_id, at, by_id, by_name, is_control, words)
VALUES (:id, :complaint_id, :at, :by_id, :by_name, :is_control, :words);

-- name: words_of_complaint
SELECT id, at, by_name, is_control, words
FROM cases.complaint_words WHERE complaint_id = :complaint_id ORDER BY at, id;
