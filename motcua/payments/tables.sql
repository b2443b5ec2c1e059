CREATE SCHEMA payments;
GRANT USAGE ON SCHEMA payments TO motcua_app;

-- Money is never corrected in place: a correction is a new row. This holds for the owner too.
CREATE FUNCTION payments.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'payments.% is only added to', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TABLE payments.accounts (
    code text PRIMARY KEY CHECK (code ~ '^(bank|cash|refunds|revenue):[0-9A-Za-z.:_-]{1,80}$'),
    kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'revenue')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- For the foreign keys of transfers.
    UNIQUE (code, currency)
);

-- Debit and credit are one row, so the books cannot be out of balance by a lost half.
CREATE TABLE payments.transfers (
    -- Named by whoever makes the transfer: the same name twice is the same transfer.
    id uuid PRIMARY KEY,
    debit text NOT NULL,
    credit text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    at timestamptz NOT NULL,
    CHECK (debit <> credit),
    -- Money does not change its currency on the way.
    FOREIGN KEY (debit, currency) REFERENCES payments.accounts (code, currency),
    FOREIGN KEY (credit, currency) REFERENCES payments.accounts (code, currency)
);
CREATE INDEX transfers_debit ON payments.transfers (debit);
CREATE INDEX transfers_credit ON payments.transfers (credit);

CREATE TABLE payments.requests (
    id uuid PRIMARY KEY,
    reference text NOT NULL UNIQUE CHECK (reference ~ '^[0-9A-Z]{8,25}$'),
    -- A thing has one bill; nobody is asked twice for the same.
    thing_id uuid NOT NULL UNIQUE,
    thing_code text NOT NULL,
    payer_id uuid NOT NULL,
    made_by uuid NOT NULL,
    agency_code text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    lines jsonb NOT NULL CHECK (jsonb_typeof(lines) = 'array'),
    made_at timestamptz NOT NULL,
    -- The counter that took the thing in and may take the money for it.
    counter_code text,
    -- For the foreign keys of closings and receipts.
    UNIQUE (id, reference)
);
CREATE INDEX requests_payer ON payments.requests (payer_id);
CREATE INDEX requests_thing_code ON payments.requests (thing_code);

-- All money that arrives, once for each transaction of the bank, whatever became of it.
CREATE TABLE payments.receipts (
    bank_transaction text PRIMARY KEY CHECK (length(bank_transaction) BETWEEN 1 AND 64),
    reference text NOT NULL,
    request_id uuid,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('settled', 'overpaid', 'mismatched', 'unmatched')),
    -- Money that is here is in the books, even if it must go back.
    transfer_id uuid NOT NULL UNIQUE REFERENCES payments.transfers,
    paid_at timestamptz NOT NULL,
    at timestamptz NOT NULL,
    CHECK ((request_id IS NULL) = (outcome = 'unmatched')),
    FOREIGN KEY (request_id, reference) REFERENCES payments.requests (id, reference)
);
CREATE INDEX receipts_request ON payments.receipts (request_id);

-- A request ends once, by money or by word: both in one table, so that it cannot end both ways.
CREATE TABLE payments.closings (
    request_id uuid PRIMARY KEY REFERENCES payments.requests,
    closing text NOT NULL CHECK (closing IN ('settled', 'cancelled')),
    bank_transaction text UNIQUE REFERENCES payments.receipts,
    at timestamptz NOT NULL,
    CHECK ((closing = 'settled') = (bank_transaction IS NOT NULL))
);

ALTER TABLE payments.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.accounts FORCE ROW LEVEL SECURITY;
ALTER TABLE payments.transfers ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.transfers FORCE ROW LEVEL SECURITY;
ALTER TABLE payments.requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.requests FORCE ROW LEVEL SECURITY;
ALTER TABLE payments.receipts ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.receipts FORCE ROW LEVEL SECURITY;
ALTER TABLE payments.closings ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.closings FORCE ROW LEVEL SECURITY;

