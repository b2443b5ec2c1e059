-- name: record_look
INSERT INTO exchange.looks
    (id, at, asker_id, subject_hash, register, operation, purpose_vi, purpose_en, legal_basis, case_code)
VALUES
    (:look_id, :at, :asker, :subject_hash, :register, :operation, :purpose_vi, :purpose_en,
     :legal_basis, :case_code)

-- name: record_subject
INSERT INTO exchange.look_subjects (person_id, look_id) VALUES (:person, :look_id)

-- name: record_outcome
INSERT INTO exchange.look_outcomes (look_id, at, outcome, milliseconds, tries)
VALUES (:look_id, :at, :outcome, :milliseconds, :tries)

-- name: claim_looks
INSERT INTO exchange.look_subjects (person_id, look_id)
SELECT :person, id FROM exchange.looks WHERE subject_hash = :subject_hash
ON CONFLICT DO NOTHING

-- name: looks_of
-- Ids grow with time, so that the newest come first by the primary key of look_subjects.
SELECT look.id, look.at, look.asker_id, look.register, look.operation, look.purpose_vi,
    look.purpose_en, look.legal_basis, look.case_code, done.outcome
FROM exchange.look_subjects AS about
JOIN exchange.looks AS look ON look.id = about.look_id
LEFT JOIN exchange.look_outcomes AS done ON done.look_id = look.id
WHERE about.person_id = :person AND about.look_id < :before
ORDER BY about.look_id DESC
LIMIT :most

-- name: calls_of_registers
SELECT look.register, count(*) AS calls,
    count(*) FILTER (
        WHERE look.at >= :since AND done.outcome NOT IN ('found', 'nothing')
    ) AS failures
FROM exchange.looks AS look
LEFT JOIN exchange.look_outcomes AS done ON done.look_id = look.id
GROUP BY look.register
