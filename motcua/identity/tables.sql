-- Who people are, as their provider says; in whose name they may act; and their open sessions.

CREATE SCHEMA identity;
GRANT USAGE ON SCHEMA identity TO motcua_app, motcua_gate;

CREATE TABLE identity.people (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('person', 'organisation', 'officer', 'system')),
    -- The provider's id in the pack, and its own key for the account. Names and numbers may change.
    issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 60),
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 300),
    -- Sealed with the person's own key, which lies outside the database (actions/keys.py).
    number bytea,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
    birth_date bytea,
    email bytea,
    phone bytea,
    -- At the last sign-in. What a session may do hangs on the session's own level.
    level smallint CHECK (level BETWEEN 1 AND 9),
    first_seen_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    -- HMAC-SHA256 of the number, by a key of its own: somebody is found by it, and it tells nobody a number.
    number_hash bytea,
    UNIQUE (issuer, subject),
    -- Everyone signed in may read an officer's row, so it holds a name and a work address only.
    CHECK (kind <> 'officer' OR (number IS NULL AND birth_date IS NULL AND phone IS NULL)),
    CHECK (level IS NULL OR kind = 'person')
);
CREATE INDEX people_by_number ON identity.people (number_hash) WHERE number_hash IS NOT NULL;
-- Nothing is written in the clear. Not of rows that are older than their keys: a start seals those.
ALTER TABLE identity.people ADD CONSTRAINT particulars_are_sealed CHECK (
    get_byte(number, 0) = 1 AND get_byte(birth_date, 0) = 1 AND get_byte(email, 0) = 1
    AND get_byte(phone, 0) = 1) NOT VALID;
ALTER TABLE identity.people ADD CONSTRAINT number_hash_length CHECK (length(number_hash) = 32) NOT VALID;
-- The rows that a start has yet to seal; empty ever after. 64: an index where once the number stood.
CREATE INDEX people_not_sealed ON identity.people (id)
    WHERE get_byte(number, 0) <> 1 OR get_byte(birth_date, 0) <> 1 OR get_byte(email, 0) <> 1
       OR get_byte(phone, 0) <> 1 OR (issuer = '#number' AND length(subject) <> 64 AND number IS NOT NULL);

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
    -- How the sign-in was done (C1 to C4), and for how long a stronger one raises the session above that.
    authentication smallint,
    raised_level smallint,
    raised_authentication smallint,
    raised_until timestamptz,
    -- The officer's key that opened it. Each proof that they are still there opens a new session.
    passkey_id uuid,
    -- Browser and system by their own names, for the list that its person sees; no address, no place.
    device text CHECK (length(device) <= 60),
    -- What the provider calls its own session, if it says: it may end this one by that name.
    provider_sid text CHECK (length(provider_sid) <= 255),
    CONSTRAINT authentication_known CHECK (authentication BETWEEN 1 AND 4 AND raised_authentication BETWEEN 1 AND 4),
    CONSTRAINT assurance_is_whole CHECK (
        (level IS NULL) = (authentication IS NULL)
        AND num_nulls(raised_level, raised_authentication, raised_until) IN (0, 3)
        AND (raised_level IS NULL OR level IS NOT NULL)),
    CHECK (until > made_at AND seen_at >= made_at),
    -- An organisation's account has no level, and an officer acts for the city alone.
    CHECK (behalf_id IS NULL OR (level IS NULL AND realm = 'residents')),
    CHECK (level IS NULL OR realm = 'residents'),
    CONSTRAINT passkeys_are_for_officers CHECK (passkey_id IS NULL OR realm = 'officers')
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
GRANT SELECT, INSERT, UPDATE (issuer, subject, number, number_hash, name, birth_date, email, phone, level, seen_at)
    ON identity.people TO motcua_app;
GRANT SELECT, INSERT, UPDATE (source, until) ON identity.representatives TO motcua_app;
GRANT SELECT, INSERT, UPDATE (seen_at), DELETE ON identity.sessions TO motcua_app;

-- The one row nobody signs in to: jobs act as it (motcua.base.ids.SYSTEM).
INSERT INTO identity.people (id, kind, issuer, subject, name, first_seen_at, seen_at)
VALUES ('00000000-0000-0000-0000-000000000001', 'system', 'motcua', 'system', 'Một Cửa', now(), now());

