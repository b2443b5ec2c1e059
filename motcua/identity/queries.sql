-- name: meet
INSERT INTO identity.people AS p (id, kind, issuer, subject, name, level, first_seen_at, seen_at)
VALUES (:id, :kind, :issuer, :subject, :name, :level, :at, :at)
ON CONFLICT (issuer, subject) DO UPDATE SET
    name = excluded.name,
    level = coalesce(excluded.level, p.level),
    seen_at = excluded.seen_at
RETURNING id;

-- name: meet_again
-- Somebody whose account and number the platform has put together before.
UPDATE identity.people AS p SET
    name = :name, level = coalesce(:level, p.level), seen_at = :at
WHERE p.issuer = :issuer AND p.subject = :subject AND p.number_hash = :number_hash
RETURNING p.id;

-- name: keep_particulars
-- Sealed for the row of this id. What a provider does not say this time, it has not taken back.
UPDATE identity.people AS p SET
    number = coalesce(:number, p.number),
    number_hash = coalesce(:number_hash, p.number_hash),
    birth_date = coalesce(:birth_date, p.birth_date),
    email = coalesce(:email, p.email),
    phone = coalesce(:phone, p.phone)
WHERE id = :id;

-- name: people_not_sealed
SELECT id, kind, name, number, birth_date, email, phone, level
FROM identity.people
WHERE get_byte(number, 0) <> 1 OR get_byte(birth_date, 0) <> 1 OR get_byte(email, 0) <> 1
   OR get_byte(phone, 0) <> 1 OR (issuer = '#number' AND length(subject) <> 64 AND number IS NOT NULL)
LIMIT :at_most;

-- name: rename_unclaimed
UPDATE identity.people SET subject = :index WHERE id = :id AND issuer = :unclaimed;

-- name: restrict
INSERT INTO identity.restrictions (case_id, person_id, agency_code, since)
VALUES (:case_id, :person_id, :agency_code, :at)
ON CONFLICT DO NOTHING;

-- name: lift_restrictions
UPDATE identity.restrictions SET until = :at WHERE person_id = :person_id AND until IS NULL;

-- name: is_restricted
SELECT identity.is_restricted(:person_id, :agency_code);

-- name: forget_person
UPDATE identity.people SET
    subject = 'erased:' || id, name = :name, number = NULL, number_hash = NULL, birth_date = NULL,
    email = NULL, phone = NULL, level = NULL
WHERE id = :id;

-- name: forget_sessions
DELETE FROM identity.sessions WHERE person_id = :person_id;

-- name: forget_representations
DELETE FROM identity.representatives WHERE person_id = :person_id OR organisation_id = :person_id;

-- name: person_by_id
SELECT id, kind, name, number, birth_date, email, phone, level
FROM identity.people
WHERE id = :id;

-- name: people_by_ids
SELECT id, name
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
-- What is over goes; so do the ones used longest ago, where there are more than anybody needs.
WITH stale AS (
    DELETE FROM identity.sessions
    WHERE person_id = :person_id AND (until <= :at OR seen_at + idle <= :at OR id IN (
        SELECT id FROM identity.sessions WHERE person_id = :person_id
        ORDER BY seen_at DESC OFFSET :keep))
)
INSERT INTO identity.sessions (
    id, token_hash, realm, person_id, behalf_id, level, authentication, made_at, seen_at, until, idle,
    raised_level, raised_authentication, raised_until, passkey_id, device, provider_sid
)
VALUES (:id, :token_hash, :realm, :person_id, :behalf_id, :level, :authentication, :at, :at, :until, :idle,
    :raised_level, :raised_authentication, :raised_until, :passkey_id, :device, :provider_sid);

-- name: session_by_hash
SELECT id, person_id, behalf_id, level, authentication, name, organisation_name, seen_at, made_at, passkey_id
FROM identity.session_of(:token_hash, :realm, :at);

-- name: usual_assurance
SELECT level, authentication FROM identity.sessions WHERE id = :id;

