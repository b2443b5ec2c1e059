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

-- The agencies in which the acting person works on cases today, by a post or in another's place; policies
-- of the rooms above ask it. Who only controls, runs the platform or sits on the council finds no case.
CREATE FUNCTION agencies.mine() RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT agency_code FROM agencies.posts
    WHERE person_id = db.person() AND from_date <= current_date
      AND (to_date IS NULL OR to_date > current_date)
      AND role IN ('reception', 'handler', 'leader')
    UNION ALL
    SELECT agency_code FROM agencies.stand_ins
    WHERE person_id = db.person() AND from_date <= current_date
      AND least(to_date, ended_on) > current_date
      AND role IN ('reception', 'handler', 'leader')
      AND agencies.has_post(absent_id, agency_code, role, current_date);
END;

-- What the acting person is in these agencies today, by a post or in another's place.
CREATE FUNCTION agencies.held_among(codes text[]) RETURNS TABLE (agency_code text, role text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p.agency_code, p.role FROM agencies.posts p
    WHERE p.person_id = db.person() AND p.agency_code = ANY (codes) AND p.from_date <= current_date
      AND (p.to_date IS NULL OR p.to_date > current_date)
    UNION ALL
    SELECT s.agency_code, s.role FROM agencies.stand_ins s
    WHERE s.person_id = db.person() AND s.agency_code = ANY (codes) AND s.from_date <= current_date
      AND least(s.to_date, s.ended_on) > current_date
      AND agencies.has_post(s.absent_id, s.agency_code, s.role, current_date);
END;

-- Whether the acting person controls how this agency keeps to procedure: what happened, not what was said.
CREATE FUNCTION agencies.oversees(code text) RETURNS boolean LANGUAGE sql STABLE
RETURN agencies.has_post(db.person(), code, 'control', current_date);

-- Whether the acting person works in this agency today. Policies ask it of every row, so each agency is
-- looked up once in a transaction and the answer kept with it: `who when ,H26.1+,H26.2-,`.
CREATE FUNCTION agencies.is_mine(code text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    me CONSTANT text := current_setting('motcua.person', true) || ' ' || current_date || ' ,';
    known text := current_setting('motcua.agencies', true);
    found boolean;
BEGIN
    IF me IS NULL OR code IS NULL THEN
        RETURN false;
    ELSIF known IS NULL OR NOT starts_with(known, me) THEN
        known := me;
    ELSIF strpos(known, ',' || code || '+,') > 0 THEN
        RETURN true;
    ELSIF strpos(known, ',' || code || '-,') > 0 THEN
        RETURN false;
    END IF;
    found := EXISTS (SELECT FROM agencies.mine() AS one WHERE one = code);
    PERFORM set_config('motcua.agencies', known || code || CASE WHEN found THEN '+,' ELSE '-,' END, true);
    RETURN found;
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

-- Who controls procedures reads what happened to a case, and finds no case.
CREATE POLICY without_the_case ON db.events FOR SELECT
    USING (kind LIKE 'case.%' AND agencies.oversees(agency_code));

-- Only who controls procedures in an agency hides its looks, and never their own hand in it.
CREATE POLICY control ON exchange.covert_orders FOR SELECT TO motcua_app USING (agencies.oversees(agency_code));
CREATE POLICY order_by_control ON exchange.covert_orders FOR INSERT TO motcua_app
    WITH CHECK (ordered_by = db.person() AND agencies.oversees(agency_code) AND NOT agencies.is_mine(agency_code));
CREATE POLICY lift ON exchange.covert_orders FOR UPDATE TO motcua_app
    USING (lifted_at IS NULL AND agencies.oversees(agency_code)) WITH CHECK (agencies.oversees(agency_code));
GRANT SELECT, INSERT, UPDATE (lifted_at) ON exchange.covert_orders TO motcua_app;
