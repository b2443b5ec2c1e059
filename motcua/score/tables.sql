-- How well the city keeps its word: figures that follow from the history of cases alone, counted after the
-- acts (docs/notes/0026). Whatever is here can be counted anew from db.events.

CREATE SCHEMA score;
GRANT USAGE ON SCHEMA score TO motcua_app, motcua_gate;

-- One edition of all figures is shown; another may be counted anew beside it.
CREATE TABLE score.editions (
    edition bigint PRIMARY KEY,
    -- Every event up to this number is counted, or waited for in score.gaps.
    folded_to bigint NOT NULL CHECK (folded_to >= 0),
    is_shown boolean NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX one_edition_is_shown ON score.editions (is_shown) WHERE is_shown;
ALTER TABLE score.editions ENABLE ROW LEVEL SECURITY;
ALTER TABLE score.editions FORCE ROW LEVEL SECURITY;
CREATE POLICY by_the_platform ON score.editions USING (db.is_system()) WITH CHECK (db.is_system());
GRANT SELECT, INSERT, UPDATE (folded_to, is_shown), DELETE ON score.editions TO motcua_app;

-- Numbers of events that were drawn and not seen yet: their transaction is under way, or came to nothing.
CREATE TABLE score.gaps (
    edition bigint NOT NULL,
    sequence bigint NOT NULL,
    found_at timestamptz NOT NULL,
    -- No transaction that was under way a minute after it was found is under way any more: it stays empty.
    until_xid xid8,
    PRIMARY KEY (edition, sequence)
);
ALTER TABLE score.gaps ENABLE ROW LEVEL SECURITY;
ALTER TABLE score.gaps FORCE ROW LEVEL SECURITY;
CREATE POLICY by_the_platform ON score.gaps USING (db.is_system()) WITH CHECK (db.is_system());
GRANT SELECT, INSERT, UPDATE (until_xid), DELETE ON score.gaps TO motcua_app;

-- What a version of a procedure says that figures need: its field, where it starts, how much it asks.
CREATE TABLE score.procedures (
    procedure_code text NOT NULL,
    version text NOT NULL,
    field text NOT NULL,
    start_step text NOT NULL,
    fields_asked integer NOT NULL CHECK (fields_asked >= 0),
    -- Shown from the e-ID or a register, and not asked.
    fields_known integer NOT NULL CHECK (fields_known >= 0),
    PRIMARY KEY (procedure_code, version)
);
ALTER TABLE score.procedures ENABLE ROW LEVEL SECURITY;
ALTER TABLE score.procedures FORCE ROW LEVEL SECURITY;
CREATE POLICY by_the_platform ON score.procedures USING (db.is_system()) WITH CHECK (db.is_system());
GRANT SELECT, INSERT ON score.procedures TO motcua_app;

-- How many of each thing in a month or a day, along each cut that somebody asks for: the whole city, an agency, a
-- field, a procedure, a field or a procedure of an agency, an officer of an agency. What a cut leaves open is ''.
CREATE TABLE score.counts (
    edition bigint NOT NULL,
    cut text NOT NULL CHECK (cut IN ('city', 'agency', 'field', 'procedure', 'agency_field',
                                     'agency_procedure', 'agency_officer')),
    grain text NOT NULL CHECK (grain IN ('month', 'day')),
    period date NOT NULL,
    agency_code text NOT NULL,
    field text NOT NULL,
    procedure_code text NOT NULL,
    -- All zeros: of nobody alone.
    officer_id uuid NOT NULL,
    received integer NOT NULL DEFAULT 0, received_online integer NOT NULL DEFAULT 0,
    received_counter integer NOT NULL DEFAULT 0, received_post integer NOT NULL DEFAULT 0,
    fields_asked integer NOT NULL DEFAULT 0, fields_known integer NOT NULL DEFAULT 0,
    accepted integer NOT NULL DEFAULT 0, supplemented integer NOT NULL DEFAULT 0,
    transferred_in integer NOT NULL DEFAULT 0, transferred_out integer NOT NULL DEFAULT 0,
    refused integer NOT NULL DEFAULT 0, withdrawn integer NOT NULL DEFAULT 0,
    stopped integer NOT NULL DEFAULT 0, granted integer NOT NULL DEFAULT 0,
    denied integer NOT NULL DEFAULT 0, early integer NOT NULL DEFAULT 0,
    on_time integer NOT NULL DEFAULT 0, late integer NOT NULL DEFAULT 0,
    complete_at_once integer NOT NULL DEFAULT 0, completed_once integer NOT NULL DEFAULT 0,
    completed_often integer NOT NULL DEFAULT 0, answer_seconds bigint NOT NULL DEFAULT 0,
    waited_seconds bigint NOT NULL DEFAULT 0, apologised integer NOT NULL DEFAULT 0,
    opinions_early integer NOT NULL DEFAULT 0, opinions_on_time integer NOT NULL DEFAULT 0,
    opinions_late integer NOT NULL DEFAULT 0, returned integer NOT NULL DEFAULT 0,
    returned_online integer NOT NULL DEFAULT 0, paid integer NOT NULL DEFAULT 0,
    paid_at_counter integer NOT NULL DEFAULT 0, paid_amount bigint NOT NULL DEFAULT 0,
    from_registers integer NOT NULL DEFAULT 0, digitised integer NOT NULL DEFAULT 0,
    reused integer NOT NULL DEFAULT 0,
    rated_1 integer NOT NULL DEFAULT 0, rated_2 integer NOT NULL DEFAULT 0,
    rated_3 integer NOT NULL DEFAULT 0, rated_4 integer NOT NULL DEFAULT 0,
    complained integer NOT NULL DEFAULT 0, complaints_upheld integer NOT NULL DEFAULT 0,
    PRIMARY KEY (edition, cut, grain, agency_code, period, field, procedure_code, officer_id)
) WITH (fillfactor = 70);
ALTER TABLE score.counts ENABLE ROW LEVEL SECURITY;
ALTER TABLE score.counts FORCE ROW LEVEL SECURITY;
CREATE POLICY by_the_platform ON score.counts USING (db.is_system()) WITH CHECK (db.is_system());
GRANT SELECT, INSERT, UPDATE, DELETE ON score.counts TO motcua_app;

-- What is counted by name: hours at each step, what supplements ask for, the reasons of ratings.
CREATE TABLE score.tallies (
    edition bigint NOT NULL,
    cut text NOT NULL CHECK (cut IN ('city', 'agency', 'field', 'procedure', 'agency_field',
                                     'agency_procedure')),
    month date NOT NULL,
    agency_code text NOT NULL,
    field text NOT NULL,
    procedure_code text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('step', 'waiting', 'asked_field', 'asked_document', 'rating_reason')),
    name text NOT NULL,
    count integer NOT NULL,
    -- Of steps and of waiting for somebody outside.
    seconds bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (edition, cut, agency_code, month, field, procedure_code, kind, name)
) WITH (fillfactor = 70);
ALTER TABLE score.tallies ENABLE ROW LEVEL SECURITY;
ALTER TABLE score.tallies FORCE ROW LEVEL SECURITY;
CREATE POLICY by_the_platform ON score.tallies USING (db.is_system()) WITH CHECK (db.is_system());
GRANT SELECT, INSERT, UPDATE (count, seconds), DELETE ON score.tallies TO motcua_app;

