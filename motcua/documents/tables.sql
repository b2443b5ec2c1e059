-- What people hand in, what agencies issue, and who may read either.

CREATE SCHEMA documents;
GRANT USAGE ON SCHEMA documents TO motcua_app, motcua_gate;

-- The bytes lie in the store under their digest; a row says whose they are.
CREATE TABLE documents.files (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    made_by uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120 AND name !~ '[/\\[:cntrl:]]'),
    media_type text NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    size integer NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    made_at timestamptz NOT NULL,
    -- What the scanner said: held files are kept, and given and attached to nobody.
    scan text NOT NULL DEFAULT 'not_scanned'
        CHECK (scan IN ('own', 'clean', 'not_scanned', 'quarantined', 'infected')),
    scanned_at timestamptz,
    -- Of the bytes as they were sent, where a picture was drawn anew.
    sent_sha256 bytea CHECK (length(sent_sha256) = 32)
);
CREATE INDEX files_of_owner ON documents.files (owner_id);
CREATE INDEX files_in_quarantine ON documents.files (scanned_at) WHERE scan = 'quarantined';

-- Who else may read a file: an agency that handles the case, or another person of the case.
CREATE TABLE documents.shares (
    file_id uuid NOT NULL REFERENCES documents.files,
    agency_code text,
    person_id uuid,
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (file_id, agency_code, person_id),
    CHECK (num_nonnulls(agency_code, person_id) = 1)
);

-- The last number given out. The row is locked until the transaction ends, so no number is lost.
CREATE TABLE documents.sequences (
    agency_code text NOT NULL,
    kind_code text NOT NULL,
    year smallint NOT NULL,
    last integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (agency_code, kind_code, year)
);

-- A number belongs to one case's paper from before the paper is set, so a second try, after a
-- failure, gets the same one.
CREATE TABLE documents.numbers (
    reference text PRIMARY KEY CHECK (reference ~ '^[0-9A-HJKMNP-TV-Z]{20}$'),
    case_id uuid NOT NULL,
    kind_code text NOT NULL,
    agency_code text NOT NULL,
    year smallint NOT NULL,
    -- Null where the paper carries the number of something else, as a receipt does its case's.
    sequence integer,
    number text NOT NULL CHECK (length(number) BETWEEN 1 AND 100),
    -- The day the paper carries, however late it is set.
    issued_on date NOT NULL,
    UNIQUE (case_id, kind_code),
    UNIQUE (agency_code, kind_code, year, sequence)
);

