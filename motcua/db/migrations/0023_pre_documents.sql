-- What the scanner for malware said of a file, and the digest of a picture as it was sent.
ALTER TABLE documents.files
    ADD COLUMN scan text NOT NULL DEFAULT 'not_scanned'
        CHECK (scan IN ('own', 'clean', 'not_scanned', 'quarantined', 'infected')),
    ADD COLUMN scanned_at timestamptz,
    ADD COLUMN sent_sha256 bytea CHECK (length(sent_sha256) = 32);
-- Few rows ever stand in it, and none on the day it is made.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX files_in_quarantine ON documents.files (scanned_at) WHERE scan = 'quarantined';

GRANT UPDATE (scan, scanned_at) ON documents.files TO motcua_app;
GRANT SELECT (scan) ON documents.files TO motcua_gate;
-- The scanner's answer, by the job that asks it again.
CREATE POLICY scan ON documents.files FOR UPDATE TO motcua_app
    USING (db.is_system()) WITH CHECK (db.is_system());

-- What is held is passed on to nobody.
CREATE OR REPLACE FUNCTION documents.is_readable(file_id uuid) RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM documents.files AS f
        WHERE f.id = is_readable.file_id AND f.scan NOT IN ('quarantined', 'infected')
    );
END;
CREATE OR REPLACE FUNCTION documents.is_own_work(file_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM documents.files AS f
        WHERE f.id = is_own_work.file_id AND f.made_by = db.person()
          AND f.scan NOT IN ('quarantined', 'infected')
    );
END;
