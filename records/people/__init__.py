"""Persons, units, roles, and what a roster needs to know of them."""
