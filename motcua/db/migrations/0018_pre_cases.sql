-- Whoever did a step of a case still reads it; a case knows its family; what is written down at a
-- counter is kept until it is filed; a bill goes with its thing to the agency that decides it.
ALTER TABLE cases.cases ADD COLUMN worked_on text[] NOT NULL DEFAULT '{}';
GRANT SELECT (worked_on), UPDATE (worked_on) ON cases.cases TO motcua_gate;
CREATE OR REPLACE FUNCTION cases.hand_over(wanted uuid, receiver text, holder text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    UPDATE cases.cases c
    SET agency_code = receiver, at_agency = holder,
        -- A step of another agency is done; who sends a case to its right door has done none.
        worked_on = CASE WHEN receiver = c.agency_code AND c.at_agency NOT IN (receiver, holder)
                              AND c.at_agency <> ALL (c.worked_on)
                         THEN c.worked_on || c.at_agency ELSE c.worked_on END
    WHERE c.id = wanted
      AND (c.applicant_id IN (db.person(), db.behalf()) OR c.filed_by = db.person()
           OR agencies.is_mine(c.agency_code) OR agencies.is_mine(c.at_agency)
           OR agencies.is_mine(c.counter_code) OR db.is_system());
END;
-- Whoever did a step of it reads how it went on, and changes nothing of it any more.
CREATE POLICY worked_on ON cases.cases FOR SELECT
    USING (worked_on <> '{}' AND EXISTS (SELECT FROM unnest(worked_on) AS w (agency) WHERE agencies.is_mine(w.agency)));

-- The lead of a case and its other parts, or the parts of a lead: who may see one case may know this
-- much of those that belong to it. Of the lead `lead_id` is null.
CREATE FUNCTION cases.family_of(wanted uuid) RETURNS TABLE (
    lead_id uuid, code text, procedure_code text, agency_code text, status smallint,
    due_at timestamptz, closed_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT c.lead_id, c.code, c.procedure_code, c.agency_code, c.status, c.due_at, c.closed_at
    FROM cases.cases own JOIN cases.cases c ON c.lead_id = coalesce(own.lead_id, own.id)
    WHERE own.id = wanted AND c.id <> own.id
    UNION ALL
    SELECT c.lead_id, c.code, c.procedure_code, c.agency_code, c.status, c.due_at, c.closed_at
    FROM cases.cases own JOIN cases.cases c ON c.id = own.lead_id
    WHERE own.id = wanted;
END;
ALTER FUNCTION cases.family_of OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.family_of TO motcua_app;

-- What an officer is writing down at a counter for somebody else: theirs alone, and gone when it is
-- filed. Several at a time, for whoever has to fetch a paper comes back.
CREATE TABLE cases.counter_drafts (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    procedure_code text NOT NULL,
    -- Everything that was typed and looked up so far.
    held jsonb NOT NULL,
    documents jsonb NOT NULL,
    kept_at timestamptz NOT NULL,
    -- The page names its draft, so that two officers may name theirs alike.
    PRIMARY KEY (person_id, id)
);
CREATE INDEX counter_drafts_of_person ON cases.counter_drafts (person_id, kept_at DESC);
ALTER TABLE cases.counter_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.counter_drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON cases.counter_drafts USING (person_id = db.person() OR db.is_system())
    WITH CHECK (person_id = db.person());
GRANT SELECT, INSERT, UPDATE, DELETE ON cases.counter_drafts TO motcua_app;

-- A bill is owed to the agency that decides its thing: the last of these, or the one that it was made for.
CREATE TABLE payments.creditors (
    thing_id uuid NOT NULL REFERENCES payments.requests (thing_id),
    agency_code text NOT NULL,
    made_by uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (thing_id, at)
);
ALTER TABLE payments.creditors ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.creditors FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_bill ON payments.creditors FOR SELECT
    USING (db.is_system() OR payments.is_concerned(thing_id));
-- What is paid or called off stays where it is.
CREATE POLICY pass_on ON payments.creditors FOR INSERT WITH CHECK (
    made_by = db.person() AND payments.is_concerned(thing_id) AND NOT EXISTS (
        SELECT FROM payments.requests AS r JOIN payments.closings AS c ON c.request_id = r.id
        WHERE r.thing_id = ANY (ARRAY[creditors.thing_id])));
GRANT SELECT, INSERT ON payments.creditors TO motcua_app;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.creditors
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();
