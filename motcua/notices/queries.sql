-- name: record_message
INSERT INTO notices.messages (
    id, person_id, made_by, subject, body, language, about_kind, about_id, made_at
) VALUES (
    :id, :person, db.person(), :subject, :body, :language, :about_kind, :about_id, :at
)
ON CONFLICT DO NOTHING;

-- name: message_by_id
SELECT id, person_id, subject, body, language, about_kind, about_id, made_at
FROM notices.messages
WHERE id = :id;

-- name: messages_of_person
SELECT id, person_id, subject, body, language, about_kind, about_id, made_at
FROM notices.messages
WHERE person_id = :person
ORDER BY made_at DESC, id DESC
LIMIT :count_max;

-- name: reader_of_message
SELECT
    (SELECT count(*) FROM notices.deliveries AS d WHERE d.message_id = m.id)::int AS attempts,
    EXISTS (
        SELECT 1 FROM notices.deliveries AS d
        WHERE d.message_id = m.id AND d.outcome <> 'failed'
    ) AS is_done
FROM notices.messages AS m
WHERE m.id = :id;

-- name: record_delivery
INSERT INTO notices.deliveries (message_id, attempt, channel, to_address, outcome, at)
VALUES (:message_id, :attempt, :channel, :to_address, :outcome, :at)
ON CONFLICT DO NOTHING;

-- name: latest_messages
SELECT m.id, m.person_id, d.to_address, m.subject, m.body, m.language, m.made_at, d.outcome
FROM notices.messages AS m
LEFT JOIN LATERAL (
    SELECT to_address, outcome FROM notices.deliveries
    WHERE message_id = m.id
    ORDER BY attempt DESC
    LIMIT 1
) AS d ON true
ORDER BY m.made_at DESC, m.id DESC
LIMIT :count_max;
