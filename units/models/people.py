"""Who takes part: units in their tree, the people, and the links that sign them in.

What a person is in a drill (role, unit) belongs to the drill: see ``exercise.models.participant``.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from units.text import LANGUAGES, TextPairField

# No 0/O, 1/I/L: the code is read aloud over the telephone and typed from paper.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8


class Unit(models.Model):
    """A department, section, company or authority that takes part or stands above those that do."""

    code = models.SlugField(_("mã đơn vị"), max_length=20, unique=True)
    name = TextPairField(_("tên đơn vị"))
    short = TextPairField(_("tên ngắn"), blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        ordering = ("pk",)
        verbose_name = _("đơn vị")

    def __str__(self) -> str:
        return str(self.short or self.name)


class User(AbstractUser):
    """A person who can sign in. One name field: Vietnamese names have no first and last."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("họ tên, chức danh"), max_length=150)
    language = models.CharField(
        _("ngôn ngữ"), max_length=2, choices=[(code, code) for code in LANGUAGES], default="vi"
    )
    may_plan = models.BooleanField(_("lập kịch bản"), default=False, db_default=False)
    """A planner: sees and edits all scenarios, as administrators do."""

    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def is_planner(self) -> bool:
        """Whether this person may see and edit scenarios."""
        return self.is_active and (self.may_plan or self.is_superuser)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class SignInLink(models.Model):
    """A link or printed code that signs one person in, once unless issued for more uses.

    Only digests are stored: a copy of the database signs nobody in.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_digest = models.CharField(max_length=64, unique=True)
    code_digest = models.CharField(max_length=64, unique=True)
    uses_left = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("liên kết đăng nhập")

    def __str__(self) -> str:
        return f"{self.user} ({self.uses_left})"

    @classmethod
    def issue(
        cls,
        user: User,
        *,
        prefix: str = "",
        valid_for: timedelta = timedelta(days=3),
        uses: int = 1,
    ) -> tuple[SignInLink, str, str]:
        """Make a link for ``user``; answers it with its token and its code (shown only now)."""
        token = secrets.token_urlsafe(24)
        code = "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH))
        link = cls.objects.create(
            user=user,
            token_digest=_digest(token),
            code_digest=_digest(code),
            uses_left=uses,
            expires_at=timezone.now() + valid_for,
        )
        printed = f"{code[:4]}-{code[4:]}"
        return link, token, f"{prefix}-{printed}" if prefix else printed

    @classmethod
    def redeem_token(cls, token: str) -> User | None:
        """Use up one use of the link with this token; ``None`` if it is unknown, spent or
        expired.
        """
        return cls._redeem(token_digest=_digest(token))

    @classmethod
    def redeem_code(cls, printed: str) -> User | None:
        """The same for a printed code: the unit prefix, dashes and case do not matter."""
        letters = "".join(letter for letter in printed.upper() if letter in CODE_ALPHABET)
        return cls._redeem(code_digest=_digest(letters[-CODE_LENGTH:]))

    @classmethod
    def _redeem(cls, **which: str) -> User | None:
        now = timezone.now()
        # The conditional UPDATE decides: of two people with one link, one gets in.
        spent = cls.objects.filter(
            **which, uses_left__gt=0, expires_at__gt=now, user__is_active=True
        ).update(uses_left=F("uses_left") - 1, last_used_at=now)
        return User.objects.get(sign_in_links__in=cls.objects.filter(**which)) if spent else None
