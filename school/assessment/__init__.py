"""What officers do about certificates once issued."""
