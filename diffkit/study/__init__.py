"""The studies: each has ``measure(...)``, which returns one record of results.py."""
