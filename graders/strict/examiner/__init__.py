"""The examiner's process: the hidden tests are here, and nothing of the learner's runs here."""
