"""What a line of the log is about: ids that whoever works on something binds, and every line within
carries. Here only the ids; `lines.py` makes JSON of a record, `secrets.py` keeps secrets out of it.

Ids and no more: a name, a sign-in code, a token or a report's words have no place in a log.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

Id = int | str | None

_CARRIED = "_log_ids"
_NONE: Mapping[str, Id] = MappingProxyType({})
_bound: ContextVar[Mapping[str, Id]] = ContextVar("log_ids", default=_NONE)


@contextmanager
def about(**ids: Id) -> Iterator[None]:
    """Within the block every line carries these ids, beside those bound outside of it."""
    token = _bound.set({**_bound.get(), **ids})
    try:
        yield
    except Exception as error:
        # Whoever catches it further out no longer knows what it was about.
        if not hasattr(error, _CARRIED):
            setattr(error, _CARRIED, _bound.get())
        raise
    finally:
        _bound.reset(token)


def learn(**ids: Id) -> None:
    """Bind more ids until the innermost ``about`` ends; call it within one."""
    _bound.set({**_bound.get(), **ids})


def known(error: BaseException | None = None) -> dict[str, Id]:
    """The ids bound now, and those that were bound where this error comes from."""
    found = {**_bound.get(), **getattr(error, _CARRIED, {})}
    return {name: value for name, value in found.items() if value is not None}
