"""One settings file, driven by the environment; its defaults are the embedded profile of `make run`."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import env, logs
from config.buckets import bucket
from config.checks import refuse_half_configured

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / ".data").resolve()
DEBUG = env.flag("DEBUG")
PRODUCTION = env.flag("PRODUCTION")
TESTING = env.flag("AUREOLE_TESTING")
SECRET_KEY = env.secret("SECRET_KEY", "" if PRODUCTION else "embedded-profile-only")
if not SECRET_KEY:
    raise ImproperlyConfigured("PRODUCTION=1 needs SECRET_KEY or SECRET_KEY_FILE: a long random text.")
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.listing("CSRF_TRUSTED_ORIGINS")
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{env.number('PORT', 8000)}")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "channels",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "storages",
    "processing",
    "circles",
    "photos",
    "artworks",
    "facades",
    "consent",
    "fusion",
    "pages",
]

MIDDLEWARE = [
    "processing.watching.WatchMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "config.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "pages.refusals.RefusalMiddleware",
]

# Forms draw themselves from templates/django/forms/, allauth's included.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must start with postgres:// — Aureole needs PostgreSQL with pgvector.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        # As libpq reads it: ?host=/a/folder/of/a/socket, ?sslmode=require.
        "OPTIONS": {"connect_timeout": 5} | dict(parse_qsl(parts.query)),
    }


DATABASES = {"default": _database(env.secret("DATABASE_URL", "postgres://aureole@127.0.0.1:5432/aureole"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.secret("REDIS_URL", "redis://127.0.0.1:6379/0")
REDIS_PREFIX = env.text("REDIS_PREFIX", "aureole")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "processing.layer.PushLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 1, "socket_timeout": None}],
            "prefix": f"{REDIS_PREFIX}:push",
        },
    }
}
# Sign-in limits and throttles must survive a Redis outage, so the cache is a table; it is large enough that nobody
# can push a counter out of it by filling it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

AUTH_USER_MODEL = "circles.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# Mail is off until a server is named: then people get links to copy instead.
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 587, minimum=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", bool(EMAIL_HOST) and not EMAIL_USE_SSL)
EMAIL_TIMEOUT = 10
MAIL_ENABLED = bool(EMAIL_HOST)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_ENABLED else 'dummy'}.EmailBackend"
# What people are told (consents) is never a secret: without a mail server the log shows that it was meant to be sent.
NOTIFICATION_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_ENABLED else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Aureole <aureole@localhost>")

# Sign-in: by email, invited unless the door is open; answers never tell whether an address is known.
REGISTRATION_OPEN = env.flag("REGISTRATION_OPEN")
CIRCLES_LET_IN = env.flag("CIRCLES_LET_IN", True)
INVITATION_DAYS = env.number("INVITATION_DAYS", 14, minimum=1)
INVITATIONS_PER_HOUR = 20
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_ADAPTER = "circles.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "circles.forms.SignInForm",
    "signup": "circles.forms.SignUpForm",
    "reset_password": "circles.forms.ResetPasswordForm",
    "reset_password_from_key": "circles.forms.ResetPasswordKeyForm",
    "change_password": "circles.forms.ChangePasswordForm",
    "set_password": "circles.forms.SetPasswordForm",
    "add_email": "circles.forms.ChangeEmailForm",
    "reauthenticate": "circles.forms.ReauthenticateForm",
}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = MAIL_ENABLED
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SITE_URL).scheme
if not MAIL_ENABLED:
    ACCOUNT_EMAIL_VERIFICATION = "none"
elif REGISTRATION_OPEN:
    ACCOUNT_EMAIL_VERIFICATION = "mandatory"
else:
    ACCOUNT_EMAIL_VERIFICATION = env.text("EMAIL_VERIFICATION", "optional")
# Failed passwords are counted by axes (below); "login_failed" is left for wrong two-factor codes.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "5/m/key,30/h/key", "reset_password": "20/m/ip,5/m/key"}
MFA_ADAPTER = "circles.adapter.TwoFactorAdapter"
MFA_FORMS = {
    "authenticate": "circles.forms.TwoFactorForm",
    "reauthenticate": "circles.forms.TwoFactorAgainForm",
    "activate_totp": "circles.forms.ActivateTwoFactorForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Aureole"
MFA_ALLOW_UNVERIFIED_EMAIL = True

SIGN_IN_PER_ACCOUNT = 5
SIGN_IN_PER_ADDRESS = 20
SIGN_IN_WINDOW = timedelta(minutes=1)
AXES_HANDLER = "circles.throttle.SignInHandler"
AXES_CLIENT_IP_CALLABLE = "circles.throttle.client_network"
AXES_LOCKOUT_CALLABLE = "circles.throttle.locked_out"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_VERBOSE = False

REST_KNOX = {
    "TOKEN_TTL": timedelta(days=env.number("TOKEN_DAYS", 180, minimum=1)),
    "AUTH_HEADER_PREFIX": "Token",
    "TOKEN_MODEL": "circles.DeviceToken",
}
# Its migrations make a table for the token model that ours replaces; nothing of it is wanted.
MIGRATION_MODULES = {"knox": None}
KNOX_TOKEN_MODEL = "circles.DeviceToken"  # noqa: S105 - a model, not a secret
MIGRATION_MODULES = {"knox": None}  # its own table is never used, and would stop a flush

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "circles.authentication.DeviceTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api.shape_error",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Aureole",
    "DESCRIPTION": "The API of Aureole, a self-hosted photo library whose people make art of their photos.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.document_errors",
    ],
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "circles.models.Role",
        "ArtworkKindEnum": "artworks.models.Artwork.Kind",
        "ItemKindEnum": ["photo", "artwork"],
        "InvitationStateEnum": ["open", "used", "revoked", "expired"],
        "FusionLayoutEnum": "fusion.options.LAYOUTS",
        "CompositionLayoutEnum": "fusion.options.COMPOSITIONS",
        "AnyLayoutEnum": "fusion.options.ANY_LAYOUT",
        "PhotoStateEnum": "photos.models.Photo.State",
        "ConsentStateEnum": [
            "requested",
            "granted",
            "refused",
            "withdrawn",
            "expired",
            "superseded",
            "invalidated",
            "gone",
        ],
        "PurposeEnum": "consent.models.Purpose",
        "ScopeEnum": "consent.models.Scope",
        "RenderStatusEnum": ["processing", "completed", "failed"],
        "UploadStateEnum": "photos.models.Upload.State",
        "JobStateEnum": "processing.examples.STATES",
    },
}
CORS_ALLOWED_ORIGINS = env.listing("CORS_ORIGINS")
CORS_URLS_REGEX = r"^/api/.*$"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|health|metrics)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_SSL_REDIRECT = PRODUCTION and env.flag("SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0

TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
STATIC_URL = "static/"
STATIC_ROOT = env.folder("STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = TESTING or DEBUG
S3_BUCKET = env.text("S3_BUCKET")
S3_DEADLINE_SECONDS = env.number("S3_DEADLINE_SECONDS", 60, minimum=1)
MEDIA_ROOT = env.folder("MEDIA_ROOT", DATA_DIR / "media")
STORAGES: dict[str, dict[str, object]] = {
    "default": (
        bucket(S3_BUCKET)
        if S3_BUCKET
        else {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(MEDIA_ROOT)}}
    ),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if TESTING or DEBUG
            else "config.staticfiles.ModuleManifestStorage"
        )
    },
}
WORK_DIR = env.folder("WORK_DIR", DATA_DIR / "work")

# Uploads: parts stay far below what daphne is allowed to spool.
MAX_UPLOAD_SIZE_MB = env.number("MAX_UPLOAD_SIZE_MB", 50, minimum=1)
MAX_UPLOAD_BYTES = MAX_UPLOAD_SIZE_MB * 1024 * 1024
UPLOAD_PART_BYTES = 8 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DEFAULT_QUOTA_BYTES = env.number("DEFAULT_QUOTA_GB", 50) * 1024**3
BIN_DAYS = env.number("BIN_DAYS", 30, minimum=1)

# The law that records of consent name.
CONSENT_JURISDICTION = env.text("CONSENT_JURISDICTION", "EU (GDPR)")

# /health and /metrics are for the machine itself (networks by METRICS_ALLOW) or for who has the token.
METRICS_ALLOW = env.listing("METRICS_ALLOW", [] if PRODUCTION else ["127.0.0.0/8", "::1/128"])
METRICS_TOKEN = env.secret("METRICS_TOKEN")

# Jobs
JOB_TIMEOUT_SECONDS = env.number("JOB_TIMEOUT_SECONDS", 600, minimum=1)
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 20, minimum=2)
JOB_BEAT_SECONDS = env.number("JOB_BEAT_SECONDS", 5, minimum=1)
QUEUE_LIMIT_PERSON = env.number("QUEUE_LIMIT", 100, minimum=1)
QUEUE_LIMIT_ALL = env.number("QUEUE_LIMIT_ALL", 1000, minimum=1)

# What a request that does not say gets.
DEFAULT_NUM_LAYERS = env.number("DEFAULT_NUM_LAYERS", 4, minimum=2)
DEFAULT_PAINTERLY_STRENGTH = env.decimal("DEFAULT_PAINTERLY_STRENGTH", 0.5, maximum=1)
DEFAULT_PAINTERLY_SEED = env.number("DEFAULT_PAINTERLY_SEED", 42)

# Renders: what is fetched from an address, how long a step may take, how long what came of an address is kept.
FETCH_ALLOW_HTTP = env.flag("FETCH_ALLOW_HTTP")
RENDER_MEMORY_MB = env.number("RENDER_MEMORY_MB", 1536, minimum=256)
RENDER_STAGE_TIMEOUT = env.number("RENDER_STAGE_TIMEOUT", 120, minimum=1)
RENDER_RETENTION_HOURS = env.number("RENDER_RETENTION_HOURS", 48, minimum=1)

# Models: nothing is ever fetched by itself (manage.py models).
MODELS_DIR = env.folder("MODELS_DIR", DATA_DIR / "models")
MODEL_IDLE_SECONDS = env.number("MODEL_IDLE_SECONDS", 300, minimum=1)
MODEL_MEMORY_MB = env.number("MODEL_MEMORY_MB", 1024, minimum=1)
AI_FORCE_CPU = env.flag("AI_FORCE_CPU")
GPU_REQUIRED = env.flag("GPU_REQUIRED")
GPU_MEM_MB = env.number("GPU_MEM_MB", 4096, minimum=1)

LOGGING = logs.configure(env.text("LOG_LEVEL", "INFO"), env.text("LOG_FORMAT", "json"))

refuse_half_configured(globals(), os.environ)
