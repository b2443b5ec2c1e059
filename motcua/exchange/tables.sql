-- Every look at a person's record in somebody's register: who asked, what, why, and how it ended.
-- Never what was answered: the answer belongs to whoever needed it, and may be deleted there.

CREATE SCHEMA exchange;
GRANT USAGE ON SCHEMA exchange TO motcua_app;

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
    case_code text
);
CREATE INDEX looks_by_subject ON exchange.looks (subject_hash);
CREATE INDEX looks_by_time ON exchange.looks (at);

-- Whom a look was about. Written with the look, or when that person first signs in.
CREATE TABLE exchange.look_subjects (
    person_id uuid NOT NULL,
    look_id uuid NOT NULL REFERENCES exchange.looks,
    PRIMARY KEY (person_id, look_id)
);

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

CREATE POLICY subject ON exchange.look_subjects FOR SELECT
    USING (person_id IN (db.person(), db.behalf()) OR db.is_system());
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
