-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation, require-concurrent-index-deletion
-- No city has had many sessions before this step; scans and locks are short.

-- How a sign-in was done (C1 to C4), and for how long a stronger one raises the session above what it was.
ALTER TABLE identity.sessions
    ADD COLUMN authentication smallint,
    ADD COLUMN raised_level smallint,
    ADD COLUMN raised_authentication smallint,
    ADD COLUMN raised_until timestamptz,
    ADD CONSTRAINT authentication_known CHECK (authentication BETWEEN 1 AND 4 AND raised_authentication BETWEEN 1 AND 4),
    ADD CONSTRAINT assurance_is_whole CHECK (
        (level IS NULL) = (authentication IS NULL)
        AND num_nulls(raised_level, raised_authentication, raised_until) IN (0, 3)
        AND (raised_level IS NULL OR level IS NOT NULL)) NOT VALID;
-- A session from before was never asked how it was opened: the least that a sign-in shows.
UPDATE identity.sessions SET authentication = 1 WHERE level IS NOT NULL;
ALTER TABLE identity.sessions VALIDATE CONSTRAINT assurance_is_whole;

-- It says more than before. No older process looks a session up while this one is at work.
-- squawk-ignore ban-drop-function
DROP FUNCTION identity.session_of;
CREATE FUNCTION identity.session_of(hash bytea, realm text, at timestamptz)
RETURNS TABLE (
    id uuid, person_id uuid, behalf_id uuid, level smallint, authentication smallint, name text,
    organisation_name text, seen_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT s.id, s.person_id, s.behalf_id,
           CASE WHEN session_of.at < s.raised_until THEN s.raised_level ELSE s.level END,
           CASE WHEN session_of.at < s.raised_until THEN s.raised_authentication ELSE s.authentication END,
           p.name, o.name, s.seen_at
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

-- In an organisation's name a delegate reads its results where they may receive them, and other files
-- of it where they may file.
CREATE FUNCTION documents.is_result(file uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM documents.results AS r WHERE r.file_id = file);
END;
ALTER FUNCTION documents.is_result OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION documents.is_result FROM PUBLIC;
GRANT EXECUTE ON FUNCTION documents.is_result TO motcua_app;
CREATE POLICY while_delegated ON documents.results AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    holder_id IS NULL OR holder_id IS DISTINCT FROM db.behalf() OR identity.acts_for(holder_id, ARRAY['receives']));
CREATE POLICY while_delegated ON documents.files AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    owner_id IS DISTINCT FROM db.behalf()
    OR identity.acts_for(owner_id, ARRAY['receives'])
    OR (identity.acts_for(owner_id, ARRAY['files']) AND NOT documents.is_result(id)));
CREATE POLICY while_delegated_in ON documents.files AS RESTRICTIVE FOR INSERT TO motcua_app WITH CHECK (
    owner_id IS DISTINCT FROM db.behalf() OR identity.acts_for(owner_id, ARRAY['files']));

-- In an organisation's name a delegate sees what is owed where they may pay or file.
CREATE POLICY while_delegated ON payments.requests AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    payer_id = db.person() OR db.is_system()
    OR NOT (payer_id IS NOT DISTINCT FROM db.behalf() OR (made_by = db.person() AND counter_code IS NULL))
    OR agencies.is_mine(agency_code)
    OR identity.acts_for(payer_id, ARRAY['files', 'pays']));

-- What an organisation was told, whoever acts in its name reads as long as they may.
CREATE POLICY while_delegated ON notices.messages AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    person_id IS DISTINCT FROM db.behalf() OR identity.acts_for(person_id, ARRAY['files', 'pays', 'receives']));

-- An organisation's cases: whoever acts in its name sees them as long as they may, also those that they
-- filed themselves; only who may file changes anything.
CREATE POLICY while_delegated ON cases.cases AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    applicant_id = db.person() OR db.is_system()
    OR NOT (applicant_id IS NOT DISTINCT FROM db.behalf() OR (filed_by = db.person() AND counter_code IS NULL))
    OR identity.acts_for(applicant_id, ARRAY['files', 'pays', 'receives']));
CREATE POLICY while_delegated_in ON cases.cases AS RESTRICTIVE FOR INSERT TO motcua_app WITH CHECK (
    applicant_id IS DISTINCT FROM db.behalf() OR identity.acts_for(applicant_id, ARRAY['files']));
CREATE POLICY while_delegated_on ON cases.cases AS RESTRICTIVE FOR UPDATE TO motcua_app USING (
    applicant_id = db.person() OR db.is_system()
    OR NOT (applicant_id IS NOT DISTINCT FROM db.behalf() OR (filed_by = db.person() AND counter_code IS NULL))
    OR identity.acts_for(applicant_id, ARRAY['files']));
