"""What a learner opens: lessons, courses, marks, classes, messages."""
