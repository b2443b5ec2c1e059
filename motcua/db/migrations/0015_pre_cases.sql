-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid
-- Doors other than the phone: people whom a counter meets before they ever sign in, papers and what
-- became of them, fees taken at a counter, queue numbers.

-- Whoever signs in with the number by which a counter met them becomes that person.
GRANT UPDATE (issuer, subject) ON identity.people TO motcua_app;

-- An officer gives a scan to whose paper it is; until then it is their own work.
CREATE POLICY give ON documents.files FOR UPDATE TO motcua_app
    USING (made_by = db.person() AND owner_id = db.person() AND EXISTS (SELECT agencies.mine()))
    WITH CHECK (made_by = db.person());
GRANT UPDATE (owner_id) ON documents.files TO motcua_app;

ALTER TABLE payments.requests ADD COLUMN counter_code text;
DROP POLICY those_concerned ON payments.requests;
-- The payer, whoever made the request for them, the agency that is owed, the counter that may take it.
CREATE POLICY those_concerned ON payments.requests FOR SELECT USING (
    payer_id IN (db.person(), db.behalf()) OR (made_by = db.person() AND counter_code IS NULL)
    OR db.is_system() OR agencies.is_mine(agency_code)
    OR agencies.is_mine(counter_code)
);
-- For who stands at the counter.
CREATE POLICY at_the_counter ON payments.requests FOR INSERT WITH CHECK (
    made_by = db.person() AND agencies.is_mine(counter_code)
);

ALTER TABLE payments.accounts DROP CONSTRAINT accounts_code_check;
-- squawk-ignore constraint-missing-not-valid
ALTER TABLE payments.accounts ADD CONSTRAINT accounts_code_check
    CHECK (code ~ '^(bank|cash|refunds|revenue):[0-9A-Za-z.:_-]{1,80}$');

-- The last receipt of a counter's year. The row is locked until the transaction ends: no gaps.
CREATE TABLE payments.counter_numbers (
    counter_code text NOT NULL,
    year smallint NOT NULL,
    last integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (counter_code, year)
);
-- Money that an officer took over the counter: what the bank's word is to other receipts.
CREATE TABLE payments.counter_receipts (
    bank_transaction text PRIMARY KEY REFERENCES payments.receipts,
    counter_code text NOT NULL,
    year smallint NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    method text NOT NULL CHECK (method IN ('cash', 'transfer')),
    taken_by uuid NOT NULL,
    taken_by_name text NOT NULL,
    -- Form, series and number of the printed slip, where one is handed out.
    slip text CHECK (length(slip) BETWEEN 1 AND 100),
    UNIQUE (counter_code, year, number)
);
ALTER TABLE payments.counter_numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.counter_numbers FORCE ROW LEVEL SECURITY;
ALTER TABLE payments.counter_receipts ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.counter_receipts FORCE ROW LEVEL SECURITY;
CREATE POLICY books_are_the_platforms ON payments.counter_numbers USING (db.is_system());
CREATE POLICY those_concerned ON payments.counter_receipts FOR SELECT USING (
    EXISTS (SELECT FROM payments.receipts AS r WHERE r.bank_transaction = ANY (ARRAY[counter_receipts.bank_transaction]))
);
CREATE POLICY books_are_the_platforms ON payments.counter_receipts FOR INSERT
    WITH CHECK (db.is_system());
GRANT SELECT, INSERT ON payments.counter_receipts TO motcua_app;
GRANT SELECT, INSERT, UPDATE (last) ON payments.counter_numbers TO motcua_app;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.counter_receipts
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();

-- At a counter an officer files for others only, and sees the case as long as they work there.
DROP POLICY concerned ON cases.cases;
CREATE POLICY concerned ON cases.cases FOR SELECT
    USING (applicant_id IN (db.person(), db.behalf()) OR (filed_by = db.person() AND counter_code IS NULL)
           OR agencies.is_mine(agency_code) OR agencies.is_mine(at_agency)
           OR agencies.is_mine(counter_code) OR db.is_system()
           OR EXISTS (SELECT FROM cases.opinions o WHERE o.case_id = ANY (ARRAY[cases.id]) AND agencies.is_mine(o.agency_code)));
DROP POLICY act_when_concerned ON cases.cases;
CREATE POLICY act_when_concerned ON cases.cases FOR UPDATE
    USING (applicant_id IN (db.person(), db.behalf()) OR (filed_by = db.person() AND counter_code IS NULL)
           OR agencies.is_mine(agency_code) OR agencies.is_mine(at_agency)
           OR agencies.is_mine(counter_code) OR db.is_system());
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX cases_of_counter ON cases.cases (counter_code, handing, filed_at)
    WHERE counter_code IS NOT NULL AND closed_at IS NULL;

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
