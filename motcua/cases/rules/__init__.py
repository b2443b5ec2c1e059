"""What is decided about a case: pure rules, each in the file of its subject."""