-- A cookie comes in before anybody is known, so the gate looks it up.
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

-- Whose data may be kept and not be used, at their own request (a case): by every agency but the one that
-- looks after such requests, until that one lifts it.
CREATE TABLE identity.restrictions (
    case_id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES identity.people,
    agency_code text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz CHECK (until >= since)
);
CREATE INDEX restrictions_in_force ON identity.restrictions (person_id) WHERE until IS NULL;
ALTER TABLE identity.restrictions ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.restrictions FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON identity.restrictions FOR SELECT TO motcua_app
    USING (person_id IN (db.person(), db.behalf()) OR db.is_system());
CREATE POLICY restrict ON identity.restrictions FOR INSERT TO motcua_app WITH CHECK (db.is_system());
CREATE POLICY lift ON identity.restrictions FOR UPDATE TO motcua_app USING (db.is_system());
CREATE POLICY gate ON identity.restrictions FOR SELECT TO motcua_gate USING (true);
GRANT SELECT, INSERT, UPDATE (until) ON identity.restrictions TO motcua_app;
GRANT SELECT ON identity.restrictions TO motcua_gate;
CREATE FUNCTION identity.is_restricted(person uuid, agency text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM identity.restrictions AS r
        WHERE r.person_id = person AND r.until IS NULL AND r.agency_code IS DISTINCT FROM agency);
END;
ALTER FUNCTION identity.is_restricted OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION identity.is_restricted TO motcua_app;
-- No register is asked about them either, but by themselves.
CREATE POLICY not_while_restricted ON exchange.look_subjects AS RESTRICTIVE FOR INSERT TO motcua_app
    WITH CHECK (person_id IN (db.person(), db.behalf()) OR NOT identity.is_restricted(person_id, NULL));

-- Who is forgotten keeps a row without anything of theirs, so that what others did stays told.
CREATE POLICY forget ON identity.sessions FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY forget_seen ON identity.sessions FOR SELECT TO motcua_app USING (db.is_system());
CREATE POLICY forget ON identity.representatives FOR DELETE TO motcua_app USING (db.is_system());
GRANT DELETE ON identity.representatives TO motcua_app;

-- What serves once: the state of a sign-in under way. Only digests lie here, until they end by themselves.
CREATE TABLE identity.spent (
    digest bytea PRIMARY KEY CHECK (length(digest) = 32),
    until timestamptz NOT NULL
);
CREATE INDEX spent_by_time ON identity.spent (until);
ALTER TABLE identity.spent ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.spent FORCE ROW LEVEL SECURITY;
CREATE POLICY by_the_platform ON identity.spent TO motcua_app USING (db.is_system()) WITH CHECK (db.is_system());
GRANT SELECT, INSERT, DELETE ON identity.spent TO motcua_app;

-- What somebody agreed to, in the very words they read, and when they took it back. Never changed otherwise.
CREATE TABLE identity.consents (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES identity.people,
    purpose text NOT NULL CHECK (purpose ~ '^[a-z][a-z0-9_]{0,40}$'),
    words text NOT NULL CHECK (words <> ''),
    language text NOT NULL CHECK (language IN ('vi', 'en')),
    given_at timestamptz NOT NULL,
    withdrawn_at timestamptz CHECK (withdrawn_at >= given_at)
);
CREATE UNIQUE INDEX consents_in_force ON identity.consents (person_id, purpose) WHERE withdrawn_at IS NULL;
ALTER TABLE identity.consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.consents FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON identity.consents FOR SELECT TO motcua_app USING (person_id = db.person() OR db.is_system());
-- Nobody agrees for somebody else.
CREATE POLICY give ON identity.consents FOR INSERT TO motcua_app WITH CHECK (person_id = db.person());
CREATE POLICY withdraw ON identity.consents FOR UPDATE TO motcua_app USING (person_id = db.person() OR db.is_system());
CREATE POLICY forget ON identity.consents FOR DELETE TO motcua_app USING (db.is_system());
GRANT SELECT, INSERT, UPDATE (withdrawn_at), DELETE ON identity.consents TO motcua_app;

