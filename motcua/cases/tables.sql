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

-- The ten states exchanged with the national portal, as the machines of rules/states.py show them.
CREATE FUNCTION cases.status_of(business text, money text, handing text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN handing = 'handed' THEN 10
    WHEN business = 'in_hand' AND money = 'open' THEN 6
    WHEN business = 'new' THEN 1
    WHEN business = 'received' THEN 2
    WHEN business = 'refused' THEN 3
    WHEN business = 'in_hand' THEN 4
    WHEN business IN ('incomplete', 'resupplied', 'supplement') THEN 5
    WHEN business = 'withdrawn' THEN 7
    WHEN business = 'stopped' THEN 8
    WHEN business = 'decided' THEN 9
END;

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
    -- In which its person was spoken to; what the city tells about it goes out in it.
    language text NOT NULL DEFAULT 'vi' CHECK (language IN ('vi', 'en')),
    -- The four machines of rules/states.py; the status is what they show.
    business text NOT NULL DEFAULT 'new',
    money text NOT NULL DEFAULT 'none',
    handing text NOT NULL DEFAULT 'nothing',
    sync text NOT NULL DEFAULT 'due',
    -- The rules of procedure under which it was filed.
    regime text NOT NULL DEFAULT '',
    -- Who has it in hand: mostly the agency that received it.
    at_agency text NOT NULL DEFAULT '',
    -- Its own clock of the step; when somebody above was told that it ran out.
    step_due_at timestamptz,
    escalated_at timestamptz,
    lane text NOT NULL DEFAULT 'ordinary',
    -- The case that opened it, of which it is a part.
    lead_id uuid,
    channel text NOT NULL DEFAULT 'online',
    -- The counter that took it in, which may be any counter of the city.
    counter_code text,
    representative jsonb,
    -- Whose work the step is; empty: everybody's, so that nothing falls between two desks.
    step_role text NOT NULL DEFAULT '',
    -- Other agencies that had it in hand at a step which is done.
    worked_on text[] NOT NULL DEFAULT '{}',
    FOREIGN KEY (procedure_code, procedure_version) REFERENCES cases.procedures (code, version),
    -- A due date is a promise made on acceptance, and never before.
    CHECK ((accepted_at IS NULL) = (due_at IS NULL)),
    CHECK (due_at > accepted_at AND intake_due_at > filed_at),
    CONSTRAINT business_known CHECK (business IN (
        'new', 'incomplete', 'resupplied', 'refused', 'received', 'in_hand', 'supplement',
        'withdrawn', 'stopped', 'decided')),
    CONSTRAINT money_known CHECK (money IN ('none', 'unknown', 'open', 'settled', 'cancelled')),
    CONSTRAINT handing_known CHECK (handing IN ('nothing', 'ready', 'sent', 'handed')),
    CONSTRAINT sync_known CHECK (sync IN ('due', 'sent', 'failed')),
    CONSTRAINT lane_known CHECK (lane IN ('ordinary', 'green')),
    CONSTRAINT channel_known CHECK (channel IN ('online', 'counter', 'post')),
    CONSTRAINT status_is_what_the_machines_show CHECK (status = cases.status_of(business, money, handing)),
    CONSTRAINT a_result_follows_a_decision CHECK (handing = 'nothing' OR business IN ('decided', 'stopped')),
    CONSTRAINT nothing_is_decided_while_money_is_owed CHECK (business <> 'decided' OR money NOT IN ('open', 'unknown')),
    CONSTRAINT a_counter_belongs_to_a_channel CHECK (channel <> 'online' OR counter_code IS NULL),
    CONSTRAINT lead_exists FOREIGN KEY (lead_id) REFERENCES cases.cases (id)
);
CREATE INDEX cases_of_applicant ON cases.cases (applicant_id, filed_at DESC);
CREATE INDEX cases_filed_by ON cases.cases (filed_by, filed_at DESC);
CREATE INDEX joined_cases ON cases.cases (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX cases_of_counter ON cases.cases (counter_code, handing, filed_at)
    WHERE counter_code IS NOT NULL AND closed_at IS NULL;
CREATE INDEX steps_by_due ON cases.cases (step_due_at) WHERE closed_at IS NULL AND escalated_at IS NULL;
ALTER TABLE cases.cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.cases FORCE ROW LEVEL SECURITY;
-- For oneself, or for who stands at the counter; the platform opens joined cases.
CREATE POLICY file_as_oneself ON cases.cases FOR INSERT
    WITH CHECK (db.is_system() OR (filed_by = db.person() AND (
        applicant_id IN (db.person(), db.behalf()) OR agencies.is_mine(counter_code))));
CREATE POLICY act_when_concerned ON cases.cases FOR UPDATE
    USING (applicant_id IN (db.person(), db.behalf()) OR (filed_by = db.person() AND counter_code IS NULL)
           OR agencies.is_mine(agency_code) OR agencies.is_mine(at_agency)
           OR agencies.is_mine(counter_code) OR db.is_system());
GRANT SELECT, INSERT ON cases.cases TO motcua_app;
-- What was asked, by whom and when never changes; where the case stands does.
GRANT UPDATE (step, step_role, status, answers, accepted_at, due_at, due_reasons, handler_id, closed_at,
              business, money, handing, sync, step_due_at, escalated_at, fee, fee_amount)
    ON cases.cases TO motcua_app;
-- A case is handed on by whoever may act on it, to agencies in which they may hold no post: only here.
GRANT SELECT (id, filed_by, applicant_id, at_agency, counter_code, worked_on),
    UPDATE (agency_code, at_agency, worked_on) ON cases.cases TO motcua_gate;
CREATE POLICY hand_over ON cases.cases FOR UPDATE TO motcua_gate USING (true);
CREATE FUNCTION cases.hand_over(wanted uuid, receiver text, holder text) RETURNS void
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
ALTER FUNCTION cases.hand_over OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.hand_over TO motcua_app;

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

-- What another agency was asked, by when, and what it said.
CREATE TABLE cases.opinions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    asking_agency text NOT NULL,
    agency_code text NOT NULL,
    asked_by uuid NOT NULL,
    question text NOT NULL CHECK (question <> ''),
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    given_by uuid,
    given_by_name text,
    given_at timestamptz,
    outcome text CHECK (outcome IN ('agrees', 'objects')),
    words text,
    CHECK (due_at > asked_at),
    CHECK (agency_code <> asking_agency),
    CHECK (num_nulls(given_by, given_by_name, given_at, outcome, words) IN (0, 5))
);
CREATE INDEX opinions_of_case ON cases.opinions (case_id, asked_at);
CREATE INDEX opinions_wanted ON cases.opinions (agency_code, due_at) WHERE given_at IS NULL;
ALTER TABLE cases.opinions ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.opinions FORCE ROW LEVEL SECURITY;
CREATE POLICY both_agencies ON cases.opinions FOR SELECT
    USING (agencies.is_mine(asking_agency) OR agencies.is_mine(agency_code)
           OR db.is_system());
