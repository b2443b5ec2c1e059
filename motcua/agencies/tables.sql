-- Who holds which post in which agency, since when, and who stands in for whom. Agencies themselves are the pack's.

CREATE SCHEMA agencies;
GRANT USAGE ON SCHEMA agencies TO motcua_app;

CREATE TABLE agencies.posts (
    person_id uuid NOT NULL,
    agency_code text NOT NULL,
    role text NOT NULL CHECK (role ~ '^[a-z][a-z-]{0,40}$'),
    from_date date NOT NULL,
    -- The first day on which the post is no longer held; null while it is.
    to_date date,
    -- Where in the agency, and under which title: words of the pack.
    unit text CHECK (unit ~ '^[a-z][a-z0-9_]{0,40}$'),
    title text CHECK (title ~ '^[a-z][a-z0-9_]{0,40}$'),
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

-- One officer in the place of another who is away. Never without an end, never by oneself.
CREATE TABLE agencies.stand_ins (
    person_id uuid NOT NULL,
    absent_id uuid NOT NULL,
    agency_code text NOT NULL,
    role text NOT NULL CHECK (role ~ '^[a-z][a-z-]{0,40}$'),
    from_date date NOT NULL,
    -- The first day on which it is over.
    to_date date NOT NULL,
    given_by uuid NOT NULL,
    given_at timestamptz NOT NULL,
    -- The first day on which it is over because the absent officer came back sooner.
    ended_on date,
    PRIMARY KEY (person_id, agency_code, role, absent_id, from_date),
    CHECK (to_date > from_date),
    CHECK (ended_on BETWEEN from_date AND to_date),
    CHECK (person_id NOT IN (absent_id, given_by))
);
CREATE INDEX stand_ins_of_absent ON agencies.stand_ins (absent_id, agency_code);
ALTER TABLE agencies.stand_ins ENABLE ROW LEVEL SECURITY;
ALTER TABLE agencies.stand_ins FORCE ROW LEVEL SECURITY;

-- Posts are each officer's own to read; whether one is held is a question that the gate answers.
GRANT USAGE ON SCHEMA agencies TO motcua_gate;
GRANT SELECT ON agencies.posts, agencies.stand_ins TO motcua_gate;
CREATE POLICY gate ON agencies.posts FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON agencies.stand_ins FOR SELECT TO motcua_gate USING (true);

-- In one's own right: nobody stands in for somebody who only stands in.
CREATE FUNCTION agencies.has_post(person uuid, agency text, wanted text, day date) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM agencies.posts p
        WHERE p.person_id = person AND p.agency_code = agency AND p.role = wanted
          AND p.from_date <= day AND (p.to_date IS NULL OR p.to_date > day)
    );
END;
ALTER FUNCTION agencies.has_post OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION agencies.has_post TO motcua_app;

-- The absent officer, a leader of the agency or the platform gives it, to another officer of the city.
CREATE FUNCTION agencies.may_give(person uuid, absent uuid, agency text, wanted text, day date)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT person <> db.person() AND person <> absent
        AND (db.is_system() OR absent = db.person()
             OR agencies.has_post(db.person(), agency, 'leader', current_date))
        AND agencies.has_post(absent, agency, wanted, day)
        AND EXISTS (
            SELECT FROM agencies.posts p
            WHERE p.person_id = person AND p.from_date <= day AND (p.to_date IS NULL OR p.to_date > day)
        );
END;
ALTER FUNCTION agencies.may_give OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION agencies.may_give TO motcua_app;

CREATE POLICY read_own ON agencies.stand_ins FOR SELECT
    USING (db.person() IN (person_id, absent_id) OR db.is_system()
           OR agencies.has_post(db.person(), agency_code, 'leader', current_date));
CREATE POLICY give ON agencies.stand_ins FOR INSERT
    WITH CHECK (given_by = db.person() AND agencies.may_give(person_id, absent_id, agency_code, role, from_date));
CREATE POLICY come_back ON agencies.stand_ins FOR UPDATE
    USING (absent_id = db.person() OR db.is_system()
           OR agencies.has_post(db.person(), agency_code, 'leader', current_date));
-- What was given stays as it was given; it can only end sooner.
GRANT SELECT, INSERT, UPDATE (ended_on) ON agencies.stand_ins TO motcua_app;

-- The agencies in which the acting person holds a post today, or stands in for somebody who does;
-- policies of the rooms above ask it.
CREATE FUNCTION agencies.mine() RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT agency_code FROM agencies.posts
    WHERE person_id = db.person() AND from_date <= current_date
      AND (to_date IS NULL OR to_date > current_date)
    UNION ALL
    SELECT agency_code FROM agencies.stand_ins
    WHERE person_id = db.person() AND from_date <= current_date
      AND least(to_date, ended_on) > current_date
      AND agencies.has_post(absent_id, agency_code, role, current_date);
END;

-- Whether the acting person works in this agency today. Policies ask it of every row, and an officer
-- may hold posts in hundreds of agencies: the list is made once in a transaction and kept with it.
CREATE FUNCTION agencies.is_mine(code text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    me text := current_setting('motcua.person', true) || ' ' || current_date;
    known text := current_setting('motcua.agencies', true);
BEGIN
    IF known IS NULL OR me IS NULL OR NOT starts_with(known, me) THEN
        known := coalesce(me, '') || ' ,' || coalesce((SELECT string_agg(m, ',') FROM agencies.mine() AS m), '') || ',';
        PERFORM set_config('motcua.agencies', known, true);
    END IF;
    RETURN strpos(known, ',' || code || ',') > 0;
END;
$$;

CREATE FUNCTION agencies.holds(person uuid, agency text, wanted text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT agencies.has_post(person, agency, wanted, current_date) OR EXISTS (
        SELECT FROM agencies.stand_ins s
        WHERE s.person_id = person AND s.agency_code = agency AND s.role = wanted
          AND s.from_date <= current_date AND least(s.to_date, s.ended_on) > current_date
          AND agencies.has_post(s.absent_id, agency, wanted, current_date)
    );
END;
ALTER FUNCTION agencies.holds OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION agencies.holds TO motcua_app;

-- Officers read what happened in their agencies.
CREATE POLICY read_of_my_agency ON db.events FOR SELECT
    USING (agencies.is_mine(agency_code));
