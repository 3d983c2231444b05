"""The portal's door to the labs, and who has one open."""
