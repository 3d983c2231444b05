"""Examinations, their rooms, candidates, what happened in a room."""
