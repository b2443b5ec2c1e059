-- name: lock_paper
SELECT pg_advisory_xact_lock(hashtextextended('cases.papers:' || :cause ::uuid, 0));

-- name: paper_by_cause
SELECT id, cause, cause_sequence, kind, form, agency_code, number, issued_on, sha256, size
FROM cases.papers WHERE case_id = :case_id AND cause = :cause AND kind = :kind;

-- name: papers_of_case
SELECT id, cause, cause_sequence, kind, form, agency_code, number, issued_on, sha256, size
FROM cases.papers WHERE case_id = :case_id ORDER BY id;

-- name: reserve_paper
INSERT INTO cases.papers
    (id, case_id, cause, cause_sequence, kind, form, agency_code, year, sequence, number, issued_on)
VALUES
    (:id, :case_id, :cause, :cause_sequence, :kind, :form, :agency_code, :year, :sequence, :number,
     :issued_on);

-- name: keep_paper
UPDATE cases.papers SET sha256 = :sha256, size = :size WHERE id = :id AND sha256 IS NULL;

-- name: book_lines
-- What the agency took in, by its own codes; and what came to it from another door. The codes run with the days,
-- so the book is read along the index that keeps them apart.
SELECT code, procedure_code, procedure_version, applicant_name, agency_code, status, delivery, filed_at, due_at,
       closed_at
FROM cases.cases
WHERE ((code >= :first AND code < :beyond AND filed_at >= :since AND filed_at < :until)
       OR (agency_code = :agency AND NOT starts_with(code, agency_code || '-')
           AND filed_at >= :since AND filed_at < :until))
  AND (:procedure = '' OR procedure_code = :procedure)
  AND (:state = '' OR (:state = 'open' AND closed_at IS NULL) OR (:state = 'closed' AND closed_at IS NOT NULL)
       OR (:state = 'late' AND due_at < coalesce(closed_at, :now)))
  AND (filed_at, code) > (:after_at, :after_code)
ORDER BY filed_at, code
LIMIT :at_most;

-- name: count_book
SELECT count(*)
FROM cases.cases
WHERE ((code >= :first AND code < :beyond AND filed_at >= :since AND filed_at < :until)
       OR (agency_code = :agency AND NOT starts_with(code, agency_code || '-')
           AND filed_at >= :since AND filed_at < :until))
  AND (:procedure = '' OR procedure_code = :procedure)
  AND (:state = '' OR (:state = 'open' AND closed_at IS NULL) OR (:state = 'closed' AND closed_at IS NOT NULL)
       OR (:state = 'late' AND due_at < coalesce(closed_at, :now)));
