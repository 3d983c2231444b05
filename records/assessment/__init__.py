"""Evidence of competence, and certificates."""
