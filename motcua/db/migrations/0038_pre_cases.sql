-- How a person found it that their case was handled: once, put right as long as the pack allows. Who
-- handled it does not find out.
CREATE TABLE cases.ratings (
    case_id uuid PRIMARY KEY REFERENCES cases.cases (id),
    person_id uuid NOT NULL,
    score smallint NOT NULL CHECK (score BETWEEN 1 AND 10),
    reasons text[] NOT NULL,
    rated_at timestamptz NOT NULL,
    corrected_at timestamptz CHECK (corrected_at >= rated_at)
);
ALTER TABLE cases.ratings ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.ratings FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON cases.ratings FOR SELECT USING (person_id IN (db.person(), db.behalf()) OR db.is_system());
CREATE POLICY rate ON cases.ratings FOR INSERT
    WITH CHECK (person_id IN (db.person(), db.behalf()) AND EXISTS (
        SELECT FROM cases.cases c
        WHERE c.id = ANY (ARRAY[case_id]) AND c.applicant_id = person_id AND c.closed_at IS NOT NULL));
CREATE POLICY put_right ON cases.ratings FOR UPDATE USING (person_id IN (db.person(), db.behalf()));
GRANT SELECT, INSERT, UPDATE (score, reasons, corrected_at) ON cases.ratings TO motcua_app;

-- A complaint about how a case is handled. It goes to who controls procedures in the agency, and never to
-- anybody who had a hand in the case, whatever posts they hold.
CREATE TABLE cases.complaints (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    -- As control reads it, who finds no case.
    case_code text NOT NULL,
    procedure_code text NOT NULL,
    agency_code text NOT NULL,
    person_id uuid NOT NULL,
    person_name text NOT NULL,
    complained_at timestamptz NOT NULL,
    answered_at timestamptz,
    upheld boolean,
    CHECK ((answered_at IS NULL) = (upheld IS NULL)),
    CHECK (answered_at >= complained_at)
);
CREATE INDEX complaints_of_case ON cases.complaints (case_id, complained_at);
CREATE INDEX complaints_of_agency ON cases.complaints (agency_code, complained_at DESC);
-- One at a time: what is added to an open complaint is another word in it.
CREATE UNIQUE INDEX one_open_complaint ON cases.complaints (case_id, person_id) WHERE answered_at IS NULL;
-- Owned by the gate, to which the handler of a case is no secret.
GRANT SELECT (handler_id) ON cases.cases TO motcua_gate;
CREATE FUNCTION cases.has_hand_in(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM cases.cases c
                   WHERE c.id = wanted AND db.person() IN (c.handler_id, c.filed_by, c.applicant_id));
END;
ALTER FUNCTION cases.has_hand_in OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.has_hand_in TO motcua_app;
-- What one did oneself one may always read: the events need no gate.
CREATE FUNCTION cases.controls(agency text, wanted uuid) RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT agencies.oversees(agency) AND NOT cases.has_hand_in(wanted) AND NOT EXISTS (
        SELECT FROM db.events e
        WHERE e.subject_id = wanted AND e.actor_id = db.person() AND e.kind NOT LIKE 'case.complain%');
END;
ALTER TABLE cases.complaints ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.complaints FORCE ROW LEVEL SECURITY;
CREATE POLICY person_and_control ON cases.complaints FOR SELECT
    USING (person_id IN (db.person(), db.behalf()) OR db.is_system() OR cases.controls(agency_code, case_id));
CREATE POLICY complain ON cases.complaints FOR INSERT
    WITH CHECK (person_id IN (db.person(), db.behalf()) AND EXISTS (
        SELECT FROM cases.cases c
        WHERE c.id = ANY (ARRAY[case_id]) AND c.applicant_id = person_id AND c.agency_code = complaints.agency_code));
CREATE POLICY answer ON cases.complaints FOR UPDATE
    USING (answered_at IS NULL AND cases.controls(agency_code, case_id))
    WITH CHECK (answered_at IS NOT NULL);
GRANT SELECT, INSERT, UPDATE (answered_at, upheld) ON cases.complaints TO motcua_app;

-- What was said in it, sealed with its person's key.
CREATE TABLE cases.complaint_words (
    id uuid PRIMARY KEY,
    complaint_id uuid NOT NULL REFERENCES cases.complaints (id),
    at timestamptz NOT NULL,
    by_id uuid NOT NULL,
    by_name text NOT NULL,
    is_control boolean NOT NULL,
    words jsonb NOT NULL
);
CREATE INDEX words_of_complaint ON cases.complaint_words (complaint_id, at);
ALTER TABLE cases.complaint_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.complaint_words FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_complaint ON cases.complaint_words FOR SELECT
    USING (EXISTS (SELECT FROM cases.complaints p WHERE p.id = ANY (ARRAY[complaint_id])));
CREATE POLICY say ON cases.complaint_words FOR INSERT
    WITH CHECK (by_id = db.person() AND EXISTS (
        SELECT FROM cases.complaints p
        WHERE p.id = ANY (ARRAY[complaint_id]) AND p.answered_at IS NULL
          AND is_control = (p.person_id NOT IN (db.person(), coalesce(db.behalf(), db.person())))));
GRANT SELECT, INSERT ON cases.complaint_words TO motcua_app;

-- How somebody rated it, and that they complained, is in the history for the platform, which counts it, and
-- for themselves: not for whom it is about.
CREATE POLICY in_confidence ON db.events AS RESTRICTIVE FOR SELECT TO motcua_app
    USING ((kind <> 'case.rated' AND kind NOT LIKE 'case.complain%') OR db.is_system()
           OR db.person() IN (actor_id, person_id) OR person_id = db.behalf());
