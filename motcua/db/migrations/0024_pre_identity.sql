-- squawk-ignore-file ban-drop-constraint, require-concurrent-index-deletion, require-concurrent-index-creation
-- What is a person's own is sealed with their own key: here the columns take bytes; the next start seals
-- the rows that are here (identity.seal_old_people), and from now on nothing is written in the clear.
-- A city's people are few when this runs, so the table may be written anew.
DROP INDEX identity.people_by_number;
ALTER TABLE identity.people DROP CONSTRAINT people_number_check;
ALTER TABLE identity.people DROP CONSTRAINT people_email_check;
ALTER TABLE identity.people DROP CONSTRAINT people_phone_check;
-- squawk-ignore changing-column-type
ALTER TABLE identity.people ALTER COLUMN number TYPE bytea USING convert_to(number, 'UTF8');
-- squawk-ignore changing-column-type
ALTER TABLE identity.people ALTER COLUMN birth_date TYPE bytea USING convert_to(birth_date::text, 'UTF8');
-- squawk-ignore changing-column-type
ALTER TABLE identity.people ALTER COLUMN email TYPE bytea USING convert_to(email, 'UTF8');
-- squawk-ignore changing-column-type
ALTER TABLE identity.people ALTER COLUMN phone TYPE bytea USING convert_to(phone, 'UTF8');
-- HMAC-SHA256 of the number, by a key of its own: somebody is found by it, and it tells nobody a number.
ALTER TABLE identity.people ADD COLUMN number_hash bytea;
ALTER TABLE identity.people ADD CONSTRAINT particulars_are_sealed CHECK (
    get_byte(number, 0) = 1 AND get_byte(birth_date, 0) = 1 AND get_byte(email, 0) = 1
    AND get_byte(phone, 0) = 1) NOT VALID;
ALTER TABLE identity.people ADD CONSTRAINT number_hash_length CHECK (length(number_hash) = 32) NOT VALID;
CREATE INDEX people_by_number ON identity.people (number_hash) WHERE number_hash IS NOT NULL;
GRANT UPDATE (number_hash) ON identity.people TO motcua_app;
-- The rows that a start has yet to seal; empty ever after. 64: an index where once the number stood.
CREATE INDEX people_not_sealed ON identity.people (id)
    WHERE get_byte(number, 0) <> 1 OR get_byte(birth_date, 0) <> 1 OR get_byte(email, 0) <> 1
       OR get_byte(phone, 0) <> 1 OR (issuer = '#number' AND length(subject) <> 64 AND number IS NOT NULL);

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
