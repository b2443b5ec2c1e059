-- What people asked of their own data: copies of everything, and to be forgotten. And who may delete what.

CREATE SCHEMA privacy;
GRANT USAGE ON SCHEMA privacy TO motcua_app;

-- Everything about somebody as one archive: made by a job, sealed with their key, fetched for some days.
CREATE TABLE privacy.exports (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'at_work', 'ready')),
    percent smallint NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
    size integer CHECK (size > 0),
    -- Of the sealed bytes in the store.
    sha256 bytea CHECK (length(sha256) = 32),
    until timestamptz NOT NULL CHECK (until > asked_at),
    downloads smallint NOT NULL DEFAULT 0 CHECK (downloads BETWEEN 0 AND 100),
    CHECK ((state = 'ready') = (sha256 IS NOT NULL AND size IS NOT NULL)),
    CHECK (state = 'ready' OR downloads = 0)
);
CREATE INDEX exports_of_person ON privacy.exports (person_id, asked_at DESC);
CREATE INDEX exports_by_end ON privacy.exports (until);
ALTER TABLE privacy.exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE privacy.exports FORCE ROW LEVEL SECURITY;
-- An organisation's is its representative's, and nobody's whom they let act.
CREATE POLICY own ON privacy.exports FOR SELECT USING (
    person_id = db.person() OR db.is_system()
    OR (person_id = db.behalf() AND identity.represents(person_id)));
CREATE POLICY ask ON privacy.exports FOR INSERT WITH CHECK (
    person_id = db.person() OR db.is_system()
    OR (person_id = db.behalf() AND identity.represents(person_id)));
CREATE POLICY make_and_fetch ON privacy.exports FOR UPDATE USING (
    person_id = db.person() OR db.is_system()
    OR (person_id = db.behalf() AND identity.represents(person_id)));
CREATE POLICY forget ON privacy.exports FOR DELETE USING (db.is_system());
GRANT SELECT, INSERT, UPDATE (state, percent, size, sha256, downloads), DELETE ON privacy.exports TO motcua_app;

-- Who was forgotten, at which request, and what a law kept. From it an old copy is forgotten again.
CREATE TABLE privacy.erasures (
    case_id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    at timestamptz NOT NULL,
    is_whole boolean NOT NULL,
    kept integer NOT NULL CHECK (kept >= 0),
    CHECK (is_whole = (kept = 0))
);
CREATE INDEX erasures_of_person ON privacy.erasures (person_id);
ALTER TABLE privacy.erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE privacy.erasures FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON privacy.erasures FOR SELECT USING (person_id = db.person() OR db.is_system());
CREATE POLICY forget ON privacy.erasures FOR INSERT WITH CHECK (db.is_system());
GRANT SELECT, INSERT ON privacy.erasures TO motcua_app;

-- What time or a person's request takes away, the platform deletes, and nobody else.
CREATE POLICY forget ON exchange.looks FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY forget ON exchange.look_subjects FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY forget ON exchange.look_outcomes FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY forget ON identity.delegations FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY forget ON documents.files FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY forget ON documents.shares FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY forget ON notices.messages FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY forget ON notices.deliveries FOR DELETE TO motcua_app USING (db.is_system());
CREATE POLICY forget ON cases.looks FOR DELETE TO motcua_app USING (db.is_system());
GRANT DELETE ON identity.delegations, exchange.subjects, exchange.looks, exchange.look_subjects, exchange.look_outcomes, documents.files,
    documents.shares, notices.messages, notices.deliveries, cases.looks TO motcua_app;
