-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion
-- Lists that stay as quick as they are while a city's past grows (docs/notes/0022).
DROP INDEX cases.open_cases_of_agency;
CREATE INDEX open_cases_of_agency
    ON cases.cases (at_agency, lane, (coalesce(due_at, intake_due_at)), code)
    INCLUDE (id, due_at, intake_due_at, business, step_role) WHERE closed_at IS NULL;

-- The policies would ask each open case, thousands of times for one page, what is known beforehand: that
-- whoever asks works in its agency. These two ask it once of each agency and read the index alone. What a
-- page shows is read under the policies as ever.
GRANT SELECT (lane, business, step_role, applicant_name) ON cases.cases TO motcua_gate;
CREATE POLICY gate ON cases.opinions FOR SELECT TO motcua_gate USING (true);
GRANT SELECT (case_id, agency_code, given_at) ON cases.opinions TO motcua_gate;
CREATE FUNCTION cases.count_open(
    posts text[], roles text[], now timestamptz, tomorrow timestamptz, next_week timestamptz
) RETURNS TABLE (
    everything bigint, mine bigint, late bigint, today bigint, week bigint,
    mine_late bigint, mine_today bigint, mine_week bigint, asked bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    WITH held AS MATERIALIZED (
        SELECT p.agency, array_append(array_agg(p.role), '') AS roles FROM unnest(posts, roles) AS p (agency, role)
        WHERE p.agency IN (SELECT agencies.mine()) GROUP BY p.agency
    )
    SELECT count(*),
           count(*) FILTER (WHERE o.is_mine),
           count(*) FILTER (WHERE o.promised_at < now),
           count(*) FILTER (WHERE o.promised_at < tomorrow),
           count(*) FILTER (WHERE o.promised_at < next_week),
           count(*) FILTER (WHERE o.is_mine AND o.promised_at < now),
           count(*) FILTER (WHERE o.is_mine AND o.promised_at < tomorrow),
           count(*) FILTER (WHERE o.is_mine AND o.promised_at < next_week),
           (SELECT count(*)
            FROM held JOIN cases.opinions w ON w.agency_code = held.agency AND w.given_at IS NULL
            JOIN cases.cases c ON c.id = w.case_id AND c.closed_at IS NULL)
    FROM (
        -- What waits for its applicant is neither late nor anybody's work.
        SELECT CASE WHEN c.business NOT IN ('incomplete', 'supplement')
                    THEN coalesce(c.due_at, c.intake_due_at) END AS promised_at,
               c.business NOT IN ('incomplete', 'supplement') AND c.step_role = ANY (held.roles) AS is_mine
        FROM held JOIN cases.cases c ON c.at_agency = held.agency AND c.closed_at IS NULL
    ) AS o;
END;
ALTER FUNCTION cases.count_open OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.count_open TO motcua_app;

-- `total` of what was searched for; without words `count_open` knows it. A whole code finds that case only.
-- Names are compared without marks, by core functions only.
CREATE FUNCTION cases.page_of_open(
    posts text[], roles text[], only_mine boolean, before timestamptz, words text, at_most integer, skip integer
) RETURNS TABLE (id uuid, total bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE
    exact CONSTANT uuid := (SELECT c.id FROM cases.cases c WHERE words <> '' AND c.code = upper(words));
BEGIN
    IF exact IS NOT NULL THEN
        RETURN QUERY
        SELECT c.id, CAST(1 AS bigint) FROM cases.cases c
        WHERE c.id = exact AND c.closed_at IS NULL AND c.at_agency IN (SELECT agencies.mine())
          AND EXISTS (SELECT FROM unnest(posts, roles) AS p (agency, role)
                      WHERE p.agency = c.at_agency AND (NOT only_mine OR c.step_role IN ('', p.role)))
          AND (before IS NULL OR coalesce(c.due_at, c.intake_due_at) < before)
          AND (NOT only_mine AND before IS NULL OR c.business NOT IN ('incomplete', 'supplement'))
          AND skip = 0;
    ELSIF words = '' THEN
        RETURN QUERY
        WITH held AS MATERIALIZED (
            SELECT p.agency, array_append(array_agg(p.role), '') AS roles FROM unnest(posts, roles) AS p (agency, role)
            WHERE p.agency IN (SELECT agencies.mine()) GROUP BY p.agency
        )
        SELECT first.id, CAST(NULL AS bigint)
        FROM held CROSS JOIN LATERAL (
            SELECT c.id, c.lane, coalesce(c.due_at, c.intake_due_at) AS promised_at, c.code
            FROM cases.cases c
            WHERE c.at_agency = held.agency AND c.closed_at IS NULL
              AND (NOT only_mine OR (c.business NOT IN ('incomplete', 'supplement') AND c.step_role = ANY (held.roles)))
              AND (before IS NULL OR (c.business NOT IN ('incomplete', 'supplement')
                                      AND coalesce(c.due_at, c.intake_due_at) < before))
            ORDER BY c.lane, coalesce(c.due_at, c.intake_due_at), c.code
            LIMIT at_most + skip
        ) AS first
        ORDER BY first.lane, first.promised_at, first.code
        LIMIT at_most OFFSET skip;
    ELSE
        RETURN QUERY
        WITH held AS MATERIALIZED (
            SELECT p.agency, array_append(array_agg(p.role), '') AS roles FROM unnest(posts, roles) AS p (agency, role)
            WHERE p.agency IN (SELECT agencies.mine()) GROUP BY p.agency
        )
        SELECT c.id, count(*) OVER ()
        FROM held JOIN cases.cases c ON c.at_agency = held.agency AND c.closed_at IS NULL
        WHERE (strpos(c.code, upper(words)) > 0
               OR strpos(translate(lower(regexp_replace(normalize(c.applicant_name, NFD),
                      '[\u0300-\u036f]', '', 'g')), 'đĐ', 'dd'), words) > 0)
          AND (NOT only_mine OR (c.business NOT IN ('incomplete', 'supplement') AND c.step_role = ANY (held.roles)))
          AND (before IS NULL OR (c.business NOT IN ('incomplete', 'supplement')
                                  AND coalesce(c.due_at, c.intake_due_at) < before))
        ORDER BY c.lane, coalesce(c.due_at, c.intake_due_at), c.code
        LIMIT at_most OFFSET skip;
    END IF;
END;
$$;
ALTER FUNCTION cases.page_of_open OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.page_of_open TO motcua_app;