-- By officers of the case. A function, because the two tables' policies ask each other.
CREATE FUNCTION cases.is_in_our_hands(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM cases.cases c WHERE c.id = wanted AND (db.is_system()
        OR agencies.is_mine(c.agency_code) OR agencies.is_mine(c.at_agency)));
END;
CREATE POLICY ask ON cases.opinions FOR INSERT
    WITH CHECK (asked_by = db.person() AND cases.is_in_our_hands(case_id));
-- Given once, by the agency that was asked.
CREATE POLICY give ON cases.opinions FOR UPDATE
    USING (given_at IS NULL AND agencies.is_mine(agency_code))
    WITH CHECK (given_by = db.person());
GRANT SELECT, INSERT, UPDATE (given_by, given_by_name, given_at, outcome, words) ON cases.opinions TO motcua_app;

-- A promise that could not be kept, and the one given in its place: at most as often as the regime says.
CREATE TABLE cases.apologies (
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    at timestamptz NOT NULL,
    given_by uuid NOT NULL,
    words text NOT NULL CHECK (words <> ''),
    promised_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    PRIMARY KEY (case_id, at),
    CHECK (at < promised_at),
    CHECK (due_at > promised_at)
);
ALTER TABLE cases.apologies ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.apologies FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_case ON cases.apologies
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])))
    WITH CHECK (given_by = db.person() AND EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
GRANT SELECT, INSERT ON cases.apologies TO motcua_app;

-- What is owed is reckoned at filing; an officer states it once, where nobody could know it before.
CREATE FUNCTION cases.fee_is_stated_once() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF OLD.money <> 'unknown' THEN
        RAISE insufficient_privilege USING MESSAGE = 'the fee of this case is known';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER fee_is_stated_once BEFORE UPDATE OF fee, fee_amount ON cases.cases
    FOR EACH ROW EXECUTE FUNCTION cases.fee_is_stated_once();

-- Who is concerned: besides the agency that received it, the one that has it in hand and those asked.
-- At a counter an officer files for others only, and sees the case as long as they work there.
CREATE POLICY concerned ON cases.cases FOR SELECT
    USING (applicant_id IN (db.person(), db.behalf()) OR (filed_by = db.person() AND counter_code IS NULL)
           OR agencies.is_mine(agency_code) OR agencies.is_mine(at_agency)
           OR agencies.is_mine(counter_code) OR db.is_system()
           OR EXISTS (SELECT FROM cases.opinions o WHERE o.case_id = ANY (ARRAY[cases.id]) AND agencies.is_mine(o.agency_code)));
-- Whoever did a step of it reads how it went on, and changes nothing of it any more.
CREATE POLICY worked_on ON cases.cases FOR SELECT
    USING (worked_on <> '{}' AND EXISTS (SELECT FROM unnest(worked_on) AS w (agency) WHERE agencies.is_mine(w.agency)));
-- Who is asked locks the case while the opinion is written down; the act itself changes nothing of it.
CREATE POLICY answer_when_asked ON cases.cases FOR UPDATE
    USING (EXISTS (SELECT FROM cases.opinions o WHERE o.case_id = ANY (ARRAY[cases.id]) AND o.given_at IS NULL AND agencies.is_mine(o.agency_code)));

-- The policies would ask each case, thousands of times for one page, what is known beforehand: that whoever
-- asks works in its agency. Lists are counted and put in order here, by functions that ask it once of each
-- agency; what a page shows is read under the policies as ever (docs/notes/0022, 0028).
CREATE POLICY gate ON cases.opinions FOR SELECT TO motcua_gate USING (true);
GRANT SELECT (case_id, agency_code, given_at) ON cases.opinions TO motcua_gate;
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
CREATE FUNCTION cases.count_open(
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

-- Whoever may see a case reads its history: the agency that has it in hand, those asked, the counter.
CREATE POLICY with_the_case ON db.events FOR SELECT
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[subject_id])));