-- name: spend
-- True the first time. What has ended by itself goes on the way, by one at a time: nobody waits for it.
WITH gone AS (
    DELETE FROM identity.spent
    WHERE (SELECT pg_try_advisory_xact_lock(hashtextextended('identity.spent', 0))) AND until < :at
), taken AS (
    INSERT INTO identity.spent (digest, until) VALUES (:digest, :until)
    ON CONFLICT DO NOTHING
    RETURNING digest
)
SELECT EXISTS (SELECT FROM taken);

-- name: spend_shortly
-- The same, for what is good for a minute. It does not wait for the disk: a database that falls forgets
-- those of its last half second.
WITH gone AS (
    DELETE FROM identity.spent
    WHERE (SELECT pg_try_advisory_xact_lock(hashtextextended('identity.spent', 0))) AND until < :at
), taken AS (
    INSERT INTO identity.spent (digest, until) VALUES (:digest, :until)
    ON CONFLICT DO NOTHING
    RETURNING digest
)
SELECT EXISTS (SELECT FROM taken) AND set_config('synchronous_commit', 'off', true) = 'off';

-- name: touch_session
UPDATE identity.sessions SET seen_at = greatest(seen_at, :at) WHERE id = :id;

-- name: close_session
DELETE FROM identity.sessions WHERE id = :id;

-- name: sessions_of
SELECT id, device, made_at, seen_at, passkey_id IS NOT NULL AS by_passkey
FROM identity.sessions
WHERE person_id = :person_id AND realm = :realm AND until > :at AND seen_at + idle > :at
ORDER BY seen_at DESC;

-- name: close_sessions
-- All of a person, or one, or all but one; how many they were.
WITH closed AS (
    DELETE FROM identity.sessions
    WHERE person_id = :person_id AND realm = :realm
      AND (:only ::uuid IS NULL OR id = :only) AND (:but ::uuid IS NULL OR id <> :but)
    RETURNING id
)
SELECT count(*)::int FROM closed;

-- name: close_sessions_of_account
-- As a provider names them: its account, its own session, or both.
WITH closed AS (
    DELETE FROM identity.sessions AS s USING identity.people AS p
    WHERE p.id = s.person_id AND p.issuer = :issuer AND s.realm = :realm
      AND (:subject ::text IS NULL OR p.subject = :subject)
      AND (:sid ::text IS NULL OR s.provider_sid = :sid)
    RETURNING s.person_id
)
SELECT DISTINCT person_id FROM closed;

-- name: close_sessions_of_officers
WITH closed AS (
    DELETE FROM identity.sessions WHERE realm = 'officers' AND id <> :but RETURNING id
)
SELECT count(*)::int FROM closed;

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
WHERE kind = 'person' AND number_hash = :number_hash AND issuer IN (:issuer, :unclaimed)
ORDER BY seen_at DESC
LIMIT 1;

-- name: claim_person
-- Only a row that nobody has signed in to, and only by an account that has none of its own.
UPDATE identity.people AS p SET issuer = :issuer, subject = :subject
WHERE p.issuer = :unclaimed AND p.subject = :index AND NOT EXISTS (
    SELECT FROM identity.people AS o WHERE o.issuer = :issuer AND o.subject = :subject)
RETURNING p.id;

-- name: keep_challenge
INSERT INTO identity.challenges (id_hash, purpose, challenge, person_id, enrolment_id, made_at)
VALUES (:id_hash, :purpose, :challenge, :person_id, :enrolment_id, :at);

-- name: take_challenge
DELETE FROM identity.challenges
WHERE id_hash = :id_hash AND purpose = :purpose AND made_at > :since
RETURNING challenge, person_id, enrolment_id;

-- name: forget_challenges
DELETE FROM identity.challenges WHERE made_at <= :before;

-- name: passkeys_of
SELECT id, person_id, credential_id, public_key, sign_count, name, is_synced, made_at, used_at
FROM identity.passkeys
WHERE person_id = :person_id AND removed_at IS NULL
ORDER BY made_at;

-- name: passkey_called
SELECT id, person_id, credential_id, public_key, sign_count, name, is_synced, made_at, used_at
FROM identity.passkeys
WHERE credential_id = :credential_id AND removed_at IS NULL;

-- name: lock_passkeys
-- Who adds and removes keys of one officer do so one after the other.
SELECT pg_advisory_xact_lock(hashtextextended('identity.passkeys:' || :person_id ::uuid, 0));

