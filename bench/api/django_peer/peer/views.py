"""The routes, each as Whoosh answers it."""

import hashlib
import secrets
import time

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, Subquery
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from peer import tokens
from peer.models import (
    IdempotencyKey,
    Journal,
    MatchSeat,
    OwnedItem,
    Person,
    Posting,
    RefreshToken,
    Room,
    RoomSeat,
    Session,
)
from peer.serializers import history_row, own_profile, public_profile, rfc3339

CATALOGUE = {f"frame_{number:02}": 50 + 25 * (number % 8) for number in range(1, 49)}
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_nobody = make_password("nobody has this password")


def now_ms():
    return time.time_ns() // 1_000_000


def text_of(request, name):
    value = request.data.get(name)
    if not isinstance(value, str) or not value:
        raise ValidationError({name: "must be a text"})
    return value


class OpenView(APIView):
    authentication_classes = []
    permission_classes = []


class Login(OpenView):
    def post(self, request):
        name, password = text_of(request, "username").casefold(), text_of(request, "password")
        person = Person.objects.filter(
            Q(username_folded=name) | Q(email_folded=name), password__isnull=False
        ).first()
        right = check_password(password, person.password if person else _nobody)
        if not person or not right:
            return Response({"error": "Wrong name or password.", "code": "bad_credentials"}, 401)
        refresh, digest = tokens.make_refresh()
        now = now_ms()
        with transaction.atomic():
            session = Session.objects.create(
                family=secrets.token_urlsafe(16), person=person, created_at=now
            )
            RefreshToken.objects.create(
                hash=digest,
                family=session,
                issued_at=now,
                expires_at=now + tokens.REFRESH_LIFETIME_MS,
            )
            Person.objects.filter(id=person.id).update(last_seen_at=now)
        access = tokens.make_access(person, session.family)
        return Response({"access": access, "refresh": refresh, "user": own_profile(person)})


class Refresh(OpenView):
    """Each token is good once; a used one seen again ends its whole family."""

    def post(self, request):
        digest = tokens.refresh_hash(text_of(request, "refresh"))
        refused = Response({"error": "Sign in again.", "code": "bad_refresh"}, 401)
        if digest is None:
            return refused
        now = now_ms()
        with transaction.atomic():
            old = (
                RefreshToken.objects.select_for_update(of=("self",))
                .select_related("family__person")
                .filter(hash=digest)
                .first()
            )
            if old is None or old.family.revoked or old.expires_at <= now:
                return refused
            session = old.family
            if old.replaced_at is not None:
                Session.objects.filter(family=session.family).update(revoked=True)
                return refused
            RefreshToken.objects.filter(hash=digest).update(replaced_at=now)
            refresh, fresh = tokens.make_refresh()
            RefreshToken.objects.create(
                hash=fresh,
                family=session,
                issued_at=now,
                expires_at=now + tokens.REFRESH_LIFETIME_MS,
            )
            Person.objects.filter(id=session.person_id).update(last_seen_at=now)
        access = tokens.make_access(session.person, session.family)
        return Response({"access": access, "refresh": refresh})


class Me(APIView):
    def get(self, request):
        return Response(own_profile(get_object_or_404(Person, id=request.user.id)))


class User(APIView):
    def get(self, request, id):
        return Response(public_profile(get_object_or_404(Person, id=id)))


class History(APIView):
    def get(self, request):
        limit = min(max(int(request.query_params.get("limit", 20)), 1), 100)
        rows = (
            MatchSeat.objects.filter(person_id=request.user.id)
            .order_by("-ended_at", "-match")
            .values(
                "match_id",
                "match__game",
                "match__started_at",
                "ended_at",
                "elo_before",
                "elo_after",
                "xp_gained",
                "coins_gained",
                "placement",
                "is_winner",
            )[: limit + 1]
        )
        items = [history_row(row) for row in rows]
        more = f"{rows[limit]['ended_at']}" if len(items) > limit else None
        return Response({"items": items[:limit], "next": more})


