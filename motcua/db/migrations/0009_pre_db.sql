-- squawk-ignore-file ban-drop-constraint, ban-drop-function
-- Workers and streams are told after the commit (motcua.db.bell): NOTIFY within it makes
-- transactions commit one behind the other.
DROP TRIGGER tg_pgqueuer_changed ON jobs.pgqueuer;
DROP FUNCTION jobs.fn_pgqueuer_changed();

-- An answer is written once, when it is given; until then only a lock holds its key.
ALTER TABLE db.answers DROP CONSTRAINT answers_check;
-- At most a day of answers lies here.
-- squawk-ignore adding-not-nullable-field
ALTER TABLE db.answers ALTER COLUMN status SET NOT NULL, ALTER COLUMN body SET NOT NULL, ALTER COLUMN media_type SET NOT NULL;
REVOKE UPDATE (status, body, media_type) ON db.answers FROM motcua_app;
