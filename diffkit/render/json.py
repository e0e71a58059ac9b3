"""A record as JSON: the one format that is read back."""

from diffkit.results import Record


def render(record: Record) -> str:
    """Return the strict JSON document of a record."""
    return record.to_json()
