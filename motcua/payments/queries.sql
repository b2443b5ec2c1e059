-- name: open_request
INSERT INTO payments.requests (
    id, reference, thing_id, thing_code, payer_id, made_by,
    agency_code, amount, currency, lines, made_at, counter_code
) VALUES (
    :id, :reference, :thing_id, :thing_code, :payer, db.person(),
    :agency, :amount, :currency, :lines, :at, :counter
);

-- name: requests_of_things
SELECT
    r.id, r.reference, r.thing_id, r.thing_code, r.payer_id, r.agency_code, r.amount, r.currency,
    r.lines, r.made_at, c.closing,
    coalesce((
        SELECT sum(p.amount) FROM payments.receipts AS p
        WHERE p.request_id = r.id AND p.currency = r.currency AND p.outcome <> 'settled'
    ), 0)::bigint AS refund_amount
FROM payments.requests AS r
LEFT JOIN payments.closings AS c ON c.request_id = r.id
WHERE r.thing_id = ANY(:thing_ids::uuid[]);

-- name: request_by_id
SELECT
    r.id, r.reference, r.thing_id, r.thing_code, r.payer_id,
    coalesce((
        SELECT k.agency_code FROM payments.creditors AS k
        WHERE k.thing_id = r.thing_id ORDER BY k.at DESC LIMIT 1
    ), r.agency_code) AS agency_code, r.amount, r.currency,
    r.lines, r.made_at, c.closing,
    coalesce((
        SELECT sum(p.amount) FROM payments.receipts AS p
        WHERE p.request_id = r.id AND p.currency = r.currency AND p.outcome <> 'settled'
    ), 0)::bigint AS refund_amount
FROM payments.requests AS r
LEFT JOIN payments.closings AS c ON c.request_id = r.id
WHERE r.id = :id;

-- name: request_by_reference
SELECT
    r.id, r.reference, r.thing_id, r.thing_code, r.payer_id,
    coalesce((
        SELECT k.agency_code FROM payments.creditors AS k
        WHERE k.thing_id = r.thing_id ORDER BY k.at DESC LIMIT 1
    ), r.agency_code) AS agency_code, r.amount, r.currency,
    r.lines, r.made_at, c.closing, 0::bigint AS refund_amount
FROM payments.requests AS r
LEFT JOIN payments.closings AS c ON c.request_id = r.id
WHERE r.reference = :reference;

-- name: request_by_thing_code
SELECT
    r.id, r.reference, r.thing_id, r.thing_code, r.payer_id, r.agency_code, r.amount, r.currency,
    r.lines, r.made_at, c.closing, 0::bigint AS refund_amount
FROM payments.requests AS r
LEFT JOIN payments.closings AS c ON c.request_id = r.id
WHERE r.thing_code = :code
ORDER BY r.id DESC
LIMIT 1;

-- name: lock_name
-- The application may change no row, so it has none to lock.
SELECT pg_advisory_xact_lock(hashtextextended(:name, 0));

-- name: receipt_by_transaction
SELECT bank_transaction, reference, amount, currency, outcome
FROM payments.receipts
WHERE bank_transaction = :bank_transaction;

-- name: record_receipt
INSERT INTO payments.receipts (
    bank_transaction, reference, request_id, amount, currency, outcome, transfer_id, paid_at, at
) VALUES (
    :bank_transaction, :reference, :request_id, :amount, :currency, :outcome, :transfer_id,
    :paid_at, :at
);

-- name: close_request
INSERT INTO payments.closings (request_id, closing, bank_transaction, at)
VALUES (:request_id, :closing, :bank_transaction, :at);

-- name: open_account
INSERT INTO payments.accounts (code, kind, currency)
VALUES (:code, :kind, :currency)
ON CONFLICT (code) DO NOTHING;

-- name: record_transfer
INSERT INTO payments.transfers (id, debit, credit, amount, currency, at)
VALUES (:id, :debit, :credit, :amount, :currency, :at)
ON CONFLICT (id) DO NOTHING;

-- name: transfer_by_id
SELECT id, debit, credit, amount, currency FROM payments.transfers WHERE id = :id;

