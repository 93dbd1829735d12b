"""What models are told, versioned and hashed where a signal rests on it."""
