"""A file somebody sent, as it is kept: under a random name, with its hash."""

from __future__ import annotations

import uuid
from pathlib import PurePath

from django.db import models


def random_name(exercise_id: int, original: str) -> str:
    """Where a file is kept: nothing of what the sender typed reaches the file system."""
    return f"{exercise_id}/{uuid.uuid4().hex}{PurePath(original).suffix.lower()}"


class StoredFile(models.Model):
    """What is known of a file beside its content; a subclass says what it belongs to."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name
