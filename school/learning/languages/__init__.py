"""A lesson read in another language: the words are exchanged on the way to the reader, and back on
the way to the database. What is stored and marked is always the lesson's own notebook."""
