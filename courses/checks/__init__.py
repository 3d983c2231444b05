"""What is wrong with a course, told to its author: found by reading it, and by marking it."""
