"""The tables: the same facts as Whoosh's. Times are milliseconds since 1970 UTC."""

from django.db import models


class Person(models.Model):
    username = models.TextField()
    username_folded = models.TextField(unique=True)
    email = models.TextField(null=True)
    email_folded = models.TextField(null=True, unique=True)
    password = models.TextField(null=True)
    display_name = models.TextField()
    avatar = models.TextField()
    is_guest = models.BooleanField()
    elo = models.IntegerField(default=1000)
    xp = models.IntegerField(default=0)
    level = models.IntegerField(default=1)
    total_games = models.IntegerField(default=0)
    wins = models.IntegerField(default=0)
    coins = models.BigIntegerField(default=0)
    created_at = models.BigIntegerField()
    last_seen_at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(check=models.Q(coins__gte=0), name="coins_not_negative")
        ]


class Session(models.Model):
    family = models.TextField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE)
    created_at = models.BigIntegerField()
    revoked = models.BooleanField(default=False)


class RefreshToken(models.Model):
    hash = models.BinaryField(primary_key=True)
    family = models.ForeignKey(Session, models.CASCADE)
    issued_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    replaced_at = models.BigIntegerField(null=True)


class Match(models.Model):
    id = models.UUIDField(primary_key=True)
    game = models.TextField()
    started_at = models.BigIntegerField()
    ended_at = models.BigIntegerField()


class MatchSeat(models.Model):
    match = models.ForeignKey(Match, models.CASCADE)
    seat = models.IntegerField()
    person = models.ForeignKey(Person, models.SET_NULL, null=True, db_index=False)
    name = models.TextField()
    ended_at = models.BigIntegerField()
    placement = models.IntegerField()
    score = models.IntegerField()
    team = models.IntegerField()
    is_winner = models.BooleanField()
    elo_before = models.IntegerField()
    elo_after = models.IntegerField()
    xp_gained = models.IntegerField()
    coins_gained = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["person", "-ended_at", "-match"], name="seats_of_person")]


class Journal(models.Model):
    person = models.ForeignKey(Person, models.PROTECT)
    reason = models.TextField()
    ref = models.TextField()
    created_at = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "reason", "ref"], name="booked_once")
        ]


class Posting(models.Model):
    """Side 0 is the person's, side 1 (without a person) the system's."""

    journal = models.ForeignKey(Journal, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    side = models.IntegerField()
    amount = models.BigIntegerField()


class OwnedItem(models.Model):
    person = models.ForeignKey(Person, models.CASCADE)
    item = models.TextField()
    acquired_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="owned_once")]


class IdempotencyKey(models.Model):
    person = models.ForeignKey(Person, models.CASCADE)
    key = models.TextField()
    fingerprint = models.BinaryField()
    status = models.IntegerField()
    body = models.JSONField()
    created_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="decided_once")]


class Room(models.Model):
    id = models.TextField(primary_key=True)
    code = models.TextField(unique=True)
    game = models.TextField()
    created_at = models.BigIntegerField()


class RoomSeat(models.Model):
    room = models.ForeignKey(Room, models.CASCADE)
    person = models.ForeignKey(Person, models.CASCADE)
    joined_at = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "person"], name="seated_once")]
