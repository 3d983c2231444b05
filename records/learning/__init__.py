"""Enrolments, drafts, progress, classes, messages."""
