-- Who holds which post in which agency, and since when. Agencies themselves are the pack's.

CREATE SCHEMA agencies;
GRANT USAGE ON SCHEMA agencies TO motcua_app;

CREATE TABLE agencies.posts (
    person_id uuid NOT NULL,
    agency_code text NOT NULL,
    role text NOT NULL CHECK (role ~ '^[a-z][a-z-]{0,40}$'),
    from_date date NOT NULL,
    -- The first day on which the post is no longer held; null while it is.
    to_date date,
    PRIMARY KEY (person_id, agency_code, role, from_date),
    CHECK (to_date > from_date)
);
CREATE INDEX posts_of_agency ON agencies.posts (agency_code, role);
ALTER TABLE agencies.posts ENABLE ROW LEVEL SECURITY;
ALTER TABLE agencies.posts FORCE ROW LEVEL SECURITY;
CREATE POLICY read_own ON agencies.posts FOR SELECT USING (person_id = db.person() OR db.is_system());
CREATE POLICY appoint ON agencies.posts FOR INSERT WITH CHECK (db.is_system());
CREATE POLICY dismiss ON agencies.posts FOR UPDATE USING (db.is_system());
GRANT SELECT, INSERT, UPDATE (to_date) ON agencies.posts TO motcua_app;

-- The agencies in which the acting person holds a post today; policies of the rooms above ask it.
CREATE FUNCTION agencies.mine() RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT agency_code FROM agencies.posts
    WHERE person_id = db.person() AND from_date <= current_date
      AND (to_date IS NULL OR to_date > current_date);
END;

-- Posts are each officer's own to read; whether one is held is a question that the gate answers.
GRANT USAGE ON SCHEMA agencies TO motcua_gate;
GRANT SELECT ON agencies.posts TO motcua_gate;
CREATE POLICY gate ON agencies.posts FOR SELECT TO motcua_gate USING (true);
CREATE FUNCTION agencies.holds(person uuid, agency text, wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM agencies.posts p
        WHERE p.person_id = person AND p.agency_code = agency AND p.role = wanted
          AND p.from_date <= current_date AND (p.to_date IS NULL OR p.to_date > current_date)
    );
END;
ALTER FUNCTION agencies.holds OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION agencies.holds TO motcua_app;

-- Officers read what happened in their agencies.
CREATE POLICY read_of_my_agency ON db.events FOR SELECT
    USING (agency_code IN (SELECT agencies.mine()));
