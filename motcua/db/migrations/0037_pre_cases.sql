-- What officers of one agency tell each other about a case. Its people never find it here; what is held
-- about them they are told where they ask for it.
CREATE TABLE cases.notes (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    at timestamptz NOT NULL,
    agency_code text NOT NULL,
    officer_id uuid NOT NULL,
    officer_name text NOT NULL,
    words text NOT NULL CHECK (words <> ''),
    -- To whom the case was handed with these words.
    to_name text
);
CREATE INDEX notes_of_case ON cases.notes (case_id, at);
ALTER TABLE cases.notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.notes FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_agency ON cases.notes FOR SELECT
    USING (db.is_system() OR (agencies.is_mine(agency_code) AND EXISTS (
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND c.applicant_id <> db.person() AND (c.filed_by <> db.person() OR c.counter_code IS NOT NULL))));
CREATE POLICY note ON cases.notes FOR INSERT
    WITH CHECK (officer_id = db.person() AND agencies.is_mine(agency_code) AND EXISTS (
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND c.applicant_id <> db.person() AND (c.filed_by <> db.person() OR c.counter_code IS NOT NULL)));
GRANT SELECT, INSERT ON cases.notes TO motcua_app;

-- Words that an agency's officers write again and again, beside those of the pack.
CREATE TABLE cases.templates (
    id uuid PRIMARY KEY,
    agency_code text NOT NULL,
    -- For which form of the desk, as the last part of its address.
    noun text NOT NULL CHECK (noun ~ '^[a-z][a-z-]{0,40}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    words text NOT NULL CHECK (length(words) BETWEEN 1 AND 4000),
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    dropped_at timestamptz
);
CREATE INDEX templates_of_agency ON cases.templates (agency_code, noun, name) WHERE dropped_at IS NULL;
ALTER TABLE cases.templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.templates FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_agency ON cases.templates FOR SELECT USING (db.is_system() OR agencies.is_mine(agency_code));
CREATE POLICY make ON cases.templates FOR INSERT
    WITH CHECK (made_by = db.person() AND agencies.is_mine(agency_code));
CREATE POLICY drop_it ON cases.templates FOR UPDATE USING (agencies.is_mine(agency_code));
GRANT SELECT, INSERT, UPDATE (dropped_at) ON cases.templates TO motcua_app;

-- The answers as they were until their person put them right, sealed as they were: what changed is seen
-- beside what stands now.
CREATE TABLE cases.answer_versions (
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    until timestamptz NOT NULL,
    answers jsonb NOT NULL,
    PRIMARY KEY (case_id, until)
);
ALTER TABLE cases.answer_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.answer_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_case ON cases.answer_versions
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
GRANT SELECT, INSERT ON cases.answer_versions TO motcua_app;
