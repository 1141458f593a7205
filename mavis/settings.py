"""Settings, all from the environment, all read in this file.

A value that cannot be read, or is missing, stops Mavis with a sentence that says
what to set. README.md has the table of them.
"""

import datetime
import logging
import os
import sys
from pathlib import Path
from typing import Any

import dj_database_url
import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from mavis import cis2_access, logs
from mavis.pds_access import read_access
from mavis.private_keys import Unusable
from mavis.rules.allowances import Allowance

BASE_DIR = Path(__file__).resolve().parent.parent


class Env(environ.Env):
    """The environment, in which a number that is none stops Mavis with a sentence."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"Set {var} to a number. README.md explains it."
            ) from error


env = Env()


def required(name: str) -> str:
    """Return a variable that has no default, or stop with what to do."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"Set {name}. bin/up and bin/mavis set it for you; README.md explains it."
        )
    return value


# --- What this process is ---------------------------------------------------

# On for development and tests: signs people in without HTTPS, and takes a date.
DEVELOPMENT = env.bool("MAVIS_DEVELOPMENT", default=False)
DEBUG = False
# Signs sessions and keys the hash of PDS queries.
SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# A date to use instead of today, for tests and demonstrations.
MAVIS_TODAY: datetime.date | None = None
if _today := env.str("MAVIS_TODAY", default=""):
    if not DEVELOPMENT:
        raise ImproperlyConfigured("MAVIS_TODAY is refused in production. Unset it.")
    try:
        MAVIS_TODAY = datetime.date.fromisoformat(_today)
    except ValueError as error:
        raise ImproperlyConfigured(
            "Set MAVIS_TODAY to a date such as 2026-09-01."
        ) from error

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "django_linear_migrations",
    "csp",
    "django_structlog",
    "mavis",
    "pds",
    "children",
    "schoolmoves",
    "imports",
]
MIDDLEWARE = [
    # Before what asks for HTTPS and a known host: probes come straight to a process.
    "mavis.health.first_what_watches",
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "mavis.middleware.text_alone",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mavis.middleware.no_store",
    "mavis.middleware.permissions_policy",
    "mavis.sign_in.sessions.sessions_end",
    "mavis.middleware.current_team",
    # Before anything reads what is sent.
    "mavis.limits.no_more_than_allowed",
    "mavis.middleware.wrong_method_has_a_page",
]
ROOT_URLCONF = "mavis.urls"
WSGI_APPLICATION = "mavis.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database and jobs --------------------------------------------------------

try:
    # It decodes the socket path that the local PostgreSQL has.
    _database = dj_database_url.parse(required("DATABASE_URL"))
except (ValueError, KeyError) as error:
    raise ImproperlyConfigured(
        "Set DATABASE_URL to an address such as postgres://mavis_app@host/mavis."
    ) from error
