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
-- The desk: what is open in an agency, the green lane first, then by what is due first.
CREATE INDEX open_cases_of_agency
    ON cases.cases (at_agency, lane, (coalesce(due_at, intake_due_at)), code)
    INCLUDE (id, due_at, intake_due_at, business, step_role) WHERE closed_at IS NULL;
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
