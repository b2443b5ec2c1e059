"""What is decided about files and papers: which uploads are taken, which papers are genuine."""
