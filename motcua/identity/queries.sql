-- name: meet
INSERT INTO identity.people AS p (
    id, kind, issuer, subject, number, name, birth_date, email, phone, level, first_seen_at, seen_at
)
VALUES (
    :id, :kind, :issuer, :subject, :number, :name, :birth_date, :email, :phone, :level, :at, :at
)
-- What a provider does not say this time, it has not taken back.
ON CONFLICT (issuer, subject) DO UPDATE SET
    name = excluded.name,
    number = coalesce(excluded.number, p.number),
    birth_date = coalesce(excluded.birth_date, p.birth_date),
    email = coalesce(excluded.email, p.email),
    phone = coalesce(excluded.phone, p.phone),
    level = coalesce(excluded.level, p.level),
    seen_at = excluded.seen_at
RETURNING id;

-- name: person_by_id
SELECT id, kind, name, number, birth_date, email, phone, level
FROM identity.people
WHERE id = :id;

-- name: people_by_ids
SELECT id, kind, name, number, birth_date, email, phone, level
FROM identity.people
WHERE id = ANY (:ids ::uuid[]);

-- name: represents_still
SELECT EXISTS (
    SELECT FROM identity.representatives AS r
    JOIN identity.people AS o ON o.id = r.organisation_id
    JOIN identity.people AS p ON p.id = r.person_id
    WHERE o.issuer = :issuer AND o.subject = :organisation
      AND p.issuer = :issuer AND p.subject = :subject
      AND r.until > :at
);

-- name: learn_representative
INSERT INTO identity.representatives (organisation_id, person_id, source, until)
VALUES (:organisation_id, :person_id, :source, :until)
ON CONFLICT (organisation_id, person_id) DO UPDATE SET
    source = excluded.source, until = excluded.until;

-- name: forget_representative
UPDATE identity.representatives AS r SET until = :at
FROM identity.people AS o, identity.people AS p
WHERE o.id = r.organisation_id AND o.issuer = :issuer AND o.subject = :organisation
  AND p.id = r.person_id AND p.issuer = :issuer AND p.subject = :subject
  AND r.until > :at;

-- name: open_session
INSERT INTO identity.sessions (
    id, token_hash, realm, person_id, behalf_id, level, made_at, seen_at, until, idle
)
VALUES (:id, :token_hash, :realm, :person_id, :behalf_id, :level, :at, :at, :until, :idle);

-- name: session_by_hash
SELECT id, person_id, behalf_id, level, name, organisation_name, seen_at
FROM identity.session_of(:token_hash, :realm, :at);

-- name: touch_session
UPDATE identity.sessions SET seen_at = greatest(seen_at, :at) WHERE id = :id;

-- name: close_session
DELETE FROM identity.sessions WHERE id = :id;

-- name: close_stale_sessions
DELETE FROM identity.sessions
WHERE person_id = :person_id AND (until <= :at OR seen_at + idle <= :at);

-- name: owner_of_session
SELECT identity.owner_of_session(:token_hash, :realm);

-- name: keep_form
INSERT INTO identity.kept_forms (id_hash, realm, person_id, sealed, made_at)
VALUES (:id_hash, :realm, :person_id, :sealed, :at);

-- name: kept_form
SELECT sealed FROM identity.kept_forms
WHERE id_hash = :id_hash AND realm = :realm AND made_at > :since;

-- name: forget_forms
DELETE FROM identity.kept_forms WHERE made_at <= :before;

-- name: lock_number
-- A counter and a sign-in that meet the same number for the first time go one after the other.
SELECT pg_advisory_xact_lock(hashtextextended('identity.number:' || :number, 0));

-- name: person_by_number
SELECT id FROM identity.people
WHERE kind = 'person' AND number = :number AND issuer IN (:issuer, :unclaimed)
ORDER BY seen_at DESC
LIMIT 1;

-- name: claim_person
-- Only a row that nobody has signed in to, and only by an account that has none of its own.
UPDATE identity.people AS p SET issuer = :issuer, subject = :subject
WHERE p.issuer = :unclaimed AND p.subject = :number AND NOT EXISTS (
    SELECT FROM identity.people AS o WHERE o.issuer = :issuer AND o.subject = :subject)
RETURNING p.id;
