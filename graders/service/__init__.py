"""The grading service: the queue's workers, tries of mended checks, work sent to other machines."""