CREATE POLICY books_are_the_platforms ON payments.accounts USING (db.is_system());
CREATE POLICY books_are_the_platforms ON payments.transfers USING (db.is_system());
-- The payer, whoever made the request for them, the agency that is owed, the counter that may take it.
CREATE POLICY those_concerned ON payments.requests FOR SELECT USING (
    payer_id IN (db.person(), db.behalf()) OR (made_by = db.person() AND counter_code IS NULL)
    OR db.is_system() OR agencies.is_mine(agency_code)
    OR agencies.is_mine(counter_code)
);
-- Nobody sends another a bill: one's own request makes one's own.
CREATE POLICY in_own_name ON payments.requests FOR INSERT WITH CHECK (
    made_by = db.person() AND (payer_id IN (db.person(), db.behalf()) OR db.is_system())
);
-- An officer states a sum that nobody could know before: the agency's own bill.
CREATE POLICY stated_by_the_agency ON payments.requests FOR INSERT WITH CHECK (
    made_by = db.person() AND agencies.is_mine(agency_code)
);
-- For who stands at the counter.
CREATE POLICY at_the_counter ON payments.requests FOR INSERT WITH CHECK (
    made_by = db.person() AND agencies.is_mine(counter_code)
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
-- Only the platform books what the bank says.
CREATE POLICY those_concerned ON payments.receipts FOR SELECT USING (
    db.is_system()
    OR EXISTS (SELECT 1 FROM payments.requests AS r WHERE r.id = ANY (ARRAY[receipts.request_id]))
);
CREATE POLICY books_are_the_platforms ON payments.receipts FOR INSERT
    WITH CHECK (db.is_system());
CREATE POLICY those_concerned ON payments.closings FOR SELECT USING (
    EXISTS (SELECT 1 FROM payments.requests AS r WHERE r.id = ANY (ARRAY[closings.request_id]))
);
CREATE POLICY settled_by_the_platform ON payments.closings FOR INSERT WITH CHECK (
    db.is_system()
    OR (
        closing = 'cancelled'
        AND EXISTS (SELECT 1 FROM payments.requests AS r WHERE r.id = ANY (ARRAY[closings.request_id]))
    )
);

GRANT SELECT, INSERT ON
    payments.accounts, payments.transfers, payments.requests, payments.receipts, payments.closings
    TO motcua_app;

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.accounts
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.transfers
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.requests
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.receipts
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.closings
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();

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

-- A bill is owed to the agency that decides its thing: the last of these, or the one that it was made for.
CREATE TABLE payments.creditors (
    thing_id uuid NOT NULL REFERENCES payments.requests (thing_id),
    agency_code text NOT NULL,
    made_by uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (thing_id, at)
);
ALTER TABLE payments.creditors ENABLE ROW LEVEL SECURITY;
ALTER TABLE payments.creditors FORCE ROW LEVEL SECURITY;
CREATE POLICY with_the_bill ON payments.creditors FOR SELECT
    USING (db.is_system() OR payments.is_concerned(thing_id));
-- What is paid or called off stays where it is.
CREATE POLICY pass_on ON payments.creditors FOR INSERT WITH CHECK (
    made_by = db.person() AND payments.is_concerned(thing_id) AND NOT EXISTS (
        SELECT FROM payments.requests AS r JOIN payments.closings AS c ON c.request_id = r.id
        WHERE r.thing_id = ANY (ARRAY[creditors.thing_id])));
GRANT SELECT, INSERT ON payments.creditors TO motcua_app;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.creditors
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();

-- In an organisation's name a delegate sees what is owed where they may pay or file.
CREATE POLICY while_delegated ON payments.requests AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    payer_id = db.person() OR db.is_system()
    OR NOT (payer_id IS NOT DISTINCT FROM db.behalf() OR (made_by = db.person() AND counter_code IS NULL))
    OR agencies.is_mine(agency_code)
    OR identity.acts_for(payer_id, ARRAY['files', 'pays']));
