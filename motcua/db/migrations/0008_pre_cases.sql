-- One request to the city, from filing to answer, and everything that was said and found on the way.

CREATE SCHEMA cases;
GRANT USAGE ON SCHEMA cases TO motcua_app, motcua_gate;

-- Every definition under which a case was ever filed. A case keeps its own; packs move on.
CREATE TABLE cases.procedures (
    code text NOT NULL,
    version text NOT NULL,
    definition jsonb NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (code, version)
);
ALTER TABLE cases.procedures ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.procedures FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON cases.procedures FOR SELECT USING (db.person() IS NOT NULL);
CREATE POLICY read_in ON cases.procedures FOR INSERT WITH CHECK (db.is_system());
GRANT SELECT, INSERT ON cases.procedures TO motcua_app;

-- The running number of an agency's day. Taken inside the filing transaction: no gaps, no doubles.
CREATE TABLE cases.numbers (
    agency_code text NOT NULL,
    day date NOT NULL,
    last integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (agency_code, day)
) WITH (fillfactor = 50);
ALTER TABLE cases.numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.numbers FORCE ROW LEVEL SECURITY;
CREATE POLICY anyone_who_files ON cases.numbers USING (db.person() IS NOT NULL);
GRANT SELECT, INSERT, UPDATE (last) ON cases.numbers TO motcua_app;

CREATE TABLE cases.cases (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    procedure_code text NOT NULL,
    procedure_version text NOT NULL,
    agency_code text NOT NULL,
    step text NOT NULL,
    -- The ten states exchanged with the national portal.
    status smallint NOT NULL CHECK (status BETWEEN 1 AND 10),
    -- Who acted, for whom, and whom the result is about; often one and the same person.
    filed_by uuid NOT NULL,
    filed_by_name text NOT NULL,
    applicant_id uuid NOT NULL,
    applicant_name text NOT NULL,
    subject jsonb NOT NULL,
    answers jsonb NOT NULL,
    delivery text NOT NULL CHECK (delivery IN ('electronic', 'counter', 'post')),
    fee jsonb NOT NULL,
    fee_amount bigint NOT NULL CHECK (fee_amount >= 0),
    filed_at timestamptz NOT NULL,
    intake_due_at timestamptz NOT NULL,
    accepted_at timestamptz,
    due_at timestamptz,
    -- Why the city promised that moment.
    due_reasons jsonb NOT NULL DEFAULT '[]',
    handler_id uuid,
    closed_at timestamptz,
    FOREIGN KEY (procedure_code, procedure_version) REFERENCES cases.procedures (code, version),
    -- A due date is a promise made on acceptance, and never before.
    CHECK ((accepted_at IS NULL) = (due_at IS NULL)),
    CHECK (due_at > accepted_at AND intake_due_at > filed_at)
);
CREATE INDEX cases_of_applicant ON cases.cases (applicant_id, filed_at DESC);
CREATE INDEX cases_filed_by ON cases.cases (filed_by, filed_at DESC);
-- The desk: what is open in an agency, by what is due first.
CREATE INDEX open_cases_of_agency
    ON cases.cases (agency_code, (coalesce(due_at, intake_due_at))) WHERE closed_at IS NULL;
ALTER TABLE cases.cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.cases FORCE ROW LEVEL SECURITY;
CREATE POLICY concerned ON cases.cases FOR SELECT
    USING (db.person() IN (filed_by, applicant_id) OR applicant_id = db.behalf()
           OR agency_code IN (SELECT agencies.mine()) OR db.is_system());
CREATE POLICY file_as_oneself ON cases.cases FOR INSERT
    WITH CHECK (filed_by = db.person() AND applicant_id IN (db.person(), db.behalf()));
CREATE POLICY act_when_concerned ON cases.cases FOR UPDATE
    USING (db.person() IN (filed_by, applicant_id) OR applicant_id = db.behalf()
           OR agency_code IN (SELECT agencies.mine()) OR db.is_system());
GRANT SELECT, INSERT ON cases.cases TO motcua_app;
-- What was asked, by whom and when never changes; where the case stands does.
GRANT UPDATE (step, status, answers, accepted_at, due_at, due_reasons, handler_id, closed_at)
    ON cases.cases TO motcua_app;

-- Progress without signing in: the gate may see this much and no more (TT 01/2018, art. 16).
CREATE POLICY progress ON cases.cases FOR SELECT TO motcua_gate USING (true);
GRANT SELECT (code, status, procedure_code, agency_code, filed_at, intake_due_at, due_at, closed_at)
    ON cases.cases TO motcua_gate;
CREATE FUNCTION cases.progress(wanted text) RETURNS TABLE (
    status smallint, procedure_code text, agency_code text,
    filed_at timestamptz, intake_due_at timestamptz, due_at timestamptz, closed_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT c.status, c.procedure_code, c.agency_code,
           c.filed_at, c.intake_due_at, c.due_at, c.closed_at
    FROM cases.cases c WHERE c.code = wanted;
END;
ALTER FUNCTION cases.progress OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.progress TO motcua_app;

CREATE TABLE cases.case_documents (
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    requirement text NOT NULL,
    file_id uuid NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, file_id)
);
ALTER TABLE cases.case_documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.case_documents FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_case ON cases.case_documents
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = case_id));
GRANT SELECT, INSERT ON cases.case_documents TO motcua_app;

