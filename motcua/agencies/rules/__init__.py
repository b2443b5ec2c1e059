"""Who is competent for what, and what the lists of a pack may not say."""
