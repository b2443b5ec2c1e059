-- Every look at a person's record in somebody's register: who asked, what, why, and how it ended.
-- Never what was answered: the answer belongs to whoever needed it, and may be deleted there.

CREATE SCHEMA exchange;
GRANT USAGE ON SCHEMA exchange TO motcua_app, motcua_gate;

CREATE TABLE exchange.looks (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    asker_id uuid NOT NULL,
    -- HMAC-SHA256 of the number asked about, so that a look can find its person later.
    subject_hash bytea NOT NULL CHECK (length(subject_hash) = 32),
    register text NOT NULL,
    operation text NOT NULL,
    -- In words a person understands; without a purpose nobody looks.
    purpose_vi text NOT NULL CHECK (purpose_vi <> ''),
    purpose_en text NOT NULL CHECK (purpose_en <> ''),
    legal_basis text NOT NULL CHECK (legal_basis <> ''),
    case_code text,
    -- For which agency it was asked; null: for the person who asked.
    agency_code text,
    -- The order by which the law hides it from its person, as long as that holds.
    covert_id uuid
);
CREATE INDEX looks_by_subject ON exchange.looks (subject_hash);
CREATE INDEX looks_by_time ON exchange.looks (at);
CREATE INDEX looks_of_case ON exchange.looks (case_code) WHERE case_code IS NOT NULL;

-- Whom a look was about. Written with the look, or when that person first signs in.
CREATE TABLE exchange.look_subjects (
    person_id uuid NOT NULL,
    look_id uuid NOT NULL REFERENCES exchange.looks,
    covert_id uuid,
    PRIMARY KEY (person_id, look_id)
);

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

CREATE TABLE exchange.look_outcomes (
    look_id uuid PRIMARY KEY REFERENCES exchange.looks,
    at timestamptz NOT NULL,
    -- found, nothing, or the reason why there is no answer.
    outcome text NOT NULL CHECK (outcome ~ '^(found|nothing|register\.[a-z_]+)$'),
    milliseconds integer NOT NULL CHECK (milliseconds >= 0),
    tries smallint NOT NULL CHECK (tries >= 0)
);

ALTER TABLE exchange.looks ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.looks FORCE ROW LEVEL SECURITY;
ALTER TABLE exchange.look_subjects ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.look_subjects FORCE ROW LEVEL SECURITY;
ALTER TABLE exchange.look_outcomes ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange.look_outcomes FORCE ROW LEVEL SECURITY;
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

CREATE POLICY subject ON exchange.look_subjects FOR SELECT
    USING ((person_id IN (db.person(), db.behalf()) AND (covert_id IS NULL OR exchange.is_told(covert_id)))
           OR db.is_system());
-- The asker sees own looks; the subject sees looks about them.
CREATE POLICY asker_or_subject ON exchange.looks FOR SELECT USING (
    asker_id = db.person()
    OR db.is_system()
    OR EXISTS (
        SELECT FROM exchange.look_subjects AS about
        WHERE about.look_id = ANY (ARRAY[looks.id]) AND about.person_id IN (db.person(), db.behalf())
    )
);
CREATE POLICY asker ON exchange.looks FOR INSERT WITH CHECK (asker_id = db.person());
-- Nobody declares another's look to be about somebody, except the platform at a first sign-in.
CREATE POLICY asker ON exchange.look_subjects FOR INSERT WITH CHECK (
    db.is_system()
    OR EXISTS (
        SELECT FROM exchange.looks AS look
        WHERE look.id = ANY (ARRAY[look_subjects.look_id]) AND look.asker_id = db.person()
    )
);
CREATE POLICY seen_with_its_look ON exchange.look_outcomes FOR SELECT
    USING (EXISTS (SELECT FROM exchange.looks AS look WHERE look.id = ANY (ARRAY[look_outcomes.look_id])));
CREATE POLICY asker ON exchange.look_outcomes FOR INSERT WITH CHECK (
    EXISTS (
        SELECT FROM exchange.looks AS look
        WHERE look.id = ANY (ARRAY[look_outcomes.look_id]) AND look.asker_id = db.person()
    )
);

-- History is only added to.
GRANT SELECT, INSERT ON exchange.looks, exchange.look_subjects, exchange.look_outcomes TO motcua_app;

-- Openings of files are events of the ground; those that an order hides are hidden there too.
CREATE POLICY not_yet_told ON db.events AS RESTRICTIVE FOR SELECT
    USING (kind <> 'document.opened' OR NOT facts ? 'covert' OR actor_id = db.person() OR db.is_system()
           OR exchange.is_told((facts ->> 'covert')::uuid));
