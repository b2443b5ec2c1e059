-- Whether the acting person may act under this key: 0 and it is theirs to the end of the transaction;
-- 1 while another request is at work with it, told at once and not kept waiting; 2 when it was answered.
CREATE FUNCTION db.take_turn(wanted text) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended(db.person()::text || wanted, 0)) THEN
        RETURN 1;
    ELSIF EXISTS (SELECT FROM db.answers WHERE person_id = db.person() AND key = wanted) THEN
        RETURN 2;
    END IF;
    RETURN 0;
END;
$$;
