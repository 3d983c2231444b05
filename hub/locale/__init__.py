"""The reader's language: sentences, dates, numbers; the English catalogue."""
