-- Who people are, as their provider says; in whose name they may act; and their open sessions.

CREATE SCHEMA identity;
GRANT USAGE ON SCHEMA identity TO motcua_app, motcua_gate;

CREATE TABLE identity.people (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('person', 'organisation', 'officer', 'system')),
    -- The provider's id in the pack, and its own key for the account. Names and numbers may change.
    issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 60),
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 300),
    number text CHECK (length(number) BETWEEN 1 AND 300),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
    birth_date date,
    email text CHECK (length(email) <= 300),
    phone text CHECK (length(phone) <= 300),
    -- At the last sign-in. What a session may do hangs on the session's own level.
    level smallint CHECK (level BETWEEN 1 AND 9),
    first_seen_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    UNIQUE (issuer, subject),
    -- Everyone signed in may read an officer's row, so it holds a name and a work address only.
    CHECK (kind <> 'officer' OR (number IS NULL AND birth_date IS NULL AND phone IS NULL)),
    CHECK (level IS NULL OR kind = 'person')
);
CREATE INDEX people_by_number ON identity.people (number) WHERE number IS NOT NULL;

-- The business register's last answer: this person may act in the name of this organisation.
CREATE TABLE identity.representatives (
    organisation_id uuid NOT NULL REFERENCES identity.people,
    person_id uuid NOT NULL REFERENCES identity.people,
    source text NOT NULL,
    -- After this moment the register is asked again.
    until timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, person_id),
    CHECK (organisation_id <> person_id)
);
CREATE INDEX representatives_by_person ON identity.representatives (person_id);

CREATE TABLE identity.sessions (
    id uuid PRIMARY KEY,
    -- sha256 of the cookie: whoever reads this table can take over nobody.
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    realm text NOT NULL CHECK (realm IN ('residents', 'officers')),
    person_id uuid NOT NULL REFERENCES identity.people,
    behalf_id uuid REFERENCES identity.people,
    level smallint,
    made_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    -- The end however busy, and how long a pause may be.
    until timestamptz NOT NULL,
    idle interval NOT NULL,
    CHECK (until > made_at AND seen_at >= made_at),
    -- An organisation's account has no level, and an officer acts for the city alone.
    CHECK (behalf_id IS NULL OR (level IS NULL AND realm = 'residents')),
    CHECK (level IS NULL OR realm = 'residents')
);
CREATE INDEX sessions_by_person ON identity.sessions (person_id);

ALTER TABLE identity.people ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.people FORCE ROW LEVEL SECURITY;
ALTER TABLE identity.representatives ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.representatives FORCE ROW LEVEL SECURITY;
ALTER TABLE identity.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.sessions FORCE ROW LEVEL SECURITY;

-- Every history names its officers, so whoever is signed in may know who they are.
CREATE POLICY read ON identity.people FOR SELECT TO motcua_app USING (
    id = db.person()
    OR db.is_system()
    OR (kind IN ('officer', 'system') AND db.person() IS NOT NULL)
    OR (kind = 'organisation' AND EXISTS (
        SELECT FROM identity.representatives AS r
        WHERE r.organisation_id = ANY (ARRAY[people.id]) AND r.person_id = db.person()))
);
-- People are written by the sign-in alone, which acts as the platform until it knows the person.
CREATE POLICY meet ON identity.people FOR INSERT TO motcua_app WITH CHECK (db.is_system());
CREATE POLICY meet_again ON identity.people FOR UPDATE TO motcua_app USING (db.is_system());
CREATE POLICY read ON identity.representatives FOR SELECT TO motcua_app
    USING (person_id = db.person() OR db.is_system());
CREATE POLICY learn ON identity.representatives FOR INSERT TO motcua_app WITH CHECK (db.is_system());
CREATE POLICY learn_again ON identity.representatives FOR UPDATE TO motcua_app USING (db.is_system());
CREATE POLICY own ON identity.sessions TO motcua_app
    USING (person_id = db.person()) WITH CHECK (person_id = db.person());

-- Whoever signs in with the number by which a counter met them becomes that person: issuer, subject.
GRANT SELECT, INSERT, UPDATE (issuer, subject, number, name, birth_date, email, phone, level, seen_at)
    ON identity.people TO motcua_app;
GRANT SELECT, INSERT, UPDATE (source, until) ON identity.representatives TO motcua_app;
GRANT SELECT, INSERT, UPDATE (seen_at), DELETE ON identity.sessions TO motcua_app;

-- The one row nobody signs in to: jobs act as it (motcua.base.ids.SYSTEM).
INSERT INTO identity.people (id, kind, issuer, subject, name, first_seen_at, seen_at)
VALUES ('00000000-0000-0000-0000-000000000001', 'system', 'motcua', 'system', 'Một Cửa', now(), now());

-- A cookie comes in before anybody is known, so the gate looks it up.
CREATE FUNCTION identity.session_of(hash bytea, realm text, at timestamptz)
RETURNS TABLE (
    id uuid, person_id uuid, behalf_id uuid, level smallint, name text, organisation_name text,
    seen_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT s.id, s.person_id, s.behalf_id, s.level, p.name, o.name, s.seen_at
    FROM identity.sessions AS s
    JOIN identity.people AS p ON p.id = s.person_id
    LEFT JOIN identity.people AS o ON o.id = s.behalf_id
    WHERE s.token_hash = session_of.hash
      AND s.realm = session_of.realm
      AND session_of.at < s.until
      AND session_of.at < s.seen_at + s.idle;
END;
ALTER FUNCTION identity.session_of OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION identity.session_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.session_of TO motcua_app;

CREATE POLICY gate ON identity.sessions FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON identity.people FOR SELECT TO motcua_gate USING (true);
GRANT SELECT ON identity.sessions TO motcua_gate;
GRANT SELECT (id, name) ON identity.people TO motcua_gate;

-- A form that came when its session had ended: kept for minutes, and put back for the same person. Only
-- the browser holds the key to it, so whoever reads this table learns nothing.
CREATE TABLE identity.kept_forms (
    id_hash bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    realm text NOT NULL CHECK (realm IN ('residents', 'officers')),
    -- Whose session had ended; null where the browser showed none.
    person_id uuid REFERENCES identity.people,
    sealed bytea NOT NULL CHECK (length(sealed) <= 100000),
    made_at timestamptz NOT NULL
);
CREATE INDEX kept_forms_by_time ON identity.kept_forms (made_at);
ALTER TABLE identity.kept_forms ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.kept_forms FORCE ROW LEVEL SECURITY;
-- It is kept before anybody is known, so the platform writes it.
CREATE POLICY keep ON identity.kept_forms FOR INSERT TO motcua_app WITH CHECK (db.is_system());
CREATE POLICY forget ON identity.kept_forms FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY read ON identity.kept_forms FOR SELECT TO motcua_app USING (
    db.is_system() OR person_id = db.person() OR (person_id IS NULL AND db.person() IS NOT NULL));
GRANT SELECT, INSERT, DELETE ON identity.kept_forms TO motcua_app;

-- Whose a session is or was: also one that has ended, as long as its row is there.
CREATE FUNCTION identity.owner_of_session(hash bytea, realm text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT s.person_id FROM identity.sessions AS s
    WHERE s.token_hash = owner_of_session.hash AND s.realm = owner_of_session.realm;
END;
ALTER FUNCTION identity.owner_of_session OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION identity.owner_of_session FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.owner_of_session TO motcua_app;
