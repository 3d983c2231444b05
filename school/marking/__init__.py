"""What a person who marks, and an instructor, look at."""
