"""An instructor's insight, and marks by hand."""