-- How the joined cases of a lead stand: its officers may know this much of other agencies' cases.
GRANT SELECT (lead_id) ON cases.cases TO motcua_gate;
CREATE FUNCTION cases.joined_of(leads uuid[]) RETURNS TABLE (
    lead_id uuid, code text, procedure_code text, agency_code text, status smallint,
    due_at timestamptz, closed_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT c.lead_id, c.code, c.procedure_code, c.agency_code, c.status, c.due_at, c.closed_at
    FROM cases.cases c WHERE c.lead_id = ANY (leads);
END;
ALTER FUNCTION cases.joined_of OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.joined_of TO motcua_app;

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
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
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
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND (agencies.is_mine(c.agency_code) OR agencies.is_mine(c.at_agency))));
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
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND (agencies.is_mine(c.agency_code) OR agencies.is_mine(c.at_agency))))
    WITH CHECK (proposed_by = db.person() AND EXISTS (
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND (agencies.is_mine(c.agency_code) OR agencies.is_mine(c.at_agency))));
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
    USING (EXISTS (SELECT FROM cases.proposals p WHERE p.id = ANY (ARRAY[proposal_id])))
    WITH CHECK (approved_by = db.person()
                AND EXISTS (SELECT FROM cases.proposals p WHERE p.id = ANY (ARRAY[proposal_id])));
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
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
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
    purpose_en text NOT NULL CHECK (purpose_en <> ''),
    -- What they are in that agency; null in what was written before it was kept.
    role text CHECK (role ~ '^[a-z][a-z-]{0,40}$'),
    -- The order by which the law hides it from its people, as long as that holds.
    covert_id uuid
);
CREATE INDEX looks_at_case ON cases.looks (case_id, id DESC);
ALTER TABLE cases.looks ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.looks FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_case ON cases.looks FOR SELECT
    USING ((covert_id IS NULL OR db.is_system() OR exchange.is_told(covert_id))
           AND EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
CREATE POLICY own ON cases.looks FOR INSERT WITH CHECK (
    officer_id = db.person() AND (agencies.oversees(agency_code)
        OR EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id]))));
