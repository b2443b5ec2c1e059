-- A case keeps the language in which it was filed. Cases from before were all told in Vietnamese.

ALTER TABLE cases.cases ADD COLUMN language text NOT NULL DEFAULT 'vi'
CHECK (language IN ('vi', 'en'));