-- name: add_passkey
-- False: this authenticator's key is here already, or the enrolment has made one.
WITH added AS (
    INSERT INTO identity.passkeys (
        id, person_id, credential_id, public_key, sign_count, name, is_synced, made_at, enrolment_id,
        vouched_by
    )
    VALUES (
        :id, :person_id, :credential_id, :public_key, :sign_count, :name, :is_synced, :at,
        :enrolment_id, :vouched_by
    )
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT EXISTS (SELECT FROM added);

-- name: use_passkey
-- False: the count did not move on, so somebody may have a copy. An authenticator without one says 0.
WITH used AS (
    UPDATE identity.passkeys SET sign_count = :sign_count, used_at = :at
    WHERE id = :id AND removed_at IS NULL
      AND (sign_count < :sign_count OR (sign_count = 0 AND :sign_count = 0))
    RETURNING id
)
SELECT EXISTS (SELECT FROM used);

-- name: name_passkey
UPDATE identity.passkeys SET name = :name
WHERE id = :id AND person_id = :person_id AND removed_at IS NULL
RETURNING true;

-- name: remove_passkeys
-- One, or all of an officer.
UPDATE identity.passkeys SET removed_at = :at, removed_by = :removed_by
WHERE person_id = :person_id AND removed_at IS NULL AND (:only ::uuid IS NULL OR id = :only);

-- name: ask_enrolment
INSERT INTO identity.enrolments (id, officer_id, is_enough, asked_by, asked_at, code_hash, until)
VALUES (:id, :officer_id, :is_enough, :asked_by, :at, :code_hash, :until);

-- name: enrolment_by_id
SELECT e.id, e.officer_id, e.is_enough, e.asked_by, e.asked_at, a.agreed_by,
       coalesce(a.until, e.until) AS until,
       coalesce(e.code_hash, a.code_hash) IS NOT NULL AS has_code,
       EXISTS (SELECT FROM identity.passkeys AS k WHERE k.enrolment_id = ANY (ARRAY[e.id])) AS is_used
FROM identity.enrolments AS e
LEFT JOIN identity.agreements AS a ON a.enrolment_id = e.id
WHERE e.id = :id AND e.ended_at IS NULL;

-- name: enrolment_with
SELECT e.id, e.officer_id, e.is_enough, e.asked_by, e.asked_at, a.agreed_by,
       coalesce(a.until, e.until) AS until,
       coalesce(e.code_hash, a.code_hash) IS NOT NULL AS has_code,
       EXISTS (SELECT FROM identity.passkeys AS k WHERE k.enrolment_id = ANY (ARRAY[e.id])) AS is_used
FROM identity.enrolments AS e
LEFT JOIN identity.agreements AS a ON a.enrolment_id = e.id
WHERE e.ended_at IS NULL AND (e.code_hash = :code_hash OR a.code_hash = :code_hash);

-- name: open_enrolments
-- Those that still lead somewhere: of one officer, or of all.
SELECT e.id, e.officer_id, e.is_enough, e.asked_by, e.asked_at, a.agreed_by,
       coalesce(a.until, e.until) AS until,
       coalesce(e.code_hash, a.code_hash) IS NOT NULL AS has_code, false AS is_used
FROM identity.enrolments AS e
LEFT JOIN identity.agreements AS a ON a.enrolment_id = e.id
WHERE e.ended_at IS NULL AND coalesce(a.until, e.until) > :at
  AND (:officer_id ::uuid IS NULL OR e.officer_id = :officer_id)
  AND NOT EXISTS (SELECT FROM identity.passkeys AS k WHERE k.enrolment_id = ANY (ARRAY[e.id]))
ORDER BY e.asked_at
LIMIT 100;

-- name: agree_enrolment
-- False: somebody has agreed before.
WITH agreed AS (
    INSERT INTO identity.agreements (
        enrolment_id, officer_id, asked_by, agreed_by, agreed_at, code_hash, until
    )
    VALUES (:enrolment_id, :officer_id, :asked_by, :agreed_by, :at, :code_hash, :until)
    ON CONFLICT DO NOTHING
    RETURNING enrolment_id
)
SELECT EXISTS (SELECT FROM agreed);

-- name: end_enrolments
-- One, or all of an officer.
UPDATE identity.enrolments SET ended_at = :at
WHERE officer_id = :officer_id AND ended_at IS NULL AND (:only ::uuid IS NULL OR id = :only);

-- name: is_administrator
SELECT identity.is_administrator(:person_id);

-- name: name_administrator
INSERT INTO identity.administrators (person_id, made_at) VALUES (:person_id, :at)
ON CONFLICT (person_id) DO UPDATE SET ended_at = NULL;

-- name: dismiss_administrator
UPDATE identity.administrators SET ended_at = :at WHERE person_id = :person_id AND ended_at IS NULL;

-- name: officers_called
SELECT p.id, p.name,
       (SELECT count(*)::int FROM identity.passkeys AS k
        WHERE k.person_id = p.id AND k.removed_at IS NULL) AS passkeys,
       (SELECT count(*)::int FROM identity.sessions AS s
        WHERE s.person_id = p.id AND s.realm = 'officers' AND s.until > :at
          AND s.seen_at + s.idle > :at) AS sessions
FROM identity.people AS p
WHERE p.kind = 'officer' AND (:only ::uuid IS NULL OR p.id = :only)
  AND strpos(lower(p.name), lower(:name)) > 0
ORDER BY p.name, p.id
LIMIT :limit;

-- name: give_consent
INSERT INTO identity.consents (id, person_id, purpose, words, language, given_at)
VALUES (:id, :person_id, :purpose, :words, :language, :at)
ON CONFLICT (person_id, purpose) WHERE withdrawn_at IS NULL DO NOTHING
RETURNING true;

-- name: withdraw_consent
UPDATE identity.consents SET withdrawn_at = greatest(:at, given_at)
WHERE person_id = :person_id AND purpose = :purpose AND withdrawn_at IS NULL
RETURNING id;

-- name: consents_of
SELECT id, purpose, words, language, given_at, withdrawn_at
FROM identity.consents WHERE person_id = :person_id ORDER BY given_at DESC LIMIT :at_most;

-- name: forget_consents
DELETE FROM identity.consents WHERE person_id = :person_id;

-- name: correct_contact
UPDATE identity.people SET email = coalesce(:email, email), phone = coalesce(:phone, phone) WHERE id = :id;

-- name: roles_of
SELECT identity.roles_of(:person, :organisation, :at);

-- name: organisation_with
SELECT id, name FROM identity.people
WHERE kind = 'organisation' AND issuer = :issuer AND subject = :subject;

-- name: give_roles
INSERT INTO identity.delegations (id, organisation_id, person_id, name, roles, given_by, given_at, until)
VALUES (:id, :organisation_id, :person_id, :name, :roles, :given_by, :at, :until);

-- name: end_delegation
WITH ended AS (
    UPDATE identity.delegations SET ended_at = :at, ended_by = :ended_by
    WHERE id = :id AND organisation_id = :organisation_id AND ended_at IS NULL
    RETURNING person_id
)
SELECT person_id FROM ended;

-- name: end_delegations_of
-- Somebody's roles are given anew: the earlier ones end, so that what is shown is what holds.
UPDATE identity.delegations SET ended_at = :at, ended_by = :ended_by
WHERE organisation_id = :organisation_id AND person_id = :person_id AND ended_at IS NULL;

-- name: delegations_given
SELECT d.id, d.organisation_id, o.name AS organisation_name, d.person_id, d.name, d.roles, d.given_at, d.until
FROM identity.delegations AS d
JOIN identity.people AS o ON o.id = d.organisation_id
WHERE d.organisation_id = :organisation_id AND d.ended_at IS NULL AND d.until > :at
ORDER BY d.given_at DESC
LIMIT :at_most;

-- name: delegations_had
SELECT d.id, d.organisation_id, o.name AS organisation_name, d.person_id, d.name, d.roles, d.given_at, d.until
FROM identity.delegations AS d
JOIN identity.people AS o ON o.id = d.organisation_id
WHERE d.person_id = :person_id AND d.ended_at IS NULL AND d.until > :at
ORDER BY d.given_at DESC
LIMIT :at_most;
