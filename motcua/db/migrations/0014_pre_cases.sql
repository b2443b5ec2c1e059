-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation, require-concurrent-index-deletion
-- No city has had many cases before this step; scans and locks are short.

-- The engine for every procedure: four machines of a case and the national state that they show, who
-- has it in hand, opinions, apologies, joined cases, other doors than the phone.

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

ALTER TABLE cases.cases
    ADD COLUMN business text NOT NULL DEFAULT 'new',
    ADD COLUMN money text NOT NULL DEFAULT 'none',
    ADD COLUMN handing text NOT NULL DEFAULT 'nothing',
    ADD COLUMN sync text NOT NULL DEFAULT 'due',
    ADD COLUMN regime text NOT NULL DEFAULT '',
    ADD COLUMN at_agency text NOT NULL DEFAULT '',
    ADD COLUMN step_due_at timestamptz,
    ADD COLUMN escalated_at timestamptz,
    ADD COLUMN lane text NOT NULL DEFAULT 'ordinary',
    ADD COLUMN lead_id uuid,
    ADD COLUMN channel text NOT NULL DEFAULT 'online',
    ADD COLUMN counter_code text,
    ADD COLUMN representative jsonb,
    ADD COLUMN step_role text NOT NULL DEFAULT '';

UPDATE cases.cases AS c SET
    at_agency = agency_code,
    business = CASE status
        WHEN 1 THEN 'new' WHEN 2 THEN 'received' WHEN 3 THEN 'refused' WHEN 4 THEN 'in_hand'
        WHEN 5 THEN CASE WHEN accepted_at IS NULL THEN 'incomplete' ELSE 'supplement' END
        WHEN 7 THEN 'withdrawn' WHEN 8 THEN 'stopped' ELSE 'decided' END,
    handing = CASE status WHEN 9 THEN 'ready' WHEN 10 THEN 'handed' ELSE 'nothing' END,
    money = coalesce(
        (SELECT coalesce(k.closing, 'open') FROM payments.requests AS r
         LEFT JOIN payments.closings AS k ON k.request_id = r.id WHERE r.thing_id = c.id LIMIT 1),
        'none');

ALTER TABLE cases.cases
    ADD CONSTRAINT business_known CHECK (business IN (
        'new', 'incomplete', 'resupplied', 'refused', 'received', 'in_hand', 'supplement',
        'withdrawn', 'stopped', 'decided')),
    ADD CONSTRAINT money_known CHECK (money IN ('none', 'unknown', 'open', 'settled', 'cancelled')),
    ADD CONSTRAINT handing_known CHECK (handing IN ('nothing', 'ready', 'sent', 'handed')),
    ADD CONSTRAINT sync_known CHECK (sync IN ('due', 'sent', 'failed')),
    ADD CONSTRAINT lane_known CHECK (lane IN ('ordinary', 'green')),
    ADD CONSTRAINT channel_known CHECK (channel IN ('online', 'counter', 'post')),
    ADD CONSTRAINT status_is_what_the_machines_show CHECK (status = cases.status_of(business, money, handing)),
    ADD CONSTRAINT a_result_follows_a_decision CHECK (handing = 'nothing' OR business IN ('decided', 'stopped')),
    ADD CONSTRAINT nothing_is_decided_while_money_is_owed CHECK (business <> 'decided' OR money NOT IN ('open', 'unknown')),
    ADD CONSTRAINT a_counter_belongs_to_a_channel CHECK (channel <> 'online' OR counter_code IS NULL),
    ADD CONSTRAINT lead_exists FOREIGN KEY (lead_id) REFERENCES cases.cases (id);
CREATE INDEX joined_cases ON cases.cases (lead_id) WHERE lead_id IS NOT NULL;
-- The desk: what is open in an agency, the green lane first, then by what is due first.
DROP INDEX cases.open_cases_of_agency;
CREATE INDEX open_cases_of_agency
    ON cases.cases (at_agency, lane, (coalesce(due_at, intake_due_at))) WHERE closed_at IS NULL;
CREATE INDEX steps_by_due ON cases.cases (step_due_at) WHERE closed_at IS NULL AND escalated_at IS NULL;

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

-- Who is concerned: besides the agency that received it, the one that has it in hand and those asked.
DROP POLICY concerned ON cases.cases;
CREATE POLICY concerned ON cases.cases FOR SELECT
    USING (db.person() IN (filed_by, applicant_id) OR applicant_id = db.behalf()
           OR agencies.is_mine(agency_code) OR agencies.is_mine(at_agency)
           OR agencies.is_mine(counter_code) OR db.is_system()
           OR EXISTS (SELECT FROM cases.opinions o WHERE o.case_id = ANY (ARRAY[cases.id]) AND agencies.is_mine(o.agency_code)));
