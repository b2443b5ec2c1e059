-- A list of all posts of an officer was made for every transaction, though most look at one case.
-- Whether the acting person works in this agency today. Policies ask it of every row, so each agency is
-- looked up once in a transaction and the answer kept with it: `who when ,H26.1+,H26.2-,`.
CREATE OR REPLACE FUNCTION agencies.is_mine(code text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    me CONSTANT text := current_setting('motcua.person', true) || ' ' || current_date || ' ,';
    known text := current_setting('motcua.agencies', true);
    found boolean;
BEGIN
    IF me IS NULL OR code IS NULL THEN
        RETURN false;
    ELSIF known IS NULL OR NOT starts_with(known, me) THEN
        known := me;
    ELSIF strpos(known, ',' || code || '+,') > 0 THEN
        RETURN true;
    ELSIF strpos(known, ',' || code || '-,') > 0 THEN
        RETURN false;
    END IF;
    found := EXISTS (SELECT FROM agencies.mine() AS one WHERE one = code);
    PERFORM set_config('motcua.agencies', known || code || CASE WHEN found THEN '+,' ELSE '-,' END, true);
    RETURN found;
END;
$$;
