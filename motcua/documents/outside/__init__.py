"""The outside world of papers: the disk that keeps them, the typesetter, the key that signs."""