CREATE TABLE documents.results (
    reference text PRIMARY KEY REFERENCES documents.numbers,
    case_id uuid NOT NULL,
    kind_code text NOT NULL,
    kind_name_vi text NOT NULL,
    kind_name_en text NOT NULL,
    agency_code text NOT NULL,
    issuer_name_vi text NOT NULL,
    issuer_name_en text NOT NULL,
    number text NOT NULL,
    issued_on date NOT NULL,
    file_id uuid NOT NULL UNIQUE REFERENCES documents.files,
    -- Null where the paper speaks of someone who has no account: a child, say.
    holder_id uuid,
    -- sha256 of the salt and the number printed on the paper: who can type it holds the paper.
    holder_salt bytea NOT NULL CHECK (length(holder_salt) = 16),
    holder_check bytea NOT NULL CHECK (length(holder_check) = 32),
    holder jsonb NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX results_of_case ON documents.results (case_id);
CREATE INDEX results_of_holder ON documents.results (holder_id);

-- A paper only ever goes from valid to replaced to revoked, and each at most once.
CREATE TABLE documents.result_statuses (
    reference text NOT NULL REFERENCES documents.results,
    status text NOT NULL CHECK (status IN ('valid', 'replaced', 'revoked')),
    made_by uuid NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (reference, status)
);

ALTER TABLE documents.files ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents.files FORCE ROW LEVEL SECURITY;
ALTER TABLE documents.shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents.shares FORCE ROW LEVEL SECURITY;
ALTER TABLE documents.sequences ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents.sequences FORCE ROW LEVEL SECURITY;
ALTER TABLE documents.numbers ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents.numbers FORCE ROW LEVEL SECURITY;
ALTER TABLE documents.results ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents.results FORCE ROW LEVEL SECURITY;
ALTER TABLE documents.result_statuses ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents.result_statuses FORCE ROW LEVEL SECURITY;

CREATE POLICY read ON documents.shares FOR SELECT TO motcua_app USING (
    db.is_system()
    OR db.person() IN (made_by, person_id)
    OR person_id = db.behalf()
    OR agencies.is_mine(agency_code)
);
CREATE POLICY read ON documents.files FOR SELECT TO motcua_app USING (
    db.is_system()
    OR owner_id IN (db.person(), db.behalf())
    OR EXISTS (
        SELECT FROM documents.shares AS s
        WHERE s.file_id = ANY (ARRAY[files.id])
          AND (s.person_id IN (db.person(), db.behalf()) OR agencies.is_mine(s.agency_code))
    )
);
-- A person hands in what is theirs; papers for others come from jobs and from officers' acts.
CREATE POLICY hand_in ON documents.files FOR INSERT TO motcua_app WITH CHECK (
    made_by = db.person()
    AND (db.is_system() OR owner_id IN (db.person(), db.behalf()) OR EXISTS (SELECT agencies.mine()))
);
-- An officer gives a scan to whose paper it is; until then it is their own work.
CREATE POLICY give ON documents.files FOR UPDATE TO motcua_app
    USING (made_by = db.person() AND owner_id = db.person() AND EXISTS (SELECT agencies.mine()))
    WITH CHECK (made_by = db.person());
-- The scanner's answer, by the job that asks it again.
CREATE POLICY scan ON documents.files FOR UPDATE TO motcua_app
    USING (db.is_system()) WITH CHECK (db.is_system());
-- Asks in the name of the caller; as a function, because the two tables' policies ask each other.
CREATE FUNCTION documents.is_readable(file_id uuid) RETURNS boolean LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM documents.files AS f
        WHERE f.id = is_readable.file_id AND f.scan NOT IN ('quarantined', 'infected')
    );
END;
-- An officer makes a paper for somebody else: their own work is not theirs to read until it is shared.
CREATE FUNCTION documents.is_own_work(file_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM documents.files AS f
        WHERE f.id = is_own_work.file_id AND f.made_by = db.person()
          AND f.scan NOT IN ('quarantined', 'infected')
    );
END;
ALTER FUNCTION documents.is_own_work OWNER TO motcua_gate;
GRANT EXECUTE ON FUNCTION documents.is_own_work TO motcua_app;
-- Only what one may read, or has made, can be passed on.
CREATE POLICY pass_on ON documents.shares FOR INSERT TO motcua_app WITH CHECK (
    made_by = db.person() AND (documents.is_readable(file_id) OR documents.is_own_work(file_id))
);

CREATE POLICY count_up ON documents.sequences TO motcua_app
    USING (db.is_system() OR agencies.is_mine(agency_code));
CREATE POLICY give_out ON documents.numbers TO motcua_app
    USING (db.is_system() OR agencies.is_mine(agency_code));

CREATE POLICY read ON documents.results FOR SELECT TO motcua_app USING (
    db.is_system()
    OR holder_id IN (db.person(), db.behalf())
    OR agencies.is_mine(agency_code)
    OR EXISTS (SELECT FROM documents.files AS f WHERE f.id = ANY (ARRAY[file_id]))
);
CREATE POLICY issue ON documents.results FOR INSERT TO motcua_app
    WITH CHECK (db.is_system() OR agencies.is_mine(agency_code));
CREATE POLICY read ON documents.result_statuses FOR SELECT TO motcua_app
    USING (EXISTS (SELECT FROM documents.results AS r WHERE r.reference = ANY (ARRAY[result_statuses.reference])));
