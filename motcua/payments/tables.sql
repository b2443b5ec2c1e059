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
    code text PRIMARY KEY CHECK (code ~ '^(bank|refunds|revenue):[0-9A-Za-z.:_-]{1,80}$'),
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
-- The payer, whoever made the request for them, and the agency that is owed.
CREATE POLICY those_concerned ON payments.requests FOR SELECT USING (
    db.person() IN (payer_id, made_by) OR payer_id = db.behalf() OR db.is_system()
    OR agency_code IN (SELECT agencies.mine())
);
-- Nobody sends another a bill: one's own request makes one's own.
CREATE POLICY in_own_name ON payments.requests FOR INSERT WITH CHECK (
    made_by = db.person() AND (payer_id IN (db.person(), db.behalf()) OR db.is_system())
);
-- Only the platform books what the bank says.
CREATE POLICY those_concerned ON payments.receipts FOR SELECT USING (
    db.is_system()
    OR EXISTS (SELECT 1 FROM payments.requests AS r WHERE r.id = receipts.request_id)
);
CREATE POLICY books_are_the_platforms ON payments.receipts FOR INSERT
    WITH CHECK (db.is_system());
CREATE POLICY those_concerned ON payments.closings FOR SELECT USING (
    EXISTS (SELECT 1 FROM payments.requests AS r WHERE r.id = closings.request_id)
);
CREATE POLICY settled_by_the_platform ON payments.closings FOR INSERT WITH CHECK (
    db.is_system()
    OR (
        closing = 'cancelled'
        AND EXISTS (SELECT 1 FROM payments.requests AS r WHERE r.id = closings.request_id)
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
