"""What administrators do about the running platform."""
