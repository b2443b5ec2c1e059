"""The shapes in which registers speak: a question becomes a message, a message becomes values."""
