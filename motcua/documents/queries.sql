-- name: add_file
INSERT INTO documents.files
    (id, owner_id, made_by, name, media_type, size, sha256, made_at, scan, scanned_at, sent_sha256)
VALUES
    (:file_id, :owner_id, :made_by, :name, :media_type, :size, :sha256, :at, :scan, :at, :sent_sha256);

-- name: files_in_quarantine
SELECT id, owner_id, name, media_type, size, sha256, made_at, scan
FROM documents.files
WHERE scan = 'quarantined'
ORDER BY scanned_at
LIMIT :at_most;

-- name: note_scan
UPDATE documents.files SET scan = :scan, scanned_at = :at
WHERE id = :file_id AND scan = 'quarantined';

-- name: file_by_id
SELECT id, owner_id, name, media_type, size, sha256, made_at, scan
FROM documents.files
WHERE id = :file_id;

-- name: files_by_id
SELECT id, owner_id, name, media_type, size, sha256, made_at, scan
FROM documents.files
WHERE id = ANY(:file_ids::uuid[]);

-- name: share_files
INSERT INTO documents.shares (file_id, agency_code, person_id, made_by, made_at)
SELECT file_id, :agency_code::text, :person_id::uuid, :made_by, :at
FROM unnest(:file_ids::uuid[]) AS file_id
ON CONFLICT DO NOTHING;

-- name: next_in_sequence
INSERT INTO documents.sequences AS s (agency_code, kind_code, year, last)
VALUES (:agency_code, :kind_code, :year, 1)
ON CONFLICT (agency_code, kind_code, year) DO UPDATE SET last = s.last + 1
RETURNING last;

-- name: reserved_number
SELECT reference, number, issued_on
FROM documents.numbers
WHERE case_id = :case_id AND kind_code = :kind_code;

-- name: reserve_number
INSERT INTO documents.numbers
    (reference, case_id, kind_code, agency_code, year, sequence, number, issued_on)
VALUES (:reference, :case_id, :kind_code, :agency_code, :year, :sequence, :number, :issued_on);

-- name: issued_by_reference
SELECT reference, number, issued_on, file_id AS document, case_id
FROM documents.results
WHERE reference = :reference;

-- name: results_of_cases
SELECT reference, number, issued_on, file_id AS document, case_id
FROM documents.results
WHERE case_id = ANY (:cases)
ORDER BY made_at;

-- name: record_result
INSERT INTO documents.results
    (reference, case_id, kind_code, kind_name_vi, kind_name_en, agency_code, issuer_name_vi,
     issuer_name_en, number, issued_on, file_id, holder_id, holder_salt, holder_check, holder, made_at)
VALUES
    (:reference, :case_id, :kind_code, :kind_name_vi, :kind_name_en, :agency_code, :issuer_name_vi,
     :issuer_name_en, :number, :issued_on, :file_id, :holder_id, :holder_salt, :holder_check, :holder,
     :at);

-- name: declare_status
INSERT INTO documents.result_statuses (reference, status, made_by, made_at)
VALUES (:reference, :status, :made_by, :at)
ON CONFLICT DO NOTHING;

-- name: papers_of
SELECT
    r.reference, r.kind_name_vi, r.kind_name_en, r.issuer_name_vi, r.issuer_name_en, r.number,
    r.issued_on, r.file_id AS document, s.status
FROM (
    -- Each by its own index: one OR over both tables would read every paper of the city.
    SELECT h.reference FROM documents.results AS h WHERE h.holder_id = :person_id
    UNION
    SELECT o.reference FROM documents.files AS f JOIN documents.results AS o ON o.file_id = f.id
    WHERE f.owner_id = :person_id
) AS own
JOIN documents.results AS r ON r.reference = own.reference
JOIN documents.files AS f ON f.id = r.file_id
CROSS JOIN LATERAL (
    SELECT status
    FROM documents.result_statuses
    WHERE reference = r.reference
    ORDER BY array_position(ARRAY['revoked', 'replaced', 'valid'], status)
    LIMIT 1
) AS s
ORDER BY r.made_at DESC
LIMIT :most;

-- name: record_of
SELECT
    reference, kind_code, kind_name_vi, kind_name_en, issuer_name_vi, issuer_name_en, number,
    issued_on, sha256, status, status_since
FROM documents.record_of(:reference);

-- name: holder_of
SELECT file_id AS document, holder_id AS person, holder AS shown
FROM documents.holder_of(:reference, :number);

-- name: opened_for
SELECT s.agency_code, exchange.covert_order(NULL, ARRAY[CAST(:owner_id AS uuid)], s.agency_code, :at) AS covert
FROM documents.shares AS s
WHERE s.file_id = :file_id AND agencies.is_mine(s.agency_code)
ORDER BY s.made_at
LIMIT 1;

-- name: openings_of
SELECT e.id, e.at, e.kind, e.actor_id, f.name, r.kind_name_vi, r.kind_name_en,
    e.facts ->> 'agency' AS agency_code
FROM db.events AS e
LEFT JOIN documents.files AS f ON f.id = e.subject_id
LEFT JOIN documents.results AS r ON r.file_id = e.subject_id
WHERE e.kind IN ('document.opened', 'document.shown') AND e.person_id = :person_id
  AND e.id < :before
ORDER BY e.id DESC
LIMIT :at_most;

-- name: give_files
UPDATE documents.files SET owner_id = :person_id
WHERE id = ANY (:file_ids::uuid[]) AND owner_id = db.person();
