"""What the two notebooks say, read before anything of them runs: which cells count for what, whose
name is whose, what a cell may touch, what must be loaded."""
