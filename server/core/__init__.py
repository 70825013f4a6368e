"""What every program needs and no field of work owns: database, time, keys, errors."""