# Seconds without a word in a transaction after which PostgreSQL ends the session.
_IDLE_SECONDS = env.int("IDLE_TRANSACTION_SECONDS", default=120)
DATABASES: dict[str, Any] = {
    "default": {
        **_database,
        # A connection is tried before it is used: PostgreSQL may have been away.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # A worker that stands still in a transaction locks what it is about.
            "options": f"-c idle_in_transaction_session_timeout={_IDLE_SECONDS}s",
            "pool": {
                "min_size": 0,
                "max_size": 8,
                # Seconds for which a page waits for a connection, and after which the
                # next one tries anew; else it would be minutes until one is tried again.
                "timeout": 10,
                "reconnect_timeout": 5,
            },
        },
    }
}
REDIS_URL = required("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "imports"
# A message is a hint and the lease is what counts; this only keeps redelivery
# from coming long before a slice can have ended.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_throttle": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long Valkey is away, a worker waits for it.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CONSUMER = "mavis.consumer:Consumer"
# Seconds between two looks for imports whose worker died or whose message is lost.
ADVANCE_STALLED_EVERY = env.float("ADVANCE_STALLED_EVERY", default=60)
CELERY_BEAT_SCHEDULE = {
    "advance-stalled": {
        "task": "imports.tasks.advance_stalled",
        "schedule": ADVANCE_STALLED_EVERY,
    },
    # What of these is due is looked up in the database: beat may start anew at will.
    "refresh-from-pds": {"task": "imports.tasks.refresh_from_pds", "schedule": 60},
    "purge": {"task": "imports.tasks.purge", "schedule": 10 * 60},
}

# --- People -------------------------------------------------------------------

AUTH_USER_MODEL = "mavis.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "sign_in"
# Whether people may sign in by an email address and a password.
LOCAL_ACCOUNTS = env.bool("LOCAL_ACCOUNTS", default=DEVELOPMENT)
# CIS2_ISSUER, CIS2_CLIENT_ID, CIS2_ACR, and CIS2_PRIVATE_KEY (or CIS2_PRIVATE_KEY_FILE)
# with CIS2_KEY_ID, or CIS2_CLIENT_SECRET: all of them, or none.
try:
    CIS2 = cis2_access.read_access(os.environ, development=DEVELOPMENT)
except Unusable as error:
    raise ImproperlyConfigured(str(error)) from error
# Seconds for which one answer of NHS CIS2 is waited for.
CIS2_TIMEOUT_SECONDS = env.float("CIS2_TIMEOUT_SECONDS", default=10)
AUTHENTICATION_BACKENDS = [
    *(["django.contrib.auth.backends.ModelBackend"] if LOCAL_ACCOUNTS else []),
    "mavis.sign_in.backends.FromCis2",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
]

# --- Security -----------------------------------------------------------------

SECURE_SSL_REDIRECT = not DEVELOPMENT
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if DEVELOPMENT else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEVELOPMENT
SECURE_HSTS_PRELOAD = not DEVELOPMENT
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = not DEVELOPMENT
CSRF_COOKIE_SECURE = not DEVELOPMENT
CSRF_COOKIE_HTTPONLY = True
# Seconds without use after which a session ends; what a page asks for by itself is
# no use of it. Some seconds before, the person is asked whether to go on.
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_WARNING_SECONDS = env.int("SESSION_WARNING_SECONDS", default=2 * 60)
# Seconds after which every session ends, however much it is used.
SESSION_COOKIE_AGE = env.int("SESSION_LONGEST_SECONDS", default=12 * 60 * 60)
if not 0 < SESSION_WARNING_SECONDS < SESSION_IDLE_SECONDS <= SESSION_COOKIE_AGE:
    raise ImproperlyConfigured(
        "Set SESSION_WARNING_SECONDS to less than SESSION_IDLE_SECONDS, and that to no "
        "more than SESSION_LONGEST_SECONDS."
    )
# How many proxies of ours each request comes through. Each adds to X-Forwarded-For
# whom it was asked by; what stands there before these is not believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0 if DEVELOPMENT else 1)
# Passwords that may be wrong before nobody can try again for a while.
_LOCKED_FOR = datetime.timedelta(minutes=env.int("LOCK_OUT_MINUTES", default=15))
FAILURES_FOR_ACCOUNT = Allowance(env.int("FAILURES_FOR_ACCOUNT", 5), _LOCKED_FOR)
FAILURES_FROM_ADDRESS = Allowance(env.int("FAILURES_FROM_ADDRESS", 30), _LOCKED_FOR)
# What may be done in a minute; 0 is no limit, as when developing.
_A_MINUTE = datetime.timedelta(minutes=1)
SIGN_INS_FROM_ADDRESS = Allowance(
    env.int("SIGN_INS_PER_MINUTE", default=0 if DEVELOPMENT else 60), _A_MINUTE
)
UPLOADS_BY_USER = Allowance(
    env.int("UPLOADS_PER_MINUTE", default=0 if DEVELOPMENT else 10), _A_MINUTE
)
UPLOADS_BY_TEAM = Allowance(
    env.int("TEAM_UPLOADS_PER_MINUTE", default=0 if DEVELOPMENT else 30), _A_MINUTE
)
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "mavis.views.form_out_of_date"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        # Nothing is fetched from there, as app.css chooses another font; but browsers
        # complain of every font that a stylesheet names and the policy does not.
        "font-src": [SELF, "https://assets.nhs.uk"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# Fernet keys for uploaded files and PDS answers, newest first; older ones can
# still be read.
FILE_KEYS = env.list("FILE_KEYS", default=[])
if not FILE_KEYS:
    raise ImproperlyConfigured(
        "Set FILE_KEYS to a Fernet key. bin/up and bin/mavis set it for you."
    )

# --- Pages --------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "mavis.jinja.environment",
            "context_processors": [
                "mavis.navigation.navigation",
                "mavis.sign_in.sessions.session_end",
            ],
        },
    },
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
NHSUK_FRONTEND = BASE_DIR / "node_modules" / "nhsuk-frontend" / "dist" / "nhsuk"
STATICFILES_DIRS = [BASE_DIR / "static", ("nhsuk-frontend", NHSUK_FRONTEND)]
STORAGES = {
    "staticfiles": {
        "BACKEND": env.str(
            "STATICFILES_STORAGE",
            default="whitenoise.storage.CompressedManifestStaticFilesStorage",
        )
    },
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
}
# The design system's icons and manifest are asked for at /assets/.
WHITENOISE_ROOT = BASE_DIR / "build" / "root"

