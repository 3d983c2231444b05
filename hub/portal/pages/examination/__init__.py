"""Examinations: the candidate's pages, the room's, the ministry's. Thin: `school.examination`
decides."""
