-- name: posts_of_person
SELECT agency_code, role, from_date, to_date
FROM agencies.posts
WHERE person_id = :person_id AND from_date <= :today AND (to_date IS NULL OR to_date > :today)
ORDER BY agency_code, role;

-- name: add_post
INSERT INTO agencies.posts (person_id, agency_code, role, from_date)
SELECT :person_id, :agency_code, :role, :from_date
WHERE NOT EXISTS (
    SELECT FROM agencies.posts
    WHERE person_id = :person_id AND agency_code = :agency_code AND role = :role
        AND to_date IS NULL
)
ON CONFLICT DO NOTHING;

-- name: roles_of_person
SELECT role
FROM agencies.posts
WHERE person_id = :person_id AND agency_code = :agency_code
    AND from_date <= :today AND (to_date IS NULL OR to_date > :today);

-- name: holds
SELECT agencies.holds(:person_id, :agency_code, :role);
