"""Access tokens and seat tickets: signed and checked as Whoosh's are (libs/auth/tokens.h)."""

import hashlib
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

ACCESS_LIFETIME_S = 60 * 60
SEAT_LIFETIME_S = 60
REFRESH_LIFETIME_MS = 7 * 24 * 3600 * 1000
LEEWAY_S = 30

_private = load_pem_private_key(settings.SIGNING_KEY.encode(), password=None)
_public = _private.public_key()
_required = ["iss", "aud", "sub", "iat", "exp"]


class Identity:
    """Who asks, as the token says."""

    is_authenticated = True

    def __init__(self, claims):
        self.id = int(claims["sub"])
        self.username = claims["username"]
        self.session = claims.get("sid", "")


class BearerToken(BaseAuthentication):
    def authenticate(self, request):
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        try:
            claims = jwt.decode(
                token,
                _public,
                algorithms=["RS256"],
                audience="whoosh",
                issuer="whoosh",
                leeway=LEEWAY_S,
                options={"require": _required},
            )
        except jwt.InvalidTokenError as error:
            raise AuthenticationFailed("bad token") from error
        if claims.get("token_type") != "access":
            raise AuthenticationFailed("bad token")
        return Identity(claims), token

    def authenticate_header(self, request):
        return "Bearer"


def make_access(person, session):
    now = int(time.time())
    claims = {
        "iss": "whoosh",
        "aud": "whoosh",
        "sub": str(person.id),
        "iat": now,
        "exp": now + ACCESS_LIFETIME_S,
        "jti": secrets.token_urlsafe(16),
        "token_type": "access",
        "user_id": str(person.id),
        "username": person.username,
        "is_guest": person.is_guest,
        "display_name": person.display_name,
        "sid": session,
    }
    return jwt.encode(claims, _private, algorithm="RS256")


def make_seat(person, room):
    now = int(time.time())
    claims = {
        "iss": "whoosh",
        "aud": "whoosh-seat",
        "sub": str(person.id),
        "iat": now,
        "exp": now + SEAT_LIFETIME_S,
        "jti": secrets.token_urlsafe(16),
        "name": person.display_name,
        "avatar": person.avatar,
        "room": room,
        "role": "player",
        "newcomer": person.total_games < 3,
    }
    return jwt.encode(claims, _private, algorithm="RS256", headers={"typ": "whoosh-seat+jwt"})


def make_refresh():
    """A fresh refresh token and its hash; the token itself is never stored."""
    secret = secrets.token_bytes(32)
    return urlsafe_b64encode(secret).rstrip(b"=").decode(), hashlib.sha256(secret).digest()


def refresh_hash(token):
    """None: not a token of ours."""
    try:
        secret = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    return hashlib.sha256(secret).digest() if len(secret) == 32 else None
