"""Signal sources: what is said about candidates. One idea a file."""
