-- A form that came when its session had ended: kept for minutes, and put back for the same person. Only
-- the browser holds the key to it, so whoever reads this table learns nothing.
CREATE TABLE identity.kept_forms (
    id_hash bytea PRIMARY KEY CHECK (length(id_hash) = 32),
    realm text NOT NULL CHECK (realm IN ('residents', 'officers')),
    -- Whose session had ended; null where the browser showed none.
    person_id uuid REFERENCES identity.people,
    sealed bytea NOT NULL CHECK (length(sealed) <= 100000),
    made_at timestamptz NOT NULL
);
CREATE INDEX kept_forms_by_time ON identity.kept_forms (made_at);
ALTER TABLE identity.kept_forms ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity.kept_forms FORCE ROW LEVEL SECURITY;
-- It is kept before anybody is known, so the platform writes it.
CREATE POLICY keep ON identity.kept_forms FOR INSERT TO motcua_app WITH CHECK (db.is_system());
CREATE POLICY forget ON identity.kept_forms FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY read ON identity.kept_forms FOR SELECT TO motcua_app USING (
    db.is_system() OR person_id = db.person() OR (person_id IS NULL AND db.person() IS NOT NULL));
GRANT SELECT, INSERT, DELETE ON identity.kept_forms TO motcua_app;

-- Whose a session is or was: also one that has ended, as long as its row is there.
CREATE FUNCTION identity.owner_of_session(hash bytea, realm text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
BEGIN ATOMIC
    SELECT s.person_id FROM identity.sessions AS s
    WHERE s.token_hash = owner_of_session.hash AND s.realm = owner_of_session.realm;
END;
ALTER FUNCTION identity.owner_of_session OWNER TO motcua_gate;
REVOKE ALL ON FUNCTION identity.owner_of_session FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity.owner_of_session TO motcua_app;
