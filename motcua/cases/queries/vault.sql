-- name: held_by
-- Results of somebody, and papers of theirs that an office has accepted with a case; newest first. Each part by
-- its own index. A result that was handed in again stays a result.
WITH own AS (
    SELECT h.reference FROM documents.results AS h WHERE h.holder_id = :person
    UNION
    SELECT o.reference FROM documents.files AS f JOIN documents.results AS o ON o.file_id = f.id
    WHERE f.owner_id = :person
), held AS (
    SELECT r.file_id, r.reference, r.kind_code AS result_code, NULL::text AS procedure_code, NULL::text AS requirement,
           r.kind_name_vi AS name_vi, r.kind_name_en AS name_en, r.number, r.issuer_name_vi AS issuer_vi,
           r.issuer_name_en AS issuer_en, NULL::text AS signer, r.holder ->> 'name' AS holder, NULL::text AS summary,
           r.issued_on, NULL::date AS stated_until, NULL::text AS digitised_by, s.status, NULL::text AS because,
           r.made_at AS kept_at
    FROM own JOIN documents.results AS r ON r.reference = own.reference
    CROSS JOIN LATERAL (
        SELECT status FROM documents.result_statuses WHERE reference = r.reference
        ORDER BY array_position(ARRAY['revoked', 'replaced', 'valid'], status)
        LIMIT 1
    ) AS s
    UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (d.file_id)
               d.file_id, NULL, NULL, c.procedure_code, d.requirement, NULL, NULL, m.number, m.issuer, m.issuer,
               m.signer, m.holder, m.summary, m.issued_on, m.valid_until, m.digitised_by_name,
               CASE WHEN m.withdrawn_at IS NULL THEN 'valid' ELSE 'withdrawn' END, m.withdrawn_because, d.added_at
        FROM cases.cases AS c
        JOIN cases.case_documents AS d ON d.case_id = c.id
        LEFT JOIN cases.digitised_papers AS m ON m.file_id = d.file_id
        WHERE c.applicant_id = :person AND c.accepted_at IS NOT NULL AND c.business <> 'withdrawn'
          AND NOT EXISTS (SELECT FROM documents.results AS r WHERE r.file_id = d.file_id)
        ORDER BY d.file_id, d.added_at
    ) AS papers
)
SELECT h.file_id AS file, f.name AS file_name, f.media_type, f.size, h.reference, h.result_code, h.procedure_code,
       h.requirement, h.name_vi, h.name_en, h.number, h.issuer_vi, h.issuer_en, h.signer, h.holder, h.summary,
       h.issued_on, h.stated_until, h.digitised_by, h.status, h.because, h.kept_at,
       (SELECT count(*)::int FROM cases.reuses AS u WHERE u.file_id = h.file_id) AS uses
FROM held AS h JOIN documents.files AS f ON f.id = h.file_id
WHERE f.scan NOT IN ('quarantined', 'infected') AND (h.reference IS NOT NULL OR f.owner_id = :person)
ORDER BY h.kept_at DESC, h.file_id
LIMIT :at_most;

-- name: reused_in
-- Which documents of a case its applicant had here before it was filed, and as what.
SELECT d.file_id, d.requirement, r.reference IS NOT NULL AS is_result, r.kind_code AS result_code,
       earlier.procedure_code, earlier.requirement AS earlier_requirement
FROM cases.case_documents AS d
JOIN cases.cases AS c ON c.id = d.case_id
LEFT JOIN documents.results AS r ON r.file_id = d.file_id
LEFT JOIN LATERAL (
    SELECT o.procedure_code, e.requirement
    FROM cases.cases AS o JOIN cases.case_documents AS e ON e.case_id = o.id AND e.file_id = d.file_id
    WHERE o.applicant_id = c.applicant_id AND o.id <> c.id AND e.added_at < d.added_at
    ORDER BY e.added_at
    LIMIT 1
) AS earlier ON true
WHERE d.case_id = :case_id AND d.requirement <> :withdrawal
  AND (r.reference IS NOT NULL OR earlier.requirement IS NOT NULL)
  AND NOT EXISTS (SELECT FROM cases.reuses AS u WHERE u.case_id = d.case_id AND u.file_id = d.file_id);

-- name: count_reuses
INSERT INTO cases.reuses (case_id, file_id, requirement, component, digitised, taken_by, at)
SELECT :case_id, u.file_id, u.requirement, u.component, u.digitised, :taken_by, :at
FROM unnest(
    CAST(:files AS uuid[]), CAST(:requirements AS text[]), CAST(:components AS text[]),
    CAST(:digitised AS smallint[])
) AS u (file_id, requirement, component, digitised)
ON CONFLICT DO NOTHING
RETURNING digitised;

-- name: digitised_paper
SELECT number, issuer, signer, holder, summary, issued_on, valid_until, digitised_by_name, digitised_at,
       withdrawn_at, withdrawn_because
FROM cases.digitised_papers WHERE file_id = :file_id;

-- name: describe_paper
INSERT INTO cases.digitised_papers AS p
    (file_id, case_id, number, issuer, signer, holder, summary, issued_on, valid_until, agency_code, digitised_by,
     digitised_by_name, digitised_at, withdrawn_at, withdrawn_because)
VALUES
    (:file_id, :case_id, :number, :issuer, :signer, :holder, :summary, :issued_on, :valid_until, :agency_code,
     :officer, :officer_name, :at, :withdrawn_at, :because)
ON CONFLICT (file_id) DO UPDATE SET
    number = excluded.number, issuer = excluded.issuer, signer = excluded.signer, holder = excluded.holder,
    summary = excluded.summary, issued_on = excluded.issued_on, valid_until = excluded.valid_until,
    agency_code = excluded.agency_code, digitised_by = excluded.digitised_by,
    digitised_by_name = excluded.digitised_by_name, digitised_at = excluded.digitised_at,
    withdrawn_at = coalesce(p.withdrawn_at, excluded.withdrawn_at),
    withdrawn_because = coalesce(p.withdrawn_because, excluded.withdrawn_because);

-- name: was_reused
SELECT EXISTS (SELECT FROM cases.reuses WHERE case_id = :case_id AND file_id = :file_id);
