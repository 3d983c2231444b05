"""One learner's lesson, and what a learner has to do next."""
