"""Settings for production speed: nothing that a JSON service does not need."""

import os

_database = dict(part.split("=", 1) for part in os.environ["PEER_DATABASE"].split())

SECRET_KEY = "signs nothing here: tokens have a key of their own"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "peer.urls"
WSGI_APPLICATION = "peer.wsgi.application"
INSTALLED_APPS = ["rest_framework", "peer"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",  # Content-Length, for keep-alive
]
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database["dbname"],
        "USER": _database["user"],
        "HOST": _database["host"],
        "CONN_MAX_AGE": None,
    }
}
PASSWORD_HASHERS = [
    "peer.passwords.QuickHasher"
    if os.environ.get("PEER_PASSWORD_COST") == "minimal"
    else "peer.passwords.Hasher"
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["peer.tokens.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
SIGNING_KEY = open(os.environ["PEER_KEY"], encoding="ascii").read()
LOGGING_CONFIG = None