-- What a register said. The officers of the case see it; the person sees who asked, under /me/looks.
CREATE TABLE cases.findings (
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    finding text NOT NULL,
    register text NOT NULL,
    look_id uuid NOT NULL,
    -- "Nothing known" is an answer; a register that is down gives none, and no row.
    state text NOT NULL CHECK (state IN ('found', 'nothing')),
    answer jsonb NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, finding)
);
ALTER TABLE cases.findings ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.findings FORCE ROW LEVEL SECURITY;
CREATE POLICY officers_of_the_case ON cases.findings
    USING (db.is_system() OR EXISTS (
        SELECT FROM cases.cases c WHERE c.id = case_id AND c.agency_code IN (SELECT agencies.mine())));
GRANT SELECT, INSERT ON cases.findings TO motcua_app;

CREATE TABLE cases.proposals (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    proposed_by uuid NOT NULL,
    proposed_by_name text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('granted', 'refused')),
    words text NOT NULL,
    proposed_at timestamptz NOT NULL,
    UNIQUE (id, proposed_by)
);
CREATE INDEX proposals_of_case ON cases.proposals (case_id, proposed_at DESC);
ALTER TABLE cases.proposals ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.proposals FORCE ROW LEVEL SECURITY;
CREATE POLICY officers_of_the_case ON cases.proposals
    USING (db.is_system() OR EXISTS (
        SELECT FROM cases.cases c WHERE c.id = case_id AND c.agency_code IN (SELECT agencies.mine())))
    WITH CHECK (proposed_by = db.person() AND EXISTS (
        SELECT FROM cases.cases c WHERE c.id = case_id AND c.agency_code IN (SELECT agencies.mine())));
GRANT SELECT, INSERT ON cases.proposals TO motcua_app;

CREATE TABLE cases.approvals (
    proposal_id uuid PRIMARY KEY,
    proposed_by uuid NOT NULL,
    approved_by uuid NOT NULL,
    approved_by_name text NOT NULL,
    approved_at timestamptz NOT NULL,
    FOREIGN KEY (proposal_id, proposed_by) REFERENCES cases.proposals (id, proposed_by),
    -- Four eyes: nobody approves their own proposal.
    CHECK (approved_by <> proposed_by)
);
ALTER TABLE cases.approvals ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.approvals FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_proposal ON cases.approvals
    USING (EXISTS (SELECT FROM cases.proposals p WHERE p.id = proposal_id))
    WITH CHECK (approved_by = db.person()
                AND EXISTS (SELECT FROM cases.proposals p WHERE p.id = proposal_id));
GRANT SELECT, INSERT ON cases.approvals TO motcua_app;

-- What was asked for once more, and when it came.
CREATE TABLE cases.supplements (
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    words text NOT NULL,
    -- Where the case returns to when the supplement is in.
    step text NOT NULL,
    PRIMARY KEY (case_id, asked_at)
);
ALTER TABLE cases.supplements ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.supplements FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_case ON cases.supplements
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = case_id));
GRANT SELECT, INSERT ON cases.supplements TO motcua_app;

-- A form not yet sent. It is the person's alone and goes when it is sent.
CREATE TABLE cases.drafts (
    person_id uuid NOT NULL,
    procedure_code text NOT NULL,
    behalf_id uuid,
    answers jsonb NOT NULL,
    documents jsonb NOT NULL,
    subject_number text,
    -- Which of several agencies is to receive it; null where there is one, or nobody chose yet.
    agency_code text,
    delivery text NOT NULL,
    kept_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, procedure_code)
);
ALTER TABLE cases.drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON cases.drafts USING (person_id = db.person() OR db.is_system())
    WITH CHECK (person_id = db.person());
GRANT SELECT, INSERT, UPDATE, DELETE ON cases.drafts TO motcua_app;

-- Every time an officer opened a case: who, in which post's agency, what for. Whoever may see the
-- case sees who looked; only added to.
CREATE TABLE cases.looks (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    officer_id uuid NOT NULL,
    officer_name text NOT NULL,
    agency_code text NOT NULL,
    -- In words a person understands; without a purpose nobody looks.
    purpose_vi text NOT NULL CHECK (purpose_vi <> ''),
    purpose_en text NOT NULL CHECK (purpose_en <> '')
);
CREATE INDEX looks_at_case ON cases.looks (case_id, id DESC);
ALTER TABLE cases.looks ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.looks FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_case ON cases.looks FOR SELECT
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = case_id));
CREATE POLICY own ON cases.looks FOR INSERT WITH CHECK (
    officer_id = db.person() AND EXISTS (SELECT FROM cases.cases c WHERE c.id = case_id));
GRANT SELECT, INSERT ON cases.looks TO motcua_app;
