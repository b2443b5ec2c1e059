-- Work lists are counted and put in order from two narrow tables that the worker folds from the events
-- (docs/notes/0028). The first fold fills them; until then a list is read from the cases themselves.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX cases.open_cases_of_agency;
-- squawk-ignore ban-drop-function
DROP FUNCTION cases.page_of_open;

-- A name without marks and a code, in the parts by which they are searched.
CREATE FUNCTION cases.words_of(code text, name text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(array_remove(string_to_array(translate(
    lower(regexp_replace(normalize(name, NFD), '[\u0300-\u036f]', '', 'g')), 'đĐ-', 'dd ') || ' ' || lower(replace(code, '-', ' ')), ' '), ''));
-- What lists are cut by and sorted by, of these cases. Here and nowhere else: the tables below are filled from
-- it, and what changed since is read from it. Of what is over nobody asks whose turn it is.
CREATE FUNCTION cases.placed(wanted uuid[]) RETURNS TABLE (
    case_id uuid, pile bigint, at_agency text, agency_code text, procedure_code text, status smallint, channel text,
    is_open boolean, is_waiting boolean, step_role text, lane text, handler_id uuid, promised_at timestamptz,
    filed_at timestamptz, words tsvector
) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT o.id, hashtextextended(CAST(ROW(o.at_agency, o.agency_code, o.procedure_code, o.status, o.channel, o.is_open,
                                           o.is_waiting, o.step_role, o.lane, o.handler_id) AS text), 0),
           o.at_agency, o.agency_code, o.procedure_code, o.status, o.channel, o.is_open, o.is_waiting, o.step_role, o.lane,
           o.handler_id, o.promised_at, o.filed_at, o.words
    FROM (
        SELECT c.id, c.at_agency, c.agency_code, c.procedure_code, c.status, c.channel, c.closed_at IS NULL AS is_open,
               c.closed_at IS NULL AND c.business IN ('incomplete', 'supplement') AS is_waiting,
               CASE WHEN c.closed_at IS NULL THEN c.step_role ELSE '' END AS step_role,
               CASE WHEN c.closed_at IS NULL THEN c.lane ELSE '' END AS lane,
               CASE WHEN c.closed_at IS NULL THEN c.handler_id END AS handler_id,
               CASE WHEN c.closed_at IS NULL THEN coalesce(c.due_at, c.intake_due_at) END AS promised_at,
               c.filed_at, cases.words_of(c.code, c.applicant_name) AS words
        FROM cases.cases c WHERE c.id = ANY (wanted)
    ) AS o;
END;

-- How many cases are alike in everything that a list is cut by. Folded from the events by the worker: no act
-- waits for it (docs/notes/0028).
CREATE TABLE cases.piles (
    id bigint PRIMARY KEY,
    at_agency text NOT NULL,
    agency_code text NOT NULL,
    procedure_code text NOT NULL,
    status smallint NOT NULL,
    channel text NOT NULL,
    is_open boolean NOT NULL,
    is_waiting boolean NOT NULL,
    step_role text NOT NULL,
    lane text NOT NULL,
    handler_id uuid,
    count bigint NOT NULL CHECK (count >= 0)
);
CREATE INDEX piles_at_agency ON cases.piles (at_agency);
CREATE INDEX piles_of_agency ON cases.piles (agency_code) WHERE agency_code <> at_agency;
CREATE INDEX piles_empty ON cases.piles (id) WHERE count = 0;

-- Where each case lies in every order of a list. `promised_at` is null when it is over.
CREATE TABLE cases.listed (
    case_id uuid PRIMARY KEY,
    pile bigint NOT NULL,
    lane text NOT NULL,
    promised_at timestamptz,
    filed_at timestamptz NOT NULL,
    words tsvector NOT NULL
)
-- The newest rows move most and are read most: they are to be read from an index alone.
WITH (autovacuum_vacuum_scale_factor = 0.01);
CREATE INDEX listed_open ON cases.listed (lane, promised_at, case_id) INCLUDE (pile) WHERE promised_at IS NOT NULL;
CREATE INDEX listed_open_of_pile ON cases.listed (pile, promised_at, case_id) WHERE promised_at IS NOT NULL;
CREATE INDEX listed_by_filing ON cases.listed (filed_at, case_id) INCLUDE (pile);
CREATE INDEX listed_by_filing_of_pile ON cases.listed (pile, filed_at, case_id);
CREATE INDEX listed_words ON cases.listed USING gin (words);

-- Up to which event the two are folded: whatever has a later one is read from the cases themselves, so that
-- a list is exact at any moment.
CREATE TABLE cases.listed_until (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    sequence bigint NOT NULL,
    count bigint NOT NULL,
    open bigint NOT NULL
);
INSERT INTO cases.listed_until (sequence, count, open) VALUES (0, 0, 0);

ALTER TABLE cases.piles ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.piles FORCE ROW LEVEL SECURITY;
ALTER TABLE cases.listed ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.listed FORCE ROW LEVEL SECURITY;
ALTER TABLE cases.listed_until ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.listed_until FORCE ROW LEVEL SECURITY;
CREATE POLICY fold ON cases.piles TO motcua_app USING (db.is_system());
CREATE POLICY fold ON cases.listed TO motcua_app USING (db.is_system());
CREATE POLICY fold ON cases.listed_until TO motcua_app USING (db.is_system());
GRANT SELECT, INSERT, UPDATE, DELETE ON cases.piles, cases.listed TO motcua_app;
GRANT SELECT, UPDATE ON cases.listed_until TO motcua_app;
CREATE POLICY gate ON cases.piles FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON cases.listed FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON cases.listed_until FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON db.events FOR SELECT TO motcua_gate USING (true);
GRANT SELECT ON cases.piles, cases.listed, cases.listed_until TO motcua_gate;
GRANT SELECT (sequence, subject_id) ON db.events TO motcua_gate;
GRANT SELECT (lane, business, step_role, handler_id, channel, applicant_name) ON cases.cases TO motcua_gate;

-- Whose turn it is in which agency, as a list is cut by it; what nobody's role names is everybody's.
CREATE FUNCTION cases.turns_of(posts text[], roles text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT DISTINCT p.agency || ' ' || r.role
             FROM unnest(posts, roles) AS p (agency, role), unnest(ARRAY[p.role, '']) AS r (role));

-- What moved since the lists were folded.
CREATE FUNCTION cases.not_folded() RETURNS uuid[] LANGUAGE sql STABLE
RETURN ARRAY(SELECT DISTINCT e.subject_id FROM db.events e WHERE e.sequence > (SELECT u.sequence FROM cases.listed_until u));

-- The piles of these agencies at this moment: as they were folded, what has left them since (in no pile, and
-- fewer than none), and each case that changed as a pile of its own. What is over is listed also where it was received (`received`).
CREATE FUNCTION cases.piles_now(held text[], received text[], changed uuid[]) RETURNS TABLE (
    pile bigint, case_id uuid, at_agency text, procedure_code text, status smallint, channel text, is_open boolean,
    is_waiting boolean, step_role text, lane text, handler_id uuid, promised_at timestamptz, filed_at timestamptz,
    words tsvector, count bigint
) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT p.id, CAST(NULL AS uuid), p.at_agency, p.procedure_code, p.status, p.channel, p.is_open, p.is_waiting,
           p.step_role, p.lane, p.handler_id, CAST(NULL AS timestamptz), CAST(NULL AS timestamptz),
           CAST(NULL AS tsvector), p.count
    FROM unnest(held) AS a (code) JOIN cases.piles p ON p.at_agency = a.code
    UNION ALL
    SELECT p.id, NULL, p.at_agency, p.procedure_code, p.status, p.channel, p.is_open, p.is_waiting, p.step_role,
           p.lane, p.handler_id, NULL, NULL, NULL, p.count
    FROM unnest(received) AS a (code) JOIN cases.piles p ON p.agency_code = a.code
    WHERE p.agency_code <> p.at_agency AND p.at_agency <> ALL (held)
    UNION ALL
    SELECT NULL, NULL, p.at_agency, p.procedure_code, p.status, p.channel, p.is_open, p.is_waiting, p.step_role,
           p.lane, p.handler_id, NULL, NULL, NULL, -gone.count
    FROM (SELECT l.pile, count(*) AS count FROM unnest(changed) AS s (id) JOIN cases.listed l ON l.case_id = s.id GROUP BY l.pile) AS gone
    JOIN cases.piles p ON p.id = gone.pile
    WHERE p.at_agency = ANY (held) OR p.agency_code = ANY (received)
    UNION ALL
    SELECT NULL, c.case_id, c.at_agency, c.procedure_code, c.status, c.channel, c.is_open, c.is_waiting, c.step_role,
           c.lane, c.handler_id, c.promised_at, c.filed_at, c.words, 1
    FROM cases.placed(changed) AS c WHERE c.at_agency = ANY (held) OR c.agency_code = ANY (received);
END;

-- How many cases of these agencies fit, and the ids of one page of them, in their order. What has no words
-- and no limits of time is counted by piles; the rest row by row, and no further than `counted_max`.
CREATE FUNCTION cases.list_of(
    posts text[], roles text[], state text, only_mine boolean, before timestamptz, procedures text[],
    wanted_status smallint, assigned uuid, nobodys boolean, wanted_channel text, since timestamptz, until timestamptz,
    words text[], code text, sort text, counted_max integer, at_most integer, skip integer
) RETURNS TABLE (total bigint, is_more boolean, ids uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE
    held CONSTANT text[] := ARRAY(SELECT agencies.mine() INTERSECT SELECT unnest(posts));
    received CONSTANT text[] := CASE WHEN state = 'open' THEN '{}' ELSE held END;
    turns CONSTANT text[] := cases.turns_of(posts, roles);
    -- Whole words; the last may be a beginning.
    query CONSTANT tsquery := (
        SELECT CAST(string_agg('''' || replace(replace(w.word, '\', '\\'), '''', '''''') || ''''
                               || CASE WHEN w.place = cardinality(words) AND length(w.word) > 1 THEN ':*' ELSE '' END, ' & ') AS tsquery)
        FROM unnest(words) WITH ORDINALITY AS w (word, place));
    exact CONSTANT uuid := (SELECT c.id FROM cases.cases c WHERE c.code = list_of.code);
    changed CONSTANT uuid[] := CASE WHEN exact IS NULL THEN cases.not_folded() ELSE ARRAY[exact] END;
    wanted CONSTANT integer := at_most + skip;
    sorted CONSTANT text := CASE sort WHEN 'due' THEN 'lane, promised_at, case_id' WHEN 'oldest' THEN 'filed_at, case_id'
                                      ELSE 'filed_at DESC, case_id DESC' END;
    shown CONSTANT text := 'SELECT l.case_id, ' || CASE sort WHEN 'due' THEN 'l.lane, l.promised_at, CAST(NULL AS timestamptz) AS filed_at'
                                                             ELSE 'CAST(NULL AS text) AS lane, CAST(NULL AS timestamptz) AS promised_at, l.filed_at' END;
    is_cut CONSTANT boolean := exact IS NULL AND num_nonnulls(before, since, until, query) > 0;
    fitting text := concat(
        CASE WHEN state = 'open' THEN ' AND l.promised_at IS NOT NULL' END,
        CASE WHEN before IS NOT NULL THEN ' AND l.promised_at < $4' END,
        CASE WHEN since IS NOT NULL THEN ' AND l.filed_at >= $5' END,
        CASE WHEN until IS NOT NULL THEN ' AND l.filed_at < $6' END,
        CASE WHEN changed <> '{}' THEN ' AND l.case_id NOT IN (SELECT unnest($2))' END);
    page CONSTANT text := 'ARRAY(SELECT case_id FROM ((%) UNION ALL SELECT * FROM unnest($8, $9, $10, $11)) '
        || 'AS l (case_id, lane, promised_at, filed_at) ORDER BY ' || sorted || ' LIMIT $12 OFFSET $13)';
    few_max CONSTANT integer := 20000;
    many bigint;
    known bigint;
    counted bigint;
    alike bigint[];
    whole bigint;
    found text;
    live uuid[]; live_lane text[]; live_promised timestamptz[]; live_filed timestamptz[];
BEGIN
    SELECT count(*), coalesce(sum(n.count), 0),
           coalesce(array_agg(n.pile) FILTER (WHERE n.case_id IS NULL AND n.count > 0), '{}'),
           coalesce(array_agg(n.case_id) FILTER (WHERE n.case_id IS NOT NULL), '{}'),
           array_agg(n.lane) FILTER (WHERE n.case_id IS NOT NULL),
           array_agg(n.promised_at) FILTER (WHERE n.case_id IS NOT NULL),
           array_agg(n.filed_at) FILTER (WHERE n.case_id IS NOT NULL)
    INTO many, known, alike, live, live_lane, live_promised, live_filed
    FROM cases.piles_now(held, received, changed) AS n
    WHERE (state = 'all' OR n.is_open = (state = 'open'))
      AND (NOT only_mine OR NOT n.is_waiting AND n.is_open AND n.at_agency || ' ' || n.step_role = ANY (turns))
      AND (before IS NULL OR NOT n.is_waiting AND n.is_open)
      AND (procedures IS NULL OR n.procedure_code = ANY (procedures))
      AND (wanted_status IS NULL OR n.status = wanted_status)
      AND (assigned IS NULL OR n.handler_id = assigned)
      AND (NOT nobodys OR n.is_open AND n.handler_id IS NULL)
      AND (wanted_channel IS NULL OR n.channel = wanted_channel)
      AND (exact IS NULL OR n.case_id IS NOT NULL)
      AND (n.case_id IS NULL OR (before IS NULL OR n.promised_at < before) AND (since IS NULL OR n.filed_at >= since)
                                AND (until IS NULL OR n.filed_at < until)
                                AND (exact IS NOT NULL OR query IS NULL OR n.words @@ query));
    total := known;
    is_more := false;
    IF query IS NOT NULL AND exact IS NULL THEN
        -- Among few the words are read where they lie; among many their index is.
        fitting := fitting || CASE WHEN known <= few_max THEN ' AND (l.words @@ $7) IS TRUE' ELSE ' AND l.words @@ $7' END;
    END IF;
    IF is_cut OR known <= 4 * wanted THEN
        EXECUTE 'WITH gathered AS MATERIALIZED (' || shown || ' FROM unnest($1) AS p (pile) JOIN cases.listed l ON l.pile = p.pile'
                || ' WHERE true' || fitting || ' LIMIT $3 + 1) SELECT (SELECT count(*) FROM gathered), ' || replace(page, '%', 'SELECT * FROM gathered')
        INTO counted, ids
        USING alike, changed, CASE WHEN is_cut THEN counted_max ELSE 2000000000 END, before, since, until, query,
              live, live_lane, live_promised, live_filed, at_most, skip;
        IF is_cut THEN
            is_more := counted > counted_max;
            total := least(counted, counted_max) + cardinality(live);
        END IF;
        IF NOT is_more THEN
            RETURN NEXT;
            RETURN;
        END IF;
    END IF;
    SELECT CASE WHEN state = 'open' THEN u.open ELSE u.count END INTO whole FROM cases.listed_until u;
    IF wanted * whole / known < least(known, many * wanted) + 10 * many THEN
        -- Along the order of the whole city, past what is not theirs.
        found := shown || ' FROM cases.listed l WHERE (l.pile IN (SELECT unnest($1))) IS TRUE'
                 || fitting || ' ORDER BY ' || sorted || ' LIMIT $3';
    ELSE
        found := 'SELECT o.* FROM unnest($1) AS p (pile) CROSS JOIN LATERAL (' || shown
                 || ' FROM cases.listed l WHERE l.pile = p.pile'
                 || fitting || ' ORDER BY ' || replace(sorted, 'lane, ', '') || ' LIMIT $3) AS o';
    END IF;
    EXECUTE 'SELECT ' || replace(page, '%', found)
    INTO ids USING alike, changed, wanted, before, since, until, query, live, live_lane, live_promised, live_filed, at_most, skip;
    RETURN NEXT;
END;
$$;
ALTER FUNCTION cases.list_of OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.list_of TO motcua_app;

-- How much is open, now. A case that waits for its applicant is neither late nor anybody's work.
CREATE OR REPLACE FUNCTION cases.count_open(
    posts text[], roles text[], now timestamptz, tomorrow timestamptz, next_week timestamptz
) RETURNS TABLE (
    everything bigint, mine bigint, late bigint, today bigint, week bigint,
    mine_late bigint, mine_today bigint, mine_week bigint, asked bigint
) LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 1 SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE
    held CONSTANT text[] := ARRAY(SELECT agencies.mine() INTERSECT SELECT unnest(posts));
    turns CONSTANT text[] := cases.turns_of(posts, roles);
    changed CONSTANT uuid[] := cases.not_folded();
BEGIN
    RETURN QUERY
    WITH piles AS MATERIALIZED (
        SELECT n.pile, n.case_id, n.promised_at, n.count, NOT n.is_waiting AS is_ours,
               NOT n.is_waiting AND n.at_agency || ' ' || n.step_role = ANY (turns) AS is_mine
        FROM cases.piles_now(held, '{}', changed) AS n WHERE n.is_open
    ), promised AS (
        SELECT p.is_mine, l.promised_at
        FROM piles p JOIN cases.listed l ON l.pile = p.pile AND l.promised_at < next_week
        WHERE p.is_ours AND l.case_id NOT IN (SELECT unnest(changed))
        UNION ALL
        SELECT p.is_mine, p.promised_at FROM piles p WHERE p.is_ours AND p.promised_at < next_week
    )
    SELECT (SELECT CAST(coalesce(sum(p.count), 0) AS bigint) FROM piles p),
           (SELECT CAST(coalesce(sum(p.count), 0) AS bigint) FROM piles p WHERE p.is_mine),
           count(*) FILTER (WHERE o.promised_at < count_open.now), count(*) FILTER (WHERE o.promised_at < tomorrow), count(*),
           count(*) FILTER (WHERE o.is_mine AND o.promised_at < count_open.now),
           count(*) FILTER (WHERE o.is_mine AND o.promised_at < tomorrow), count(*) FILTER (WHERE o.is_mine),
           (SELECT count(*) FROM unnest(held) AS a (code)
            JOIN cases.opinions w ON w.agency_code = a.code AND w.given_at IS NULL
            JOIN cases.cases c ON c.id = w.case_id AND c.closed_at IS NULL)
    FROM promised AS o;
END;
$$;
ALTER FUNCTION cases.count_open OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.count_open TO motcua_app;

-- By what a list of these agencies may be cut, and how much is behind each. Of what is over nobody asks who
-- has it in hand.
CREATE FUNCTION cases.choices_of(posts text[], state text) RETURNS TABLE (kind text, name text, count bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE
    held CONSTANT text[] := ARRAY(SELECT agencies.mine() INTERSECT SELECT unnest(posts));
BEGIN
    RETURN QUERY
    SELECT o.kind, o.name, CAST(sum(n.count) AS bigint)
    FROM cases.piles_now(held, CASE WHEN state = 'open' THEN '{}' ELSE held END, cases.not_folded()) AS n
    CROSS JOIN LATERAL (VALUES
        ('procedure', n.procedure_code), ('status', CAST(n.status AS text)), ('channel', n.channel),
        ('handler', CASE WHEN n.is_open THEN coalesce(CAST(n.handler_id AS text), '') END)) AS o (kind, name)
    WHERE o.name IS NOT NULL AND (state = 'all' OR n.is_open = (state = 'open'))
    GROUP BY o.kind, o.name HAVING sum(n.count) > 0;
END;
$$;
ALTER FUNCTION cases.choices_of OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.choices_of TO motcua_app;
