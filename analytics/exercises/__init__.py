"""How exercises behave, and what a person should look at."""
