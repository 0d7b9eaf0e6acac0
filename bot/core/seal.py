"""Seals: a SHA-256 over canonical JSON, so that a changed plan is a different plan (promise P4)."""

import json
from hashlib import sha256

from pydantic import BaseModel, JsonValue


def canonical(value: BaseModel) -> str:
    """Render a model as JSON with one spelling only: sorted keys, no spaces, UTF-8."""
    return canonical_json(value.model_dump(mode="json"))


def canonical_json(value: JsonValue) -> str:
    """Render what JSON can hold with one spelling only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def seal(value: BaseModel) -> str:
    """Return the SHA-256 of the canonical JSON as 64 hex digits."""
    return sha256(canonical(value).encode()).hexdigest()