# --- PDS ----------------------------------------------------------------------

PDS_BASE_URL = required("PDS_BASE_URL").rstrip("/")
# Requests a second for all workers together. 5 is what PDS allows an application
# that has not asked for more; 0 is no limit.
PDS_REQUESTS_PER_SECOND = env.float("PDS_REQUESTS_PER_SECOND", default=5)
# PDS_API_KEY, PDS_KEY_ID, PDS_PRIVATE_KEY (or PDS_PRIVATE_KEY_FILE) and PDS_TOKEN_URL:
# all, or none for a simulator that asks for no token.
try:
    PDS_ACCESS = read_access(os.environ, base_url=PDS_BASE_URL)
except Unusable as error:
    raise ImproperlyConfigured(str(error)) from error

# --- Imports ------------------------------------------------------------------

IMPORT_MAX_ROWS = env.int("IMPORT_MAX_ROWS", default=100_000)
IMPORT_MAX_MEGABYTES = env.int("IMPORT_MAX_MEGABYTES", default=50)
# Days before 1 September in which uploads are for the coming academic year.
PREPARATION_DAYS = env.int("PREPARATION_DAYS", default=31)
# Seconds for which a worker holds an import without renewing its lease.
IMPORT_LEASE_SECONDS = env.float("IMPORT_LEASE_SECONDS", default=60)
# About how many seconds a stage works before it lets another import have a turn.
IMPORT_SLICE_SECONDS = env.float("IMPORT_SLICE_SECONDS", default=20)
# Rows whose outcome is stored in one transaction.
IMPORT_MATCH_BATCH_ROWS = env.int("IMPORT_MATCH_BATCH_ROWS", default=5000)
# Rows committed in one transaction.
IMPORT_BATCH_ROWS = env.int("IMPORT_BATCH_ROWS", default=5000)

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# No page has more than one.
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    # Drops what is beyond IMPORT_MAX_MEGABYTES instead of keeping it.
    "imports.receiving.OnlyAsMuchAsAllowed",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# A demonstration shows its sign-in and its sample files on the start page.
DEMO_DIR = env.str("MAVIS_DEMO_DIR", default="")

# --- Logs ---------------------------------------------------------------------

# One JSON object a line, or plain lines for a person to read.
LOG_FORMAT = env.str("LOG_FORMAT", default="plain" if DEVELOPMENT else "json")
if LOG_FORMAT not in {"json", "plain"}:
    raise ImproperlyConfigured("Set LOG_FORMAT to json or plain.")
logs.configure()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {"()": "mavis.logs.formatter", "as_json": LOG_FORMAT == "json"}
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "stream": sys.stderr,
            "formatter": "lines",
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # httpx writes the address of every request, and PDS's hold names.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        # Of each task there is a line of our own.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        # gunicorn has handlers of its own, which these replace.
        "gunicorn.error": {"handlers": ["console"], "propagate": False},
        # Of each request there is a line of our own, which says nothing of who asked.
        "gunicorn.access": {"level": "WARNING", "propagate": False},
    },
}
# What Prometheus sends to read /metrics; without one there is no such address.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Each request and each task makes one line, at its end. That of a request says nothing
# of who asked, for that may take a query, and the database may be what fails.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_CELERY_ENABLED = True