class Wallet(APIView):
    """The balance, and when it last changed: one query, as Whoosh's."""

    def get(self, request):
        last = Posting.objects.filter(person_id=OuterRef("id")).order_by("-journal_id")
        found = (
            Person.objects.filter(id=request.user.id)
            .annotate(changed_at=Subquery(last.values("journal__created_at")[:1]))
            .values("coins", "changed_at", "created_at")
            .first()
        )
        if found is None:
            return Response({"code": "user_not_found"}, 404)
        changed_at = found["changed_at"] or found["created_at"]
        return Response({"coins": found["coins"], "updated_at": rfc3339(changed_at)})


class Store(APIView):
    def get(self, request):
        owned = set(
            OwnedItem.objects.filter(person_id=request.user.id).values_list("item", flat=True)
        )
        items = [
            {"item_id": item, "price": price, "owned": item in owned}
            for item, price in CATALOGUE.items()
        ]
        return Response({"items": items})


class Purchase(APIView):
    """Once per key: the first answer is kept and given again."""

    def post(self, request):
        key = request.headers.get("Idempotency-Key", "")
        item = text_of(request, "item_id")
        if not key or item not in CATALOGUE:
            raise ValidationError({"item_id": "no such item, or no key"})
        fingerprint = hashlib.sha256(item.encode()).digest()
        with transaction.atomic():
            person = get_object_or_404(Person.objects.select_for_update(), id=request.user.id)
            known = IdempotencyKey.objects.filter(person=person, key=key).first()
            if known is not None:
                if bytes(known.fingerprint) != fingerprint:
                    return Response({"code": "idempotency_key_reused"}, 422)
                return Response(known.body, known.status)
            status, body = self.buy(person, item, CATALOGUE[item])
            IdempotencyKey.objects.create(
                person=person,
                key=key,
                fingerprint=fingerprint,
                status=status,
                body=body,
                created_at=now_ms(),
            )
        return Response(body, status)

    def buy(self, person, item, price):
        if OwnedItem.objects.filter(person=person, item=item).exists():
            return 409, {"code": "item_owned"}
        if person.coins < price:
            return 422, {"code": "insufficient_funds"}
        now = now_ms()
        OwnedItem.objects.create(person=person, item=item, acquired_at=now)
        journal = Journal.objects.create(
            person=person, reason="purchase", ref=item, created_at=now
        )
        Posting.objects.bulk_create(
            [
                Posting(journal=journal, person=person, side=0, amount=-price),
                Posting(journal=journal, person=None, side=1, amount=price),
            ]
        )
        person.coins -= price
        person.save(update_fields=["coins"])
        return 201, {"item": item, "balance": person.coins}


class Rooms(APIView):
    def post(self, request):
        person = get_object_or_404(Person, id=request.user.id)
        for _ in range(10):
            code = "".join(secrets.choice(CODE_LETTERS) for _ in range(4))
            try:
                room = Room.objects.create(
                    id=secrets.token_hex(8),
                    code=code,
                    game=text_of(request, "game"),
                    created_at=now_ms(),
                )
            except IntegrityError:
                continue
            return Response(join_info(person, room), 201)
        return Response({"code": "unavailable"}, 503)


class Join(APIView):
    """Whoosh seats nobody here: it asks the room's owner in memory. Here a row says who is in."""

    def post(self, request, code):
        person = get_object_or_404(Person, id=request.user.id)
        room = get_object_or_404(Room, code=code)
        RoomSeat.objects.update_or_create(
            room=room, person=person, defaults={"joined_at": now_ms()}
        )
        return Response(join_info(person, room))


def join_info(person, room):
    return {
        "room": room.id,
        "code": room.code,
        "game": room.game,
        "ws_url": f"ws://localhost/ws?game_id={room.id}",
        "ticket": tokens.make_seat(person, room.id),
        "node": "peer",
    }
