"""From a course's files to a release."""
