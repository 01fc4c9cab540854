"""Settings of the tests: the product's, in a directory of their own, with what is slow left out."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "EXERCISE_TESTS_VAR" not in os.environ:  # the first process; pytest-xdist's workers inherit it
    os.environ["EXERCISE_TESTS_VAR"] = tempfile.mkdtemp(prefix="drill-")
    atexit.register(shutil.rmtree, os.environ["EXERCISE_TESTS_VAR"], ignore_errors=True)
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["EXERCISE_VAR"] = str(Path(os.environ["EXERCISE_TESTS_VAR"]) / _worker)

from exercise.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if "options" in DATABASES["default"]["OPTIONS"]:  # noqa: F405
    # Tests share a transaction, for as long as a module of them takes.
    DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"  # noqa: F405
# No broker in the plain suite: what is drawn is tested apart from how it travels.
LIVE_ENABLED = False
# Tests share accounts by number, and ask more often than people do; one test turns it on.
RATE_LIMITS = False
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405, or whitenoise warns that there is none
