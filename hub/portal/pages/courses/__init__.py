"""Writing a course, publishing it, and its pictures."""