-- name: balances
SELECT a.code AS account, a.currency, coalesce(sum(m.amount), 0)::bigint AS amount
FROM payments.accounts AS a
LEFT JOIN (
    SELECT debit AS account, amount FROM payments.transfers
    UNION ALL
    SELECT credit, -amount FROM payments.transfers
) AS m ON m.account = a.code
GROUP BY a.code, a.currency
ORDER BY a.code;

-- name: ledger_faults
-- The second place in which each truth is held: what the constraints should make impossible.
SELECT 'out_of_balance' AS fault, m.currency AS subject
FROM (
    SELECT currency, debit AS account, amount FROM payments.transfers
    UNION ALL
    SELECT currency, credit, -amount FROM payments.transfers
) AS m
JOIN payments.accounts AS a ON a.code = m.account
GROUP BY m.currency
HAVING sum(m.amount) <> 0
UNION ALL
SELECT 'settled_without_one_transfer', r.id::text
FROM payments.closings AS c
JOIN payments.requests AS r ON r.id = c.request_id
WHERE c.closing = 'settled' AND 1 <> (
    SELECT count(*)
    FROM payments.receipts AS p
    JOIN payments.transfers AS t ON t.id = p.transfer_id
    WHERE p.request_id = r.id AND p.outcome = 'settled'
        AND p.bank_transaction = c.bank_transaction
        AND t.amount = r.amount AND t.currency = r.currency
        AND t.debit = coalesce(
            (SELECT CASE k.method WHEN 'cash' THEN 'cash:' ELSE 'bank:' END
                    || k.counter_code || ':' || r.currency
             FROM payments.counter_receipts AS k WHERE k.bank_transaction = p.bank_transaction),
            'bank:' || r.currency)
        AND t.credit = 'revenue:' || coalesce(
            (SELECT k.agency_code FROM payments.creditors AS k
             WHERE k.thing_id = r.thing_id ORDER BY k.at DESC LIMIT 1),
            r.agency_code) || ':' || r.currency
)
UNION ALL
SELECT 'receipt_settles_nothing', p.bank_transaction
FROM payments.receipts AS p
WHERE p.outcome = 'settled' AND NOT EXISTS (
    SELECT 1 FROM payments.closings AS c WHERE c.bank_transaction = p.bank_transaction
)
UNION ALL
SELECT 'receipt_differs_from_transfer', p.bank_transaction
FROM payments.receipts AS p
JOIN payments.transfers AS t ON t.id = p.transfer_id
WHERE (p.amount, p.currency) <> (t.amount, t.currency)
UNION ALL
SELECT 'refund_in_the_revenue', p.bank_transaction
FROM payments.receipts AS p
JOIN payments.transfers AS t ON t.id = p.transfer_id
WHERE p.outcome <> 'settled' AND t.credit <> 'refunds:' || t.currency
UNION ALL
SELECT 'transfer_without_receipt', t.id::text
FROM payments.transfers AS t
WHERE NOT EXISTS (SELECT 1 FROM payments.receipts AS p WHERE p.transfer_id = t.id);

-- name: next_counter_number
INSERT INTO payments.counter_numbers AS n (counter_code, year, last)
VALUES (:counter, :year, 1)
ON CONFLICT (counter_code, year) DO UPDATE SET last = n.last + 1
RETURNING last;

-- name: record_counter_receipt
INSERT INTO payments.counter_receipts
    (bank_transaction, counter_code, year, number, method, taken_by, taken_by_name, slip)
VALUES (:bank_transaction, :counter, :year, :number, :method, :taken_by, :taken_by_name, :slip);

-- name: counter_receipt_of_thing
SELECT k.counter_code, k.year, k.number, k.method, p.amount, p.currency, k.taken_by,
       k.taken_by_name, k.slip, p.paid_at
FROM payments.requests AS r
JOIN payments.receipts AS p ON p.request_id = r.id
JOIN payments.counter_receipts AS k ON k.bank_transaction = p.bank_transaction
WHERE r.thing_id = :thing_id;

-- name: pass_request_on
INSERT INTO payments.creditors (thing_id, agency_code, made_by, at)
VALUES (:thing_id, :agency, :made_by, :at);

-- name: share_request
INSERT INTO payments.shares (thing_id, agency_code, made_by, at)
SELECT r.thing_id, :agency, :made_by, :at FROM payments.requests AS r WHERE r.thing_id = :thing_id
ON CONFLICT DO NOTHING;
