-- The policies of before ask the quick question too. And where they look into another table they look
-- by its index: `= ANY (ARRAY[...])` keeps PostgreSQL from reading all of that table into a hash, which
-- it prefers while the table is small and then does for ever in a prepared statement (docs/notes/0013).
DO $$
DECLARE
    policy record;
    listed CONSTANT text := '\(([a-z_.]+) IN \( SELECT agencies\.mine\(\) AS mine\)\)';
    asked CONSTANT text := 'agencies.is_mine(\1)';
    hashed CONSTANT text := '(EXISTS \( SELECT\s+(?:1\s+)?FROM [a-z_.]+ [a-z_]+\s+WHERE \(+)([a-z_]+\.[a-z_]+) = ([a-z_]+\.[a-z_]+)\)';
    indexed CONSTANT text := '\1\2 = ANY (ARRAY[\3]))';
BEGIN
    FOR policy IN
        SELECT schemaname, tablename, policyname,
               regexp_replace(regexp_replace(qual, listed, asked, 'g'), hashed, indexed, 'g') AS qual,
               regexp_replace(regexp_replace(with_check, listed, asked, 'g'), hashed, indexed, 'g') AS with_check
        FROM pg_policies
        WHERE concat(qual, with_check) ~ listed OR concat(qual, with_check) ~ hashed
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I.%I', policy.policyname, policy.schemaname, policy.tablename)
            || coalesce(' USING (' || policy.qual || ')', '')
            || coalesce(' WITH CHECK (' || policy.with_check || ')', '');
    END LOOP;
END $$;