-- Where each case stands: what lies behind a figure, for whoever works in its agency, and what is overdue now.
CREATE TABLE score.cases (
    edition bigint NOT NULL,
    case_id uuid NOT NULL,
    agency_code text NOT NULL,
    procedure_code text NOT NULL,
    field text NOT NULL,
    officer_id uuid NOT NULL,
    filed_at timestamptz NOT NULL,
    -- What is promised, or until it is accepted the moment by which it must be looked at.
    due_at timestamptz NOT NULL,
    -- For its applicant or for money: no clock is blamed.
    is_waiting boolean NOT NULL,
    ended_at timestamptz,
    outcome text NOT NULL CHECK (outcome IN ('open', 'refused', 'withdrawn', 'stopped', 'granted', 'denied')),
    punctuality text NOT NULL CHECK (punctuality IN ('', 'early', 'on_time', 'late')),
    supplements integer NOT NULL,
    PRIMARY KEY (edition, case_id),
    CHECK ((outcome = 'open') = (ended_at IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX filed_in_agency ON score.cases (edition, agency_code, filed_at);
CREATE INDEX ended_in_agency ON score.cases (edition, agency_code, outcome, ended_at) WHERE outcome <> 'open';
CREATE INDEX late_in_agency ON score.cases (edition, agency_code, ended_at) WHERE punctuality = 'late';
CREATE INDEX due_in_agency ON score.cases (edition, agency_code, due_at) INCLUDE (is_waiting) WHERE outcome = 'open';
ALTER TABLE score.cases ENABLE ROW LEVEL SECURITY;
ALTER TABLE score.cases FORCE ROW LEVEL SECURITY;
CREATE POLICY by_the_platform ON score.cases USING (db.is_system()) WITH CHECK (db.is_system());
CREATE POLICY work_there ON score.cases FOR SELECT USING (agencies.is_mine(agency_code));
GRANT SELECT, INSERT, UPDATE, DELETE ON score.cases TO motcua_app;

-- Open cases of an agency by the day on which they are due: the past days of it are overdue, today is looked up.
CREATE TABLE score.due (
    edition bigint NOT NULL,
    agency_code text NOT NULL,
    due_on date NOT NULL,
    count integer NOT NULL,
    PRIMARY KEY (edition, agency_code, due_on)
) WITH (fillfactor = 70);
CREATE INDEX due_still ON score.due (edition, agency_code, due_on) INCLUDE (count) WHERE count <> 0;
ALTER TABLE score.due ENABLE ROW LEVEL SECURITY;
ALTER TABLE score.due FORCE ROW LEVEL SECURITY;
CREATE POLICY by_the_platform ON score.due USING (db.is_system()) WITH CHECK (db.is_system());
GRANT SELECT, INSERT, UPDATE (count), DELETE ON score.due TO motcua_app;

-- Figures without a person in them are told to everybody: only here, and never an officer's.
GRANT SELECT (edition, is_shown) ON score.editions TO motcua_gate;
CREATE POLICY gate ON score.editions FOR SELECT TO motcua_gate USING (true);
GRANT SELECT ON score.counts, score.tallies, score.due TO motcua_gate;
CREATE POLICY gate ON score.counts FOR SELECT TO motcua_gate USING (cut <> 'agency_officer');
CREATE POLICY gate ON score.tallies FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON score.due FOR SELECT TO motcua_gate USING (true);
GRANT SELECT (edition, agency_code, due_at, outcome, is_waiting) ON score.cases TO motcua_gate;
CREATE POLICY gate ON score.cases FOR SELECT TO motcua_gate USING (true);
CREATE FUNCTION score.figures(
    wanted text, by_what text, in_grain text, of_agencies text[], of_field text, of_procedure text,
    since date, until date
) RETURNS TABLE (
    name text,
    received bigint, received_online bigint, received_counter bigint, received_post bigint,
    fields_asked bigint, fields_known bigint, accepted bigint, supplemented bigint,
    transferred_in bigint, transferred_out bigint, refused bigint, withdrawn bigint, stopped bigint,
    granted bigint, denied bigint, early bigint, on_time bigint, late bigint,
    complete_at_once bigint, completed_once bigint, completed_often bigint, answer_seconds bigint,
    waited_seconds bigint, apologised bigint, opinions_early bigint, opinions_on_time bigint,
    opinions_late bigint, returned bigint, returned_online bigint, paid bigint,
    paid_at_counter bigint, paid_amount bigint, from_registers bigint, digitised bigint,
    reused bigint,
    rated_1 bigint, rated_2 bigint, rated_3 bigint, rated_4 bigint, complained bigint,
    complaints_upheld bigint
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT CASE by_what WHEN 'agency' THEN c.agency_code WHEN 'field' THEN c.field
                        WHEN 'procedure' THEN c.procedure_code WHEN 'period' THEN c.period::text
                        ELSE '' END AS called,
           coalesce(sum(c.received), 0)::bigint, coalesce(sum(c.received_online), 0)::bigint,
           coalesce(sum(c.received_counter), 0)::bigint, coalesce(sum(c.received_post), 0)::bigint,
           coalesce(sum(c.fields_asked), 0)::bigint, coalesce(sum(c.fields_known), 0)::bigint,
           coalesce(sum(c.accepted), 0)::bigint, coalesce(sum(c.supplemented), 0)::bigint,
           coalesce(sum(c.transferred_in), 0)::bigint, coalesce(sum(c.transferred_out), 0)::bigint,
           coalesce(sum(c.refused), 0)::bigint, coalesce(sum(c.withdrawn), 0)::bigint,
           coalesce(sum(c.stopped), 0)::bigint, coalesce(sum(c.granted), 0)::bigint,
           coalesce(sum(c.denied), 0)::bigint, coalesce(sum(c.early), 0)::bigint,
           coalesce(sum(c.on_time), 0)::bigint, coalesce(sum(c.late), 0)::bigint,
           coalesce(sum(c.complete_at_once), 0)::bigint, coalesce(sum(c.completed_once), 0)::bigint,
           coalesce(sum(c.completed_often), 0)::bigint, coalesce(sum(c.answer_seconds), 0)::bigint,
           coalesce(sum(c.waited_seconds), 0)::bigint, coalesce(sum(c.apologised), 0)::bigint,
           coalesce(sum(c.opinions_early), 0)::bigint, coalesce(sum(c.opinions_on_time), 0)::bigint,
           coalesce(sum(c.opinions_late), 0)::bigint, coalesce(sum(c.returned), 0)::bigint,
           coalesce(sum(c.returned_online), 0)::bigint, coalesce(sum(c.paid), 0)::bigint,
           coalesce(sum(c.paid_at_counter), 0)::bigint, coalesce(sum(c.paid_amount), 0)::bigint,
           coalesce(sum(c.from_registers), 0)::bigint, coalesce(sum(c.digitised), 0)::bigint,
           coalesce(sum(c.reused), 0)::bigint,
           coalesce(sum(c.rated_1), 0)::bigint, coalesce(sum(c.rated_2), 0)::bigint,
           coalesce(sum(c.rated_3), 0)::bigint, coalesce(sum(c.rated_4), 0)::bigint,
           coalesce(sum(c.complained), 0)::bigint, coalesce(sum(c.complaints_upheld), 0)::bigint
    FROM score.counts c
    WHERE c.edition = (SELECT e.edition FROM score.editions e WHERE e.is_shown)
      AND c.cut = wanted AND c.cut <> 'agency_officer' AND c.grain = in_grain
      AND c.agency_code = ANY (of_agencies)
      AND c.period >= since AND c.period < until
      AND (of_field = '' OR c.field = of_field)
      AND (of_procedure = '' OR c.procedure_code = of_procedure)
    GROUP BY called;
END;
ALTER FUNCTION score.figures OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION score.figures TO motcua_app;

CREATE FUNCTION score.named_figures(
    wanted text, of_kind text, of_agencies text[], of_field text, of_procedure text, since date, until date
) RETURNS TABLE (procedure text, name text, count bigint, seconds bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT t.procedure_code, t.name, sum(t.count)::bigint, sum(t.seconds)::bigint
    FROM score.tallies t
    WHERE t.edition = (SELECT e.edition FROM score.editions e WHERE e.is_shown)
      AND t.cut = wanted AND t.kind = of_kind AND t.agency_code = ANY (of_agencies)
      AND t.month >= since AND t.month < until
      AND (of_field = '' OR t.field = of_field)
      AND (of_procedure = '' OR t.procedure_code = of_procedure)
    GROUP BY t.procedure_code, t.name HAVING sum(t.count) <> 0;
END;
ALTER FUNCTION score.named_figures OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION score.named_figures TO motcua_app;

-- Whole days from the counts; of today each case by the index.
CREATE FUNCTION score.overdue(of_agencies text[], today date, now timestamptz)
RETURNS TABLE (agency_code text, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    WITH shown AS MATERIALIZED (SELECT e.edition FROM score.editions e WHERE e.is_shown)
    SELECT a.code, coalesce(past.count, 0) + coalesce(due_today.count, 0)
    FROM shown, unnest(of_agencies) AS a (code)
    CROSS JOIN LATERAL (
        SELECT sum(d.count) AS count FROM score.due d
        WHERE d.edition = shown.edition AND d.agency_code = a.code AND d.due_on < today AND d.count <> 0
    ) AS past
    CROSS JOIN LATERAL (
        SELECT count(*) AS count FROM score.cases c
        WHERE c.edition = shown.edition AND c.agency_code = a.code AND c.outcome = 'open'
          AND NOT c.is_waiting AND c.due_at >= today::timestamptz AND c.due_at < now
    ) AS due_today
    WHERE coalesce(past.count, 0) + coalesce(due_today.count, 0) > 0;
END;
ALTER FUNCTION score.overdue OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION score.overdue TO motcua_app;

-- The histories that are counted, for the platform alone: the policies would ask of each event of millions what
-- is known beforehand.
GRANT SELECT (sequence, kind, subject_id, at, actor_id, agency_code, facts) ON db.events TO motcua_gate;
CREATE POLICY histories ON db.events FOR SELECT TO motcua_gate USING (true);
CREATE FUNCTION score.histories(subjects uuid[], until bigint) RETURNS TABLE (
    sequence bigint, kind text, subject_id uuid, at timestamptz, actor_id uuid, agency_code text, facts jsonb
) LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT e.sequence, e.kind, e.subject_id, e.at, e.actor_id, e.agency_code, e.facts
    FROM db.events e
    WHERE db.is_system() AND e.subject_id = ANY (subjects) AND e.sequence <= until
      AND (e.kind LIKE 'case.%' OR e.kind = 'payment.settled');
END;
ALTER FUNCTION score.histories OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION score.histories TO motcua_app;

-- Of single officers: themselves, who leads their agency, and who controls it.
CREATE POLICY of_officers ON score.counts FOR SELECT
    USING (cut = 'agency_officer' AND (officer_id = db.person()
           OR agencies.holds(db.person(), agency_code, 'leader') OR agencies.oversees(agency_code)));
CREATE POLICY whoever_reads ON score.editions FOR SELECT USING (db.person() IS NOT NULL AND is_shown);
