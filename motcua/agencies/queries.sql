-- name: posts_of_person
SELECT agency_code, role, from_date, to_date, unit, title, CAST(NULL AS uuid) AS absent_id
FROM agencies.posts
WHERE person_id = :person_id
    AND (CAST(:among AS text[]) IS NULL OR agency_code = ANY (:among))
    AND from_date <= :today AND (to_date IS NULL OR to_date > :today)
UNION ALL
SELECT agency_code, role, from_date, least(to_date, ended_on), NULL, NULL, absent_id
FROM agencies.stand_ins
WHERE person_id = :person_id
    AND (CAST(:among AS text[]) IS NULL OR agency_code = ANY (:among))
    AND from_date <= :today AND least(to_date, ended_on) > :today
    AND agencies.has_post(absent_id, agency_code, role, :today)
ORDER BY agency_code, role, absent_id NULLS FIRST;

-- name: add_post
INSERT INTO agencies.posts (person_id, agency_code, role, from_date, unit, title)
SELECT :person_id, :agency_code, :role, :from_date, :unit, :title
WHERE NOT EXISTS (
    SELECT FROM agencies.posts
    WHERE person_id = :person_id AND agency_code = :agency_code AND role = :role
        AND to_date IS NULL
)
ON CONFLICT DO NOTHING;

-- name: end_post
UPDATE agencies.posts SET to_date = :to_date
WHERE person_id = :person_id AND agency_code = :agency_code AND role = :role
    AND from_date < :to_date AND to_date IS NULL
RETURNING true;

-- name: holds
SELECT agencies.holds(:person_id, :agency_code, :role);

-- name: may_give
SELECT agencies.may_give(:person_id, :absent_id, :agency_code, :role, :from_date);

-- name: add_stand_in
INSERT INTO agencies.stand_ins
    (person_id, absent_id, agency_code, role, from_date, to_date, given_by, given_at)
VALUES (:person_id, :absent_id, :agency_code, :role, :from_date, :to_date, :given_by, :given_at)
ON CONFLICT DO NOTHING
RETURNING true;

-- name: end_stand_ins
UPDATE agencies.stand_ins SET ended_on = greatest(from_date, :day)
WHERE absent_id = :absent_id AND agency_code = :agency_code AND least(to_date, ended_on) > :day
RETURNING true;

-- name: stand_ins_of_agency
SELECT person_id, absent_id, agency_code, role, from_date,
    least(to_date, ended_on) AS to_date, given_by
FROM agencies.stand_ins
WHERE agency_code = :agency_code AND least(to_date, ended_on) > :day
ORDER BY from_date, role, person_id;
