-- squawk-ignore-file require-concurrent-index-creation
-- What a case holds of its person is sealed inside its JSON, under '~'. The next start seals what is older;
-- these three list it, and are empty ever after.
CREATE INDEX cases_not_sealed ON cases.cases (id) WHERE NOT subject ? '~';
CREATE INDEX findings_not_sealed ON cases.findings (case_id) WHERE NOT answer ? '~' AND answer <> '{}';
CREATE INDEX drafts_not_sealed ON cases.drafts (person_id) WHERE NOT answers ? '~';
-- Once, and only what was in the clear: otherwise what was asked never changes.
GRANT SELECT (subject), UPDATE (subject, answers, representative) ON cases.cases TO motcua_gate;
GRANT SELECT, UPDATE (answer) ON cases.findings TO motcua_gate;
CREATE POLICY gate ON cases.findings TO motcua_gate USING (true);
CREATE FUNCTION cases.seal_case(wanted uuid, subject jsonb, answers jsonb, representative jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    UPDATE cases.cases c
    SET subject = seal_case.subject, answers = seal_case.answers, representative = seal_case.representative
    WHERE c.id = wanted AND NOT c.subject ? '~' AND db.is_system();
END;
ALTER FUNCTION cases.seal_case OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.seal_case TO motcua_app;
CREATE FUNCTION cases.seal_finding(wanted uuid, named text, answer jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    UPDATE cases.findings f SET answer = seal_finding.answer
    WHERE f.case_id = wanted AND f.finding = named AND NOT f.answer ? '~' AND db.is_system();
END;
ALTER FUNCTION cases.seal_finding OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.seal_finding TO motcua_app;

-- The platform seals drafts that are older than their people's keys.
CREATE POLICY seal ON cases.drafts FOR UPDATE USING (db.is_system()) WITH CHECK (db.is_system());

-- At a person's own request their cases are kept and not worked on, but by who looks after such requests.
CREATE POLICY not_while_restricted ON cases.cases AS RESTRICTIVE FOR UPDATE TO motcua_app
    USING (applicant_id IN (db.person(), db.behalf()) OR db.is_system()
           OR NOT identity.is_restricted(applicant_id, at_agency));
