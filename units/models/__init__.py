"""Rows about people and accounts, one idea a file."""

from units.models.events import AccountEvent, EventKind
from units.models.factors import RecoveryCode
from units.models.people import CODE_ALPHABET, CODE_LENGTH, SignInLink, Unit, User
from units.models.sessions import OpenSession, SignedInBy

__all__ = [
    "CODE_ALPHABET",
    "CODE_LENGTH",
    "AccountEvent",
    "EventKind",
    "OpenSession",
    "RecoveryCode",
    "SignInLink",
    "SignedInBy",
    "Unit",
    "User",
]