-- One's own also without the case, which who controls procedures does not find.
CREATE POLICY own_before ON cases.looks FOR SELECT USING (officer_id = db.person());
GRANT SELECT, INSERT ON cases.looks TO motcua_app;

-- Of which case the history may be read by who controls procedures in its agency.
CREATE FUNCTION cases.overseen(wanted text) RETURNS TABLE (id uuid, agency_code text, procedure_code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT c.id, c.agency_code, c.procedure_code FROM cases.cases c
    WHERE c.code = wanted AND agencies.oversees(c.agency_code);
END;
ALTER FUNCTION cases.overseen OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.overseen TO motcua_app;

-- Who looked at it; what an order still hides among them: it is control that gives such orders, and has to see
-- that they are kept to.
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

-- The national catalogue of procedures: every imported row, every version of it, what was read.
CREATE TABLE cases.catalogue (
    code text NOT NULL,
    -- The versions of a row, counted; the highest is in force.
    number integer NOT NULL CHECK (number > 0),
    -- Of the row and of what was made of it: with the same of both an import changes nothing.
    digest text NOT NULL,
    level text NOT NULL CHECK (level IN ('ministry', 'city', 'commune', 'other')),
    -- Word for word as it came.
    published jsonb NOT NULL,
    reading jsonb NOT NULL,
    -- What people file under; null where the city does not handle it.
    procedure_version text,
    valid_from date NOT NULL,
    imported_at timestamptz NOT NULL,
    PRIMARY KEY (code, number),
    FOREIGN KEY (code, procedure_version) REFERENCES cases.procedures (code, version),
    CHECK ((procedure_version IS NOT NULL) = (level IN ('city', 'commune')))
);
ALTER TABLE cases.catalogue ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.catalogue FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON cases.catalogue FOR SELECT USING (db.person() IS NOT NULL);
CREATE POLICY read_in ON cases.catalogue FOR INSERT WITH CHECK (db.is_system());
GRANT SELECT, INSERT ON cases.catalogue TO motcua_app;

-- What was taken on paper, or taken from where it lay already: one row for each requirement.
CREATE TABLE cases.hand_ins (
    case_id uuid NOT NULL REFERENCES cases.cases (id),
    requirement text NOT NULL,
    -- Null where nothing on paper was taken: the document was there already.
    kind text CHECK (kind IN ('original', 'copy')),
    pages integer CHECK (pages BETWEEN 1 AND 9999),
    -- 0 not yet, 1 digitised here, 2 reused from another case, 3 reused from a result.
    digitised smallint NOT NULL CHECK (digitised BETWEEN 0 AND 3),
    file_id uuid,
    taken_at timestamptz NOT NULL,
    -- When an original that was taken only to compare was handed back.
    returned_at timestamptz,
    PRIMARY KEY (case_id, requirement),
    FOREIGN KEY (case_id, file_id) REFERENCES cases.case_documents (case_id, file_id),
    CHECK ((digitised = 0) = (file_id IS NULL)),
    CHECK (kind IS NOT NULL OR digitised IN (2, 3)),
    CHECK (returned_at IS NULL OR kind = 'original')
);
ALTER TABLE cases.hand_ins ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.hand_ins FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_case ON cases.hand_ins FOR SELECT
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])));
CREATE POLICY take ON cases.hand_ins FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id]) AND agencies.is_mine(c.counter_code)));
CREATE POLICY digitise ON cases.hand_ins FOR UPDATE
    USING (EXISTS (SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
                   AND (agencies.is_mine(c.counter_code) OR agencies.is_mine(c.at_agency))));
GRANT SELECT, INSERT, UPDATE (digitised, file_id, returned_at) ON cases.hand_ins TO motcua_app;

-- The last queue number of an agency's day: no gaps, no doubles.
CREATE TABLE cases.ticket_numbers (
    agency_code text NOT NULL,
    day date NOT NULL,
    last integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (agency_code, day)
);
ALTER TABLE cases.ticket_numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.ticket_numbers FORCE ROW LEVEL SECURITY;
CREATE POLICY kiosk ON cases.ticket_numbers USING (db.is_system());
GRANT SELECT, INSERT, UPDATE (last) ON cases.ticket_numbers TO motcua_app;

