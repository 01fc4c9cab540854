"""Settings of the project. Every environment variable the product knows is read here and nowhere
else.

EXERCISE_VAR, DATABASE_URL, REDIS_URL, DEBUG, ALLOWED_HOSTS, CSRF_TRUSTED_ORIGINS, SECRET_KEY,
HTTPS, HSTS_SECONDS, HSTS_PRELOAD, LISTEN, PORT, PUBLIC_BOARD, RATE_LIMITS, SECOND_FACTOR,
SIGN_IN_LOG_DAYS, METRICS_TOKEN, LOG_FORMAT, SENTRY_DSN, SENTRY_ENVIRONMENT, SENTRY_RELEASE.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from exercise import VERSION


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _choice(name: str, values: tuple[str, ...]) -> str:
    """One of these words; the first is the default. Another one stops the start: what protects
    accounts must not be left out by a slip of the pen.
    """
    given = os.environ.get(name, values[0]).strip().lower()
    if given not in values:
        raise ImproperlyConfigured(f"{name}={given!r}: must be one of {', '.join(values)}")
    return given


def _secret_key(var: Path) -> str:
    """The key from the environment, else the one this install made for itself at its first
    start.
    """
    if given := os.environ.get("SECRET_KEY"):
        return given
    kept = var / "secret_key"
    if not kept.exists():
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        # Several processes start at once: link() lets the first one win and the others read it.
        try:
            os.link(fresh, kept)
        except FileExistsError:
            pass
        fresh.unlink()
    return kept.read_text().strip()


BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("EXERCISE_VAR") or BASE_DIR / "var").resolve()
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

DEBUG = _flag("DEBUG")
HTTPS = _flag("HTTPS")
HOST = os.environ.get("LISTEN", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
SECRET_KEY = _secret_key(VAR_DIR)
SECRET_KEY_FILE = None if os.environ.get("SECRET_KEY") else VAR_DIR / "secret_key"
"""Where the key is that the install made for itself; ``None`` where one is given."""
ALLOWED_HOSTS = _list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = _list("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "csp",
    "django_htmx",
    "units",
    "scenarios",
    "exercise",
]

MIDDLEWARE = [
    "exercise.screens.headers.guarded",
    "exercise.screens.requests.Watched",
    "exercise.screens.health.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "units.sessions.SeenMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "exercise.screens.limits.Limits",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "exercise.urls"
ASGI_APPLICATION = "exercise.asgi.application"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # What {% cache %} keeps is kept by all that is seen of it, and so by each process for itself.
    "template_fragments": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "fragments",
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            # Not among the package's template tags: it draws what ``review`` works out.
            "libraries": {"report": "exercise.screens.report_tags"},
        },
    }
]

# ── database ──────────────────────────────────────────────────────────────────────────────────
SQLITE_OPTIONS = {
    # IMMEDIATE: a command takes the write lock when it begins, so it waits instead of
    # failing half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
# A network that goes silent is noticed within seconds, here and on the server. The kernels'
# defaults are a quarter of an hour for what was sent, no end for an answer, and two hours for the
# lock of a transaction whose host is gone: so long nothing in that exercise could be done.
_POSTGRES_OPTIONS = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 6000,
    "options": " ".join(
        f"-c {name}={value}"
        for name, value in {
            "tcp_keepalives_idle": 3,
            "tcp_keepalives_interval": 2,
            "tcp_keepalives_count": 2,
            "tcp_user_timeout": "6s",
            # A query goes on when nobody waits for it any more, and keeps its locks.
            "client_connection_check_interval": "2s",
            # A command computes and writes in one go; one that thinks this long has lost its host.
            "idle_in_transaction_session_timeout": "10s",
            # Who waits for an exercise this long is told that the server is busy, and tries again.
            "lock_timeout": "10s",
            # No page and no command asks for so much; `prepare` lifts it for migrations.
            "statement_timeout": "60s",
        }.items()
    ),
}
DATABASES: dict[str, Any] = {
    "default": dj_database_url.config(
        default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}", conn_max_age=0, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:  # what the address says itself counts more: ?options= for a pool that takes none of these
    DATABASES["default"]["OPTIONS"] = _POSTGRES_OPTIONS | DATABASES["default"].get("OPTIONS", {})
    # Read again, because dj_database_url leaves out what is empty.
    _said = urlsplit(os.environ["DATABASE_URL"]).query
    if ("options", "") in parse_qsl(_said, keep_blank_values=True):
        del DATABASES["default"]["OPTIONS"]["options"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── broker and stream ─────────────────────────────────────────────────────────────────────────
# The supervisor starts a private server on this socket when REDIS_URL is not given.
REDIS_URL = os.environ.get("REDIS_URL") or f"unix://{quote(str(VAR_DIR / 'run' / 'broker.sock'))}"
LIVE_ENABLED = True
LIVE_MAX_CLIENTS = 20_000
"""Open streams of one web process."""
LIVE_MAX_PER_PERSON = 40
LIVE_MAX_PER_ADDRESS = 2_000
"""Boards opened by the share link; a building of phones and walls may stand behind one address."""

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
# Celery's own answer is to wait for ever: a broker that hangs with its connections open would stop
# beat, and every timer with it. A worker's longest question is one second long. Nor does sending
# wait and try again by itself: beat asks anew at its next tick.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    "max_retries": 0,
    # A worker waits for work outside of those limits: without this, one whose network went silent
    # would not look for 51 seconds.
    "health_check_interval": 2,
    "socket_keepalive": True,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "timers"
# Work that takes seconds has a queue and a worker of its own: no release waits behind it.
CHORES_QUEUE = "chores"
CELERY_TASK_ROUTES = {
    "exercise.import_step": {"queue": CHORES_QUEUE},
    "exercise.report_file": {"queue": CHORES_QUEUE},
    "exercise.keep_snapshots": {"queue": CHORES_QUEUE},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # its own answer is to give up after a hundred
# A broker that refuses, because its disk is full, is waited for like one that is gone.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_WORKER_CONSUMER = "exercise.timing.worker:PatientConsumer"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "exercise.timing.beat:DueScheduler"

# ── people ────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "units.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "units.backends.CodeBackend",
    "units.backends.TokenBackend",
    "units.backends.SecondFactorBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        # Django's own list asks for a first and a last name, which nobody has here.
        ("UserAttributeSimilarityValidator", {"user_attributes": ("username", "name", "email")}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "landing"
LOGIN_REDIRECT_URL = "home"
# off: nobody is asked. offered: who has enrolled is asked. required: administrators and the
# directors of real exercises cannot work without.
SECOND_FACTOR = _choice("SECOND_FACTOR", ("offered", "off", "required"))
OTP_TOTP_ISSUER = "Điều hành diễn tập"
OTP_TOTP_SYNC = False  # one step of 30 s before and after, and never further
SIGN_IN_LOG_DAYS = int(os.environ.get("SIGN_IN_LOG_DAYS", "180"))
# The landing page links to the running exercise's board: whoever finds the site may watch.
PUBLIC_BOARD = _flag("PUBLIC_BOARD")
AXES_FAILURE_LIMIT = "units.backends.tries_allowed"
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the wait that was announced is the wait
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "units.backends.counted_as"
AXES_WHITELIST_CALLABLE = "units.backends.is_by_link"
AXES_RESET_ON_SUCCESS = True
# Neither log nor attempt keeps what signs somebody in; the access log would keep a link's address.
AXES_SENSITIVE_PARAMETERS = [
    *("username", "ip_address", "csrfmiddlewaretoken"),
    *("password", "new", "again", "code", "recovery"),
]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# ── language and time ─────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Tiếng Việt")), ("en", _("Tiếng Anh"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
# For what is shown in groups (``|grouped``): Django knows what stands between them, not how many.
NUMBER_GROUPING = 3
TIME_ZONE = "Asia/Ho_Chi_Minh"

# ── files ─────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024
UPLOAD_MOST_FILES = 10
REQUEST_LIMIT_BYTES = UPLOAD_MOST_FILES * UPLOAD_LIMIT_BYTES + 1024 * 1024
"""Of a whole request, kept before Django: it takes a body in to its end before it looks at it."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# ── security ──────────────────────────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "exercise.screens.errors.forbidden"
CSRF_COOKIE_HTTPONLY = True  # pages carry the key themselves; no script reads the cookie
X_FRAME_OPTIONS = "DENY"
WHITENOISE_ALLOW_ALL_ORIGINS = False
RATE_LIMITS = _flag("RATE_LIMITS", default=True)  # off only to measure what a server can bear
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 3 * 24 * 3600  # a two-day drill and the evening before
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
if HTTPS:
    # No other host, and no page without TLS, can set a cookie of this name.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
