"""What a demonstration needs besides the program: invented patients, cameras, clicks."""
