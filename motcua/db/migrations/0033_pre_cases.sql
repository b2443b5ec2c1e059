-- The forms that a case has had, each of the event that it tells of. The bytes lie in the store; the row is
-- there before them, so that a second try after a failure carries the same number.
CREATE TABLE cases.papers (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    cause uuid NOT NULL,
    -- The place of that event in the case's history.
    cause_sequence bigint NOT NULL CHECK (cause_sequence > 0),
    kind text NOT NULL,
    -- Its number in the rules of that day.
    form text NOT NULL,
    agency_code text NOT NULL,
    year smallint NOT NULL,
    sequence integer NOT NULL CHECK (sequence > 0),
    number text NOT NULL CHECK (number <> ''),
    issued_on date NOT NULL,
    sha256 bytea CHECK (length(sha256) = 32),
    size integer CHECK (size > 0),
    UNIQUE (case_id, cause, kind),
    UNIQUE (agency_code, kind, year, sequence),
    CHECK ((sha256 IS NULL) = (size IS NULL))
);
ALTER TABLE cases.papers ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.papers FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_case ON cases.papers FOR SELECT
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
-- Whoever asks for one, or acts so that there must be one: the platform makes it.
CREATE POLICY make ON cases.papers FOR INSERT WITH CHECK (db.is_system());
CREATE POLICY keep ON cases.papers FOR UPDATE USING (db.is_system());
GRANT SELECT, INSERT, UPDATE (sha256, size) ON cases.papers TO motcua_app;

-- The book of an agency: what it took in carries its code. What came to it from another door does not, and is
-- found here. Nothing that an act changes is in it, so acts stay as cheap as they were.
-- Built in the step's own transaction: writers wait for it once.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX cases_sent_here ON cases.cases (agency_code, filed_at) WHERE NOT starts_with(code, agency_code || '-');
