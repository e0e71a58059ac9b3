"""The studies: each has ``measure(...)``, which returns one record of `diffkit.results`; a study of several parts is a drawer."""
