-- Looks say for which agency they were made, find their person at once, and may be hidden by order of the law.
GRANT USAGE ON SCHEMA exchange TO motcua_gate;

-- In whose name it was asked is known from now on; what was asked before stays as it was written.
ALTER TABLE exchange.looks ADD COLUMN agency_code text, ADD COLUMN covert_id uuid;
ALTER TABLE exchange.look_subjects ADD COLUMN covert_id uuid;

-- Whose a number is, once they have signed in: a look at it is theirs to read from then on.
CREATE TABLE exchange.subjects (
    subject_hash bytea PRIMARY KEY CHECK (length(subject_hash) = 32),
    person_id uuid NOT NULL
);
CREATE INDEX subjects_of_person ON exchange.subjects (person_id);

-- The law lets an agency look unseen: at one person, for a reason, until a day, and then it is told.
CREATE TABLE exchange.covert_orders (
    id uuid PRIMARY KEY,
    subject_hash bytea NOT NULL CHECK (length(subject_hash) = 32),
    -- Whose looks are hidden; everybody else's are told as ever.
    agency_code text NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    legal_basis text NOT NULL CHECK (length(legal_basis) BETWEEN 1 AND 400),
    from_at timestamptz NOT NULL,
    until timestamptz NOT NULL,
    ordered_by uuid NOT NULL,
    ordered_at timestamptz NOT NULL,
    -- When it ended sooner.
    lifted_at timestamptz,
    CHECK (until > from_at),
    CHECK (from_at >= ordered_at),
    CHECK (lifted_at >= ordered_at)
);
CREATE INDEX covert_orders_about ON exchange.covert_orders (subject_hash, agency_code);

ALTER TABLE exchange.subjects ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.subjects FORCE ROW LEVEL SECURITY;
ALTER TABLE exchange.covert_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.covert_orders FORCE ROW LEVEL SECURITY;

-- What hides a look is nobody's to read but the gate's: not even that there is something.
CREATE POLICY gate ON exchange.subjects FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON exchange.covert_orders FOR SELECT TO motcua_gate USING (true);
GRANT SELECT ON exchange.subjects, exchange.covert_orders TO motcua_gate;

-- The order in force for a look, if there is one: by number, or by a person whose numbers are known.
CREATE FUNCTION exchange.covert_order(hash bytea, people uuid[], agency text, moment timestamptz) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT o.id FROM exchange.covert_orders o
    WHERE o.agency_code = agency
      AND o.from_at <= moment AND moment < least(o.until, o.lifted_at)
      AND (o.subject_hash = hash OR o.subject_hash IN (
          SELECT s.subject_hash FROM exchange.subjects s WHERE s.person_id = ANY (people)))
    ORDER BY least(o.until, o.lifted_at) DESC
    LIMIT 1;
END;
ALTER FUNCTION exchange.covert_order OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION exchange.covert_order TO motcua_app;

-- Whether what an order hid may be told by now.
CREATE FUNCTION exchange.is_told(covert uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT covert IS NULL OR EXISTS (
        SELECT FROM exchange.covert_orders o WHERE o.id = covert AND least(o.until, o.lifted_at) <= now());
END;
ALTER FUNCTION exchange.is_told OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION exchange.is_told TO motcua_app;

-- Whose number it is, for a look at it.
CREATE FUNCTION exchange.person_of(hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT s.person_id FROM exchange.subjects s WHERE s.subject_hash = hash;
END;
ALTER FUNCTION exchange.person_of OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION exchange.person_of TO motcua_app;

-- Learnt at a sign-in, by the platform.
CREATE POLICY learn ON exchange.subjects TO motcua_app USING (db.is_system()) WITH CHECK (db.is_system());
GRANT SELECT, INSERT, UPDATE (person_id) ON exchange.subjects TO motcua_app;

DROP POLICY subject ON exchange.look_subjects;
CREATE POLICY subject ON exchange.look_subjects FOR SELECT
    USING ((person_id IN (db.person(), db.behalf()) AND (covert_id IS NULL OR exchange.is_told(covert_id)))
           OR db.is_system());

-- Openings of files are events of the ground; those that an order hides are hidden there too.
CREATE POLICY not_yet_told ON db.events AS RESTRICTIVE FOR SELECT
    USING (kind <> 'document.opened' OR NOT facts ? 'covert' OR actor_id = db.person() OR db.is_system()
           OR exchange.is_told((facts ->> 'covert')::uuid));