CREATE POLICY declare ON documents.result_statuses FOR INSERT TO motcua_app WITH CHECK (
    made_by = db.person()
    AND (db.is_system() OR EXISTS (
        SELECT FROM documents.results AS r
        WHERE r.reference = ANY (ARRAY[result_statuses.reference]) AND agencies.is_mine(r.agency_code)))
);

GRANT SELECT, INSERT ON documents.files, documents.shares, documents.numbers TO motcua_app;
GRANT UPDATE (owner_id, scan, scanned_at) ON documents.files TO motcua_app;
GRANT SELECT, INSERT ON documents.results, documents.result_statuses TO motcua_app;
GRANT SELECT, INSERT, UPDATE (last) ON documents.sequences TO motcua_app;

-- Anyone who holds a paper may ask what the record says of it. Nothing of the person is in it.
CREATE FUNCTION documents.record_of(reference text)
RETURNS TABLE (
    reference text, kind_code text, kind_name_vi text, kind_name_en text, issuer_name_vi text,
    issuer_name_en text, number text, issued_on date, sha256 bytea, status text,
    status_since timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT r.reference, r.kind_code, r.kind_name_vi, r.kind_name_en, r.issuer_name_vi,
        r.issuer_name_en, r.number, r.issued_on, f.sha256, s.status, s.made_at
    FROM documents.results AS r
    JOIN documents.files AS f ON f.id = r.file_id
    JOIN documents.result_statuses AS s ON s.reference = r.reference
    WHERE r.reference = record_of.reference
    ORDER BY array_position(ARRAY['revoked', 'replaced', 'valid'], s.status)
    LIMIT 1;
END;
ALTER FUNCTION documents.record_of OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION documents.record_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION documents.record_of TO motcua_app;

-- Of whom a paper speaks, for one who types the number printed on it. One answer, none, for a
-- wrong number and for a paper that does not exist.
CREATE FUNCTION documents.holder_of(reference text, number text)
RETURNS TABLE (file_id uuid, holder_id uuid, holder jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT r.file_id, r.holder_id, r.holder
    FROM documents.results AS r
    WHERE r.reference = holder_of.reference
      AND r.holder_check = sha256(r.holder_salt || convert_to(holder_of.number, 'UTF8'));
END;
ALTER FUNCTION documents.holder_of OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION documents.holder_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION documents.holder_of TO motcua_app;

CREATE POLICY gate ON documents.files FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON documents.results FOR SELECT TO motcua_gate USING (true);
CREATE POLICY gate ON documents.result_statuses FOR SELECT TO motcua_gate USING (true);
GRANT SELECT (id, sha256, made_by, scan) ON documents.files TO motcua_gate;
GRANT SELECT ON documents.results, documents.result_statuses TO motcua_gate;

-- Who opened one's papers, for the page that says so; these events are few among many.
-- The table is as new as this step and empty.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX openings_of_person ON db.events (person_id, id DESC)
    WHERE kind IN ('document.opened', 'document.shown');

-- In an organisation's name a delegate reads its results where they may receive them, and other files
-- of it where they may file.
CREATE FUNCTION documents.is_result(file uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM documents.results AS r WHERE r.file_id = file);
END;
ALTER FUNCTION documents.is_result OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION documents.is_result FROM PUBLIC;
GRANT EXECUTE ON FUNCTION documents.is_result TO motcua_app;
CREATE POLICY while_delegated ON documents.results AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    holder_id IS NULL OR holder_id IS DISTINCT FROM db.behalf() OR identity.acts_for(holder_id, ARRAY['receives']));
CREATE POLICY while_delegated ON documents.files AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    owner_id IS DISTINCT FROM db.behalf()
    OR identity.acts_for(owner_id, ARRAY['receives'])
    OR (identity.acts_for(owner_id, ARRAY['files']) AND NOT documents.is_result(id)));
CREATE POLICY while_delegated_in ON documents.files AS RESTRICTIVE FOR INSERT TO motcua_app WITH CHECK (
    owner_id IS DISTINCT FROM db.behalf() OR identity.acts_for(owner_id, ARRAY['files']));
