"""The meeting of station and specialist: waiting room, calls, attempts."""
