"""The check of a line: a page, a real call to a peer of the server's own, what to do about it."""
