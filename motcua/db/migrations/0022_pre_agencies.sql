-- Roles are told apart by the database: who works on cases, and who only controls how they went.
-- The agencies in which the acting person works on cases today, by a post or in another's place; policies
-- of the rooms above ask it. Who only controls, runs the platform or sits on the council finds no case.
CREATE OR REPLACE FUNCTION agencies.mine() RETURNS SETOF text LANGUAGE sql STABLE PARALLEL SAFE
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

ALTER TABLE cases.looks ADD COLUMN role text CHECK (role ~ '^[a-z][a-z-]{0,40}$'), ADD COLUMN covert_id uuid;
DROP POLICY with_the_case ON cases.looks;
DROP POLICY own ON cases.looks;
CREATE POLICY with_the_case ON cases.looks FOR SELECT
    USING ((covert_id IS NULL OR db.is_system() OR exchange.is_told(covert_id))
           AND EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
CREATE POLICY own ON cases.looks FOR INSERT WITH CHECK (
    officer_id = db.person() AND (agencies.oversees(agency_code)
        OR EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id]))));
-- One's own also without the case, which who controls procedures does not find.
CREATE POLICY own_before ON cases.looks FOR SELECT USING (officer_id = db.person());

-- Of which case the history may be read by who controls procedures in its agency.
CREATE FUNCTION cases.overseen(wanted text) RETURNS TABLE (id uuid, agency_code text, procedure_code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT c.id, c.agency_code, c.procedure_code FROM cases.cases c
    WHERE c.code = wanted AND agencies.oversees(c.agency_code);
END;
ALTER FUNCTION cases.overseen OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.overseen TO motcua_app;