-- Who is asked locks the case while the opinion is written down; the act itself changes nothing of it.
CREATE POLICY answer_when_asked ON cases.cases FOR UPDATE
    USING (EXISTS (SELECT FROM cases.opinions o WHERE o.case_id = ANY (ARRAY[cases.id]) AND o.given_at IS NULL AND agencies.is_mine(o.agency_code)));
DROP POLICY file_as_oneself ON cases.cases;
-- For oneself, or for who stands at the counter; the platform opens joined cases.
CREATE POLICY file_as_oneself ON cases.cases FOR INSERT
    WITH CHECK (db.is_system() OR (filed_by = db.person() AND (
        applicant_id IN (db.person(), db.behalf()) OR agencies.is_mine(counter_code))));
DROP POLICY act_when_concerned ON cases.cases;
CREATE POLICY act_when_concerned ON cases.cases FOR UPDATE
    USING (db.person() IN (filed_by, applicant_id) OR applicant_id = db.behalf()
           OR agencies.is_mine(agency_code) OR agencies.is_mine(at_agency)
           OR db.is_system());
GRANT UPDATE (step_role, business, money, handing, sync, step_due_at, escalated_at, fee, fee_amount)
    ON cases.cases TO motcua_app;
-- A case is handed on by whoever may act on it, to agencies in which they may hold no post: only here.
GRANT SELECT (id, filed_by, applicant_id, at_agency, counter_code), UPDATE (agency_code, at_agency)
    ON cases.cases TO motcua_gate;
CREATE POLICY hand_over ON cases.cases FOR UPDATE TO motcua_gate USING (true);
CREATE FUNCTION cases.hand_over(wanted uuid, receiver text, holder text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    UPDATE cases.cases c SET agency_code = receiver, at_agency = holder
    WHERE c.id = wanted
      AND (c.applicant_id IN (db.person(), db.behalf()) OR c.filed_by = db.person()
           OR agencies.is_mine(c.agency_code) OR agencies.is_mine(c.at_agency)
           OR agencies.is_mine(c.counter_code) OR db.is_system());
END;
ALTER FUNCTION cases.hand_over OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION cases.hand_over TO motcua_app;

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

DROP POLICY officers_of_the_case ON cases.findings;
CREATE POLICY officers_of_the_case ON cases.findings
    USING (db.is_system() OR EXISTS (
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND (agencies.is_mine(c.agency_code) OR agencies.is_mine(c.at_agency))));
DROP POLICY officers_of_the_case ON cases.proposals;
CREATE POLICY officers_of_the_case ON cases.proposals
    USING (db.is_system() OR EXISTS (
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND (agencies.is_mine(c.agency_code) OR agencies.is_mine(c.at_agency))))
    WITH CHECK (proposed_by = db.person() AND EXISTS (
        SELECT FROM cases.cases c WHERE c.id = ANY (ARRAY[case_id])
        AND (agencies.is_mine(c.agency_code) OR agencies.is_mine(c.at_agency))));

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

-- An officer states a sum that nobody could know before: the agency's own bill.
CREATE POLICY stated_by_the_agency ON payments.requests FOR INSERT WITH CHECK (
    made_by = db.person() AND agencies.is_mine(agency_code)
);

-- A bill goes with its thing: an agency that has it in hand after the one that is owed sees what is owed,
-- and may call it off.
CREATE TABLE payments.shares (
    thing_id uuid NOT NULL REFERENCES payments.requests (thing_id),
    agency_code text NOT NULL,
    made_by uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (thing_id, agency_code)
);
ALTER TABLE payments.shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.shares FORCE ROW LEVEL SECURITY;
CREATE POLICY read ON payments.shares FOR SELECT
    USING (db.is_system() OR made_by = db.person() OR agencies.is_mine(agency_code));
-- A function, because the two tables' policies ask each other.
CREATE FUNCTION payments.is_concerned(thing uuid) RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM payments.requests AS r WHERE r.thing_id = thing);
END;
CREATE POLICY pass_on ON payments.shares FOR INSERT
    WITH CHECK (made_by = db.person() AND payments.is_concerned(thing_id));
CREATE POLICY shared ON payments.requests FOR SELECT USING (EXISTS (
    SELECT FROM payments.shares AS s
    WHERE s.thing_id = ANY (ARRAY[requests.thing_id]) AND agencies.is_mine(s.agency_code)
));
GRANT SELECT, INSERT ON payments.shares TO motcua_app;
