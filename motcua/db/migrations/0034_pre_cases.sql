-- What is known of a file that was made of a paper (circular 01/2023): written by an officer of a case to which
-- it belongs. Without a row a file is a component all the same, and nothing more is known of it.
CREATE TABLE cases.digitised_papers (
    file_id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    number text NOT NULL CHECK (length(number) <= 100),
    issuer text NOT NULL CHECK (length(issuer) <= 300),
    signer text NOT NULL CHECK (length(signer) <= 300),
    holder text NOT NULL CHECK (length(holder) <= 300),
    summary text NOT NULL CHECK (length(summary) <= 1000),
    issued_on date,
    -- The last day on which it holds; null: it has no end.
    valid_until date,
    agency_code text NOT NULL,
    digitised_by uuid NOT NULL,
    digitised_by_name text NOT NULL,
    digitised_at timestamptz NOT NULL,
    -- Not to be taken for later requests any more, and why.
    withdrawn_at timestamptz,
    withdrawn_because text CHECK (withdrawn_because <> ''),
    FOREIGN KEY (case_id, file_id) REFERENCES cases.case_documents (case_id, file_id),
    CHECK (valid_until >= issued_on),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_because IS NULL))
);
CREATE INDEX digitised_papers_of_case ON cases.digitised_papers (case_id);
ALTER TABLE cases.digitised_papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.digitised_papers FORCE ROW LEVEL SECURITY;
-- Whoever may see the case to which it came; so its owner, in whose vault it lies.
CREATE POLICY with_the_case ON cases.digitised_papers FOR SELECT
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
CREATE POLICY describe ON cases.digitised_papers FOR INSERT
    WITH CHECK (digitised_by = db.person() AND EXISTS (
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND (agencies.is_mine(c.at_agency) OR agencies.is_mine(c.agency_code) OR agencies.is_mine(c.counter_code))));
CREATE POLICY describe_anew ON cases.digitised_papers FOR UPDATE
    USING (EXISTS (
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND (agencies.is_mine(c.at_agency) OR agencies.is_mine(c.agency_code) OR agencies.is_mine(c.counter_code))))
    WITH CHECK (digitised_by = db.person());
GRANT SELECT, INSERT, UPDATE (number, issuer, signer, holder, summary, issued_on, valid_until, agency_code,
    digitised_by, digitised_by_name, digitised_at, withdrawn_at, withdrawn_because)
    ON cases.digitised_papers TO motcua_app;

-- A file of the vault that served another request: who took it, for which requirement, and whether it was the
-- result of an earlier case (3) or a paper of one (2). Counted after the act, once for each case.
CREATE TABLE cases.reuses (
    case_id uuid NOT NULL,
    file_id uuid NOT NULL,
    requirement text NOT NULL,
    -- The kind of component in the pack; empty where the pack names none.
    component text NOT NULL,
    digitised smallint NOT NULL CHECK (digitised IN (2, 3)),
    taken_by uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (case_id, file_id),
    FOREIGN KEY (case_id, file_id) REFERENCES cases.case_documents (case_id, file_id)
);
CREATE INDEX reuses_of_file ON cases.reuses (file_id);
ALTER TABLE cases.reuses ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.reuses FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_case ON cases.reuses FOR SELECT
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
CREATE POLICY count ON cases.reuses FOR INSERT WITH CHECK (db.is_system());
GRANT SELECT, INSERT ON cases.reuses TO motcua_app;
