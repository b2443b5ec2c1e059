-- name: record_look
INSERT INTO exchange.looks
    (id, at, asker_id, subject_hash, register, operation, purpose_vi, purpose_en, legal_basis, case_code,
     agency_code, covert_id)
VALUES
    (:look_id, :at, :asker, :subject_hash, :register, :operation, :purpose_vi, :purpose_en,
     :legal_basis, :case_code, :agency_code,
     exchange.covert_order(:subject_hash, NULL, :agency_code, :at))

-- name: record_subject
-- Whoever is named, else whoever has signed in with that number; else a first sign-in finds it.
INSERT INTO exchange.look_subjects (person_id, look_id, covert_id)
SELECT whose.id, look.id, look.covert_id
FROM exchange.looks AS look
CROSS JOIN coalesce(CAST(:person AS uuid), exchange.person_of(:subject_hash)) AS whose (id)
WHERE look.id = :look_id AND whose.id IS NOT NULL

-- name: record_outcome
INSERT INTO exchange.look_outcomes (look_id, at, outcome, milliseconds, tries)
VALUES (:look_id, :at, :outcome, :milliseconds, :tries)

-- name: claim_looks
WITH known AS (
    INSERT INTO exchange.subjects AS known (subject_hash, person_id) VALUES (:subject_hash, :person)
    ON CONFLICT (subject_hash) DO UPDATE SET person_id = excluded.person_id
    WHERE known.person_id <> excluded.person_id
)
INSERT INTO exchange.look_subjects (person_id, look_id, covert_id)
SELECT :person, id, covert_id FROM exchange.looks WHERE subject_hash = :subject_hash
ON CONFLICT DO NOTHING

-- name: looks_of
-- Ids grow with time, so that the newest come first by the primary key of look_subjects.
SELECT look.id, look.at, look.asker_id, look.register, look.operation, look.purpose_vi,
    look.purpose_en, look.legal_basis, look.case_code, look.agency_code, done.outcome
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

-- name: order_covert
INSERT INTO exchange.covert_orders
    (id, subject_hash, agency_code, reason, legal_basis, from_at, until, ordered_by, ordered_at)
VALUES (:order_id, :subject_hash, :agency_code, :reason, :legal_basis, :at, :until, :ordered_by, :at)

-- name: lift_covert
UPDATE exchange.covert_orders SET lifted_at = :at
WHERE id = :order_id AND lifted_at IS NULL
RETURNING true

-- name: covert_orders
SELECT id, agency_code, reason, legal_basis, from_at, until, ordered_by, lifted_at
FROM exchange.covert_orders
ORDER BY id DESC
LIMIT :most
