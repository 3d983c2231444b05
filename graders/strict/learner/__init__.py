"""The learner's process: the learner's code runs here, and no test ever comes here."""
