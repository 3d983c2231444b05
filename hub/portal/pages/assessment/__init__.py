"""Certificates, and whether one holds."""
