-- squawk-ignore-file adding-foreign-key-constraint, ban-drop-function, constraint-missing-not-valid, require-concurrent-index-creation
-- Officers whom nobody can phish: passkeys, and the two administrators who let somebody back in. Sessions
-- tell where they were opened, so that their person can end the ones they do not know.

ALTER TABLE identity.sessions
    ADD COLUMN passkey_id uuid,
    ADD COLUMN device text,
    ADD COLUMN provider_sid text,
    ADD CONSTRAINT passkeys_are_for_officers CHECK (passkey_id IS NULL OR realm = 'officers'),
    ADD CONSTRAINT sessions_device_check CHECK (length(device) <= 60),
    ADD CONSTRAINT sessions_provider_sid_check CHECK (length(provider_sid) <= 255);

DROP FUNCTION identity.session_of;
CREATE FUNCTION identity.session_of(hash bytea, realm text, at timestamptz)
RETURNS TABLE (
    id uuid, person_id uuid, behalf_id uuid, level smallint, authentication smallint, name text,
    organisation_name text, seen_at timestamptz, made_at timestamptz, passkey_id uuid
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT s.id, s.person_id, s.behalf_id,
           CASE WHEN session_of.at < s.raised_until THEN s.raised_level ELSE s.level END,
           CASE WHEN session_of.at < s.raised_until THEN s.raised_authentication ELSE s.authentication END,
           p.name, o.name, s.seen_at, s.made_at, s.passkey_id
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

-- Who looks after the officers' keys. Named at the operator's console, never on a page.
CREATE TABLE identity.administrators (
    person_id uuid PRIMARY KEY REFERENCES identity.people,
    made_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (ended_at >= made_at)
);
CREATE FUNCTION identity.is_administrator(person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM identity.administrators AS a WHERE a.person_id = person AND a.ended_at IS NULL);
END;
ALTER FUNCTION identity.is_administrator OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION identity.is_administrator FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.is_administrator TO motcua_app;

-- An officer may make a passkey: for this somebody has checked who they are.
CREATE TABLE identity.enrolments (
    id uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES identity.people,
    -- Whether the code alone opens the door: a first key where nothing else speaks for the officer, or
    -- every key lost. Otherwise they must also have signed in at their agency's provider.
    is_enough boolean NOT NULL,
    asked_by uuid NOT NULL REFERENCES identity.people,
    asked_at timestamptz NOT NULL,
    -- sha256 of the code: whoever reads this table cannot use it.
    code_hash bytea UNIQUE CHECK (length(code_hash) = 32),
    until timestamptz NOT NULL CHECK (until > asked_at),
    ended_at timestamptz,
    UNIQUE (id, officer_id, asked_by),
    CHECK (asked_by <> officer_id),
    -- What is enough alone takes a second administrator; only the operator's console needs none.
    CHECK ((code_hash IS NULL) = (is_enough AND asked_by <> '00000000-0000-0000-0000-000000000001'))
);
CREATE INDEX enrolments_by_officer ON identity.enrolments (officer_id);

-- The second pair of eyes. The shape itself refuses the first administrator and the officer.
CREATE TABLE identity.agreements (
    enrolment_id uuid PRIMARY KEY,
    officer_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    agreed_by uuid NOT NULL REFERENCES identity.people,
    agreed_at timestamptz NOT NULL,
    code_hash bytea NOT NULL UNIQUE CHECK (length(code_hash) = 32),
    until timestamptz NOT NULL CHECK (until > agreed_at),
    FOREIGN KEY (enrolment_id, officer_id, asked_by)
        REFERENCES identity.enrolments (id, officer_id, asked_by),
    CHECK (agreed_by NOT IN (officer_id, asked_by))
);

CREATE TABLE identity.passkeys (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES identity.people,
    -- As the authenticator calls it. For ever one officer's, also when it has been removed.
    credential_id bytea NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 16 AND 1023),
    public_key bytea NOT NULL CHECK (length(public_key) <= 2000),
    sign_count bigint NOT NULL CHECK (sign_count >= 0),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    -- Whether its maker may copy it to the officer's other devices.
    is_synced boolean NOT NULL,
    made_at timestamptz NOT NULL,
    used_at timestamptz,
    -- By what the officer was known when they added it: an enrolment, good for one key, or a key.
    enrolment_id uuid UNIQUE REFERENCES identity.enrolments,
    vouched_by uuid REFERENCES identity.passkeys,
    removed_at timestamptz,
    removed_by uuid REFERENCES identity.people,
    CHECK (num_nonnulls(enrolment_id, vouched_by) = 1),
    CHECK ((removed_at IS NULL) = (removed_by IS NULL))
);
CREATE INDEX passkeys_by_person ON identity.passkeys (person_id);
ALTER TABLE identity.sessions ADD CONSTRAINT opened_by_a_passkey
    FOREIGN KEY (passkey_id) REFERENCES identity.passkeys;