-- What a representative lets somebody do in the organisation's name, from now until a day.
CREATE TABLE identity.delegations (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES identity.people,
    person_id uuid NOT NULL REFERENCES identity.people,
    -- As the population register named them to the representative who gave it.
    name text NOT NULL CONSTRAINT delegations_name_length CHECK (length(name) BETWEEN 1 AND 300),
    roles text[] NOT NULL,
    given_by uuid NOT NULL REFERENCES identity.people,
    given_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by uuid REFERENCES identity.people,
    CONSTRAINT delegation_roles_known CHECK (roles <@ ARRAY['files', 'pays', 'receives'] AND cardinality(roles) > 0),
    CONSTRAINT delegation_has_a_period CHECK (until > given_at AND ended_at >= given_at),
    CONSTRAINT nobody_delegates_to_themselves CHECK (person_id <> given_by AND person_id <> organisation_id),
    CONSTRAINT delegation_ended_by_somebody CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX delegations_in_force ON identity.delegations (person_id, organisation_id) WHERE ended_at IS NULL;
CREATE INDEX delegations_of_organisation ON identity.delegations (organisation_id, given_at DESC);
ALTER TABLE identity.delegations ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.delegations FORCE ROW LEVEL SECURITY;

-- By the business register's last word. Both ask in the name of the caller.
CREATE FUNCTION identity.represents(organisation uuid) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM identity.representatives AS r
    WHERE r.organisation_id = organisation AND r.person_id = db.person() AND r.until > now());
-- Whether the acting person may do this in that name today: as a representative, or as they let them.
CREATE FUNCTION identity.acts_for(organisation uuid, wanted text[]) RETURNS boolean LANGUAGE sql STABLE
RETURN identity.represents(organisation) OR EXISTS (
    SELECT FROM identity.delegations AS d
    WHERE d.organisation_id = organisation AND d.person_id = db.person()
      AND d.ended_at IS NULL AND d.until > now() AND d.roles && wanted);

CREATE POLICY read ON identity.delegations FOR SELECT TO motcua_app USING (
    db.is_system() OR person_id = db.person()
    OR (organisation_id = db.behalf() AND identity.represents(organisation_id)));
-- Only a representative gives and ends roles, and only of the organisation in whose name they act.
CREATE POLICY give ON identity.delegations FOR INSERT TO motcua_app WITH CHECK (
    given_by = db.person() AND organisation_id = db.behalf() AND identity.represents(organisation_id));
CREATE POLICY take_back ON identity.delegations FOR UPDATE TO motcua_app
    USING (organisation_id = db.behalf() AND identity.represents(organisation_id))
    WITH CHECK (ended_by = db.person());
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON identity.delegations TO motcua_app;
CREATE POLICY read_delegated ON identity.people FOR SELECT TO motcua_app USING (
    kind = 'organisation' AND EXISTS (
        SELECT FROM identity.delegations AS d
        WHERE d.organisation_id = ANY (ARRAY[people.id]) AND d.person_id = db.person()
          AND d.ended_at IS NULL AND d.until > now()));

-- What somebody may do in an organisation's name at that moment; nobody has acted yet, so the gate looks.
-- Null: nothing.
CREATE POLICY gate ON identity.representatives FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON identity.delegations FOR SELECT TO motcua_gate USING (true);
GRANT SELECT ON identity.representatives, identity.delegations TO motcua_gate;
CREATE FUNCTION identity.roles_of(person uuid, organisation uuid, at timestamptz) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM identity.representatives AS r
            WHERE r.organisation_id = roles_of.organisation AND r.person_id = roles_of.person
              AND r.until > roles_of.at)
        THEN ARRAY['represents', 'files', 'pays', 'receives']
        ELSE (
            SELECT array_agg(DISTINCT role ORDER BY role)
            FROM identity.delegations AS d, unnest(d.roles) AS role
            WHERE d.organisation_id = roles_of.organisation AND d.person_id = roles_of.person
              AND d.ended_at IS NULL AND d.until > roles_of.at)
    END;
END;
ALTER FUNCTION identity.roles_of OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION identity.roles_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.roles_of TO motcua_app;
