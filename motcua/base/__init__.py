"""The bottom kit: words every room needs and no room owns."""
