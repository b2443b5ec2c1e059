CREATE SCHEMA notices;
GRANT USAGE ON SCHEMA notices TO motcua_app;

CREATE TABLE notices.messages (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    made_by uuid NOT NULL,
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000),
    language text NOT NULL CHECK (language IN ('vi', 'en')),
    about_kind text NOT NULL CHECK (about_kind ~ '^[a-z_]{1,40}$'),
    about_id uuid NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX messages_person ON notices.messages (person_id, made_at);

-- The address is looked up at each try, so that a corrected one counts, and kept as proof: sealed with
-- the reader's key.
CREATE TABLE notices.deliveries (
    message_id uuid NOT NULL REFERENCES notices.messages,
    attempt smallint NOT NULL CHECK (attempt BETWEEN 1 AND 100),
    channel text NOT NULL CHECK (channel IN ('email', 'inbox')),
    to_address text CHECK (length(to_address) <= 500),
    outcome text NOT NULL CHECK (outcome IN ('sent', 'kept', 'refused', 'failed')),
    at timestamptz NOT NULL,
    PRIMARY KEY (message_id, attempt),
    CHECK ((channel = 'email') = (to_address IS NOT NULL))
);
-- A message is sent once.
CREATE UNIQUE INDEX deliveries_sent ON notices.deliveries (message_id) WHERE outcome = 'sent';

ALTER TABLE notices.messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices.messages FORCE ROW LEVEL SECURITY;
ALTER TABLE notices.deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices.deliveries FORCE ROW LEVEL SECURITY;

CREATE POLICY own ON notices.messages FOR SELECT
    USING (person_id = db.person() OR person_id = db.behalf() OR db.is_system());
CREATE POLICY in_own_name ON notices.messages FOR INSERT WITH CHECK (made_by = db.person());
CREATE POLICY own ON notices.deliveries FOR SELECT USING (
    EXISTS (SELECT 1 FROM notices.messages AS m WHERE m.id = ANY (ARRAY[deliveries.message_id]))
);
CREATE POLICY by_the_platform ON notices.deliveries FOR INSERT WITH CHECK (db.is_system());

-- What was said stays said.
GRANT SELECT, INSERT ON notices.messages, notices.deliveries TO motcua_app;

-- What an organisation was told, whoever acts in its name reads as long as they may.
CREATE POLICY while_delegated ON notices.messages AS RESTRICTIVE FOR SELECT TO motcua_app USING (
    person_id IS DISTINCT FROM db.behalf() OR identity.acts_for(person_id, ARRAY['files', 'pays', 'receives']));
