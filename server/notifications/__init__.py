"""What a person must be told: rows with a cursor, and the stream that carries them."""