-- What an authenticator is asked to sign: once, soon, in the browser that asked.
CREATE TABLE identity.challenges (
    id_hash bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    purpose text NOT NULL CHECK (purpose IN ('sign_in', 'confirm', 'add')),
    challenge bytea NOT NULL CHECK (length(challenge) = 32),
    person_id uuid REFERENCES identity.people,
    enrolment_id uuid REFERENCES identity.enrolments,
    made_at timestamptz NOT NULL,
    CHECK ((purpose = 'sign_in') = (person_id IS NULL)),
    CHECK (enrolment_id IS NULL OR purpose = 'add')
);
CREATE INDEX challenges_by_time ON identity.challenges (made_at);

-- Whether this enrolment lets the officer add a key: asked for, agreed to, and not taken back.
CREATE FUNCTION identity.is_enrolled(enrolment uuid, officer uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM identity.enrolments AS e
        WHERE e.id = enrolment AND e.officer_id = officer AND e.ended_at IS NULL
          AND (e.code_hash IS NOT NULL
               OR EXISTS (SELECT FROM identity.agreements AS a WHERE a.enrolment_id = e.id)));
END;
ALTER FUNCTION identity.is_enrolled OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION identity.is_enrolled FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.is_enrolled TO motcua_app;
-- A key that is the officer's own and still good.
CREATE FUNCTION identity.has_passkey(key uuid, officer uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM identity.passkeys AS k
        WHERE k.id = key AND k.person_id = officer AND k.removed_at IS NULL);
END;
ALTER FUNCTION identity.has_passkey OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION identity.has_passkey FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.has_passkey TO motcua_app;

ALTER TABLE identity.administrators ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.administrators FORCE ROW LEVEL SECURITY;
ALTER TABLE identity.enrolments ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.enrolments FORCE ROW LEVEL SECURITY;
ALTER TABLE identity.agreements ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.agreements FORCE ROW LEVEL SECURITY;
ALTER TABLE identity.passkeys ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.passkeys FORCE ROW LEVEL SECURITY;
ALTER TABLE identity.challenges ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.challenges FORCE ROW LEVEL SECURITY;

CREATE POLICY by_the_platform ON identity.administrators TO motcua_app
    USING (db.is_system()) WITH CHECK (db.is_system());
CREATE POLICY gate ON identity.administrators FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON identity.enrolments FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON identity.agreements FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON identity.passkeys FOR SELECT TO motcua_gate USING (true);

CREATE POLICY read ON identity.enrolments FOR SELECT TO motcua_app USING (
    officer_id = db.person() OR db.is_system() OR identity.is_administrator(db.person()));
CREATE POLICY ask ON identity.enrolments FOR INSERT TO motcua_app WITH CHECK (
    asked_by = db.person() AND (db.is_system() OR identity.is_administrator(db.person())));
-- What has ended does not begin again.
CREATE POLICY take_back ON identity.enrolments FOR UPDATE TO motcua_app
    USING (ended_at IS NULL AND (
        officer_id = db.person() OR db.is_system() OR identity.is_administrator(db.person())))
    WITH CHECK (ended_at IS NOT NULL);
CREATE POLICY read ON identity.agreements FOR SELECT TO motcua_app USING (
    officer_id = db.person() OR db.is_system() OR identity.is_administrator(db.person()));
CREATE POLICY agree ON identity.agreements FOR INSERT TO motcua_app WITH CHECK (
    agreed_by = db.person() AND identity.is_administrator(db.person()));

CREATE POLICY read ON identity.passkeys FOR SELECT TO motcua_app USING (
    person_id = db.person() OR db.is_system() OR identity.is_administrator(db.person()));
CREATE POLICY add ON identity.passkeys FOR INSERT TO motcua_app WITH CHECK (
    person_id = db.person() AND (
        identity.is_enrolled(enrolment_id, db.person()) OR identity.has_passkey(vouched_by, db.person())));
-- An administrator can take a key away, which gives nobody entrance; only enrolments do that.
CREATE POLICY change ON identity.passkeys FOR UPDATE TO motcua_app
    USING (removed_at IS NULL AND (person_id = db.person() OR identity.is_administrator(db.person())))
    WITH CHECK (person_id = db.person() OR removed_by = db.person());

CREATE POLICY by_the_platform ON identity.challenges TO motcua_app
    USING (db.is_system()) WITH CHECK (db.is_system());

GRANT SELECT, INSERT, UPDATE (made_at, ended_at) ON identity.administrators TO motcua_app;
GRANT SELECT, INSERT, UPDATE (ended_at) ON identity.enrolments TO motcua_app;
GRANT SELECT, INSERT ON identity.agreements TO motcua_app;
GRANT SELECT, INSERT, UPDATE (sign_count, name, used_at, removed_at, removed_by)
    ON identity.passkeys TO motcua_app;
GRANT SELECT, INSERT, DELETE ON identity.challenges TO motcua_app;
GRANT SELECT ON identity.administrators, identity.enrolments, identity.agreements, identity.passkeys
    TO motcua_gate;

-- A provider says that somebody signed out, and an administrator ends an officer's sessions.
CREATE POLICY see_to_end ON identity.sessions FOR SELECT TO motcua_app USING (
    db.is_system() OR (realm = 'officers' AND identity.is_administrator(db.person())));
CREATE POLICY end_for_others ON identity.sessions FOR DELETE TO motcua_app USING (
    db.is_system() OR (realm = 'officers' AND identity.is_administrator(db.person())));
