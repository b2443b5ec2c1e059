-- squawk-ignore-file require-concurrent-index-creation
-- Who looked at a case, for who controls procedures in its agency; what an order still hides among them: it is
-- control that gives such orders, and has to see that they are kept to.
-- Built in the step's own transaction: whoever asks a register waits for it once.
CREATE INDEX looks_of_case ON exchange.looks (case_code) WHERE case_code IS NOT NULL;
CREATE POLICY gate ON cases.looks FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON cases.case_documents FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON exchange.looks FOR SELECT TO motcua_gate USING (true);
GRANT SELECT ON cases.looks, cases.case_documents TO motcua_gate;
GRANT SELECT (id, at, asker_id, register, purpose_vi, purpose_en, case_code, agency_code, covert_id)
    ON exchange.looks TO motcua_gate;
GRANT SELECT (id, at, kind, subject_id, actor_id, facts) ON db.events TO motcua_gate;
CREATE FUNCTION cases.looks_overseen(wanted text, at_most integer) RETURNS TABLE (
    id uuid, at timestamptz, looker_id uuid, is_own boolean, agency_code text, role text, register text,
    purpose_vi text, purpose_en text, is_hidden boolean
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    WITH found AS (
        SELECT c.id, c.code, c.filed_by, c.applicant_id FROM cases.cases c
        WHERE c.code = wanted AND agencies.oversees(c.agency_code)
    ), files AS (
        SELECT d.file_id FROM found f JOIN cases.case_documents d ON d.case_id = f.id
        UNION
        SELECT r.file_id FROM found f JOIN documents.results r ON r.case_id = f.id
    )
    SELECT l.id, l.at, l.officer_id, false, l.agency_code, l.role, NULL, l.purpose_vi, l.purpose_en,
           NOT exchange.is_told(l.covert_id)
    FROM found f JOIN cases.looks l ON l.case_id = f.id
    UNION ALL
    SELECT x.id, x.at, x.asker_id, x.asker_id IN (f.filed_by, f.applicant_id), x.agency_code, NULL,
           x.register, x.purpose_vi, x.purpose_en, NOT exchange.is_told(x.covert_id)
    FROM found f JOIN exchange.looks x ON x.case_code = f.code
    UNION ALL
    SELECT e.id, e.at, e.actor_id, e.actor_id IN (f.filed_by, f.applicant_id), e.facts ->> 'agency', NULL,
           NULL, NULL, NULL, NOT exchange.is_told((e.facts ->> 'covert')::uuid)
    FROM found f JOIN files ON true
    JOIN db.events e ON e.subject_id = files.file_id AND e.kind = 'document.opened'
    ORDER BY 2 DESC, 1 DESC
    LIMIT at_most;
END;
ALTER FUNCTION cases.looks_overseen OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.looks_overseen TO motcua_app;