# A day: drills often run under a borrowed name, whose other uses must outlive the drill's
# certificate. To be raised where TLS is there to stay; the preload list is for ever and asks for
# all names below this one and a year, so it is never taken for granted.
HSTS_PRELOAD = HTTPS and _flag("HSTS_PRELOAD")
SECURE_HSTS_SECONDS = int(os.environ.get("HSTS_SECONDS", 24 * 3600)) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HSTS_PRELOAD
if HSTS_PRELOAD:
    SECURE_HSTS_SECONDS = max(SECURE_HSTS_SECONDS, 365 * 24 * 3600)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # the two above are decisions

# ── for operators ─────────────────────────────────────────────────────────────────────────────
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
"""Opens /metrics; without one only this machine may read it."""
SENTRY_DSN = os.environ.get("SENTRY_DSN", "")
SENTRY_ENVIRONMENT = os.environ.get("SENTRY_ENVIRONMENT") or "production"
SENTRY_RELEASE = os.environ.get("SENTRY_RELEASE") or f"staged-exercise@{VERSION}"
LOG_FORMAT = os.environ.get("LOG_FORMAT") or "line"
if LOG_FORMAT not in {"line", "json"}:
    raise ImproperlyConfigured(f"LOG_FORMAT is line or json, not {LOG_FORMAT!r}.")
# A line for each request and command is for collectors; who reads a log himself has the journal.
_EACH_ONE = "INFO" if LOG_FORMAT == "json" else "WARNING"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_secrets": {"()": "exercise.logs.secrets.NoSecrets"}},
    "formatters": {
        "log": {"()": "exercise.logs.lines.JsonLine", "json_ensure_ascii": False}
        if LOG_FORMAT == "json"
        else {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "log",
            "filters": ["no_secrets"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Without the handler Django gives it with DEBUG, which would hide nothing.
        "django": {"handlers": [], "level": "INFO"},
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        # Uvicorn has set its own up by now. Its line for each request has the address whole: the
        # secrets of links and streams with it.
        "uvicorn": {"handlers": ["stderr"], "propagate": False, "level": "WARNING"},
        "exercise.screens.requests": {"level": _EACH_ONE},
        "exercise.conduct.telling": {"level": _EACH_ONE},
    },
}
