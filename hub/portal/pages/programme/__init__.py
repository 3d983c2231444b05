"""Figures by unit, the plan, what a certificate takes."""
