"""The JSON of Whoosh's REST contract (docs/openapi.yaml)."""

from datetime import datetime, timezone


def rfc3339(ms):
    moment = datetime.fromtimestamp(ms // 1000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"


def public_profile(person):
    return {
        "id": person.id,
        "username": person.username,
        "display_name": person.display_name,
        "avatar": person.avatar,
        "elo": person.elo,
        "xp": person.xp,
        "level": person.level,
        "total_games": person.total_games,
        "wins": person.wins,
        "win_rate": person.wins / person.total_games if person.total_games else 0,
        "is_guest": person.is_guest,
        "created_at": rfc3339(person.created_at),
    }


def own_profile(person):
    return {**public_profile(person), "email": person.email, "coins": person.coins}


def history_row(row):
    return {
        "match_id": str(row["match_id"]),
        "game": row["match__game"],
        "started_at": rfc3339(row["match__started_at"]),
        "ended_at": rfc3339(row["ended_at"]),
        "elo_before": row["elo_before"],
        "elo_after": row["elo_after"],
        "xp_gained": row["xp_gained"],
        "coins_gained": row["coins_gained"],
        "placement": row["placement"],
        "is_winner": row["is_winner"],
    }