-- Numbers drawn in the waiting room. Nothing in them says who drew one.
CREATE TABLE cases.tickets (
    agency_code text NOT NULL,
    day date NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    line text NOT NULL CHECK (line IN ('file', 'collect', 'ask')),
    issued_at timestamptz NOT NULL,
    called_at timestamptz,
    -- The window, as its sign calls it.
    place text CHECK (length(place) BETWEEN 1 AND 12),
    done_at timestamptz,
    outcome text CHECK (outcome IN ('served', 'absent')),
    case_code text,
    PRIMARY KEY (agency_code, day, number),
    CHECK ((called_at IS NULL) = (place IS NULL)),
    CHECK ((done_at IS NULL) = (outcome IS NULL)),
    CHECK (done_at IS NULL OR called_at IS NOT NULL),
    CHECK (called_at >= issued_at AND done_at >= called_at)
);
CREATE INDEX tickets_waiting ON cases.tickets (agency_code, day, number) WHERE called_at IS NULL;
ALTER TABLE cases.tickets ENABLE ROW LEVEL SECURITY;
ALTER TABLE cases.tickets FORCE ROW LEVEL SECURITY;
CREATE POLICY draw ON cases.tickets FOR INSERT WITH CHECK (db.is_system());
CREATE POLICY see ON cases.tickets FOR SELECT
    USING (db.is_system() OR agencies.is_mine(agency_code));
CREATE POLICY call ON cases.tickets FOR UPDATE USING (agencies.is_mine(agency_code));
GRANT SELECT, INSERT, UPDATE (called_at, place, done_at, outcome, case_code) ON cases.tickets TO motcua_app;

-- What hangs in the waiting room, for whoever looks up: numbers and windows, and no case.
CREATE POLICY display ON cases.tickets FOR SELECT TO motcua_gate USING (true);
GRANT SELECT (agency_code, day, number, line, called_at, place, done_at, outcome) ON cases.tickets TO motcua_gate;
CREATE FUNCTION cases.called_on(agency text, today date)
RETURNS TABLE (number integer, line text, place text, called_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT t.number, t.line, t.place, t.called_at
    FROM cases.tickets t
    WHERE t.agency_code = agency AND t.day = today AND t.called_at IS NOT NULL AND t.done_at IS NULL;
END;
ALTER FUNCTION cases.called_on OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.called_on TO motcua_app;
CREATE FUNCTION cases.waiting_on(agency text, today date, since timestamptz)
RETURNS TABLE (waiting bigint, served bigint, seconds integer, places bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT count(*) FILTER (WHERE t.called_at IS NULL),
           count(*) FILTER (WHERE t.outcome = 'served'),
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.done_at - t.called_at))
                FILTER (WHERE t.outcome = 'served') AS integer),
           count(DISTINCT t.place) FILTER (WHERE coalesce(t.done_at, t.called_at) > since)
    FROM cases.tickets t WHERE t.agency_code = agency AND t.day = today;
END;
ALTER FUNCTION cases.waiting_on OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.waiting_on TO motcua_app;

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

-- An organisation's cases: whoever acts in its name sees them as long as they may, also those that they
-- filed themselves; only who may file changes anything.
CREATE POLICY while_delegated ON cases.cases AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    applicant_id = db.person() OR db.is_system()
    OR NOT (applicant_id IS NOT DISTINCT FROM db.behalf() OR (filed_by = db.person() AND counter_code IS NULL))
    OR identity.acts_for(applicant_id, ARRAY['files', 'pays', 'receives']));
CREATE POLICY while_delegated_in ON cases.cases AS RESTRICTIVE FOR INSERT TO motcua_app WITH CHECK (
    applicant_id IS DISTINCT FROM db.behalf() OR identity.acts_for(applicant_id, ARRAY['files']));
CREATE POLICY while_delegated_on ON cases.cases AS RESTRICTIVE FOR UPDATE TO motcua_app USING (
    applicant_id = db.person() OR db.is_system()
    OR NOT (applicant_id IS NOT DISTINCT FROM db.behalf() OR (filed_by = db.person() AND counter_code IS NULL))
    OR identity.acts_for(applicant_id, ARRAY['files']));

-- What others did to a person's cases, newest first, as that person reads it.
CREATE INDEX acts_on_person ON db.events (person_id, id DESC)
    WHERE actor_id <> person_id AND kind LIKE 'case.%';

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
CREATE INDEX cases_sent_here ON cases.cases (agency_code, filed_at) WHERE NOT starts_with(code, agency_code || '-');

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
