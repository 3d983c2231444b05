"""How a question is asked and what is typed into it: the notation of forms, and its reading."""
