-- What others did to a person's cases, newest first, as that person reads it.
-- Built in the step's own transaction: writers wait for it once.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX acts_on_person ON db.events (person_id, id DESC)
    WHERE actor_id <> person_id AND kind LIKE 'case.%';
