-- Rows of the national catalogue as they were imported, every version of each.

CREATE TABLE cases.catalogue (
    code text NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    digest text NOT NULL,
    level text NOT NULL CHECK (level IN ('ministry', 'city', 'commune', 'other')),
    published jsonb NOT NULL,
    reading jsonb NOT NULL,
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
