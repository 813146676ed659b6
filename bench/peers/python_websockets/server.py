"""Rooms of eight with a tick a second, on websockets: README.md of the folder above."""

import asyncio
import sys
import time

import websockets

SEATS = 8
MESSAGE_BYTES = 160
PERIOD_MS = 1000


def text(room, seq, due):
    head = f'{{"type":"TICK","payload":{{"room":{room},"seq":{seq},"ts":{due},"pad":"'
    return head + "x" * (MESSAGE_BYTES - len(head) - 3) + '"}}'


class Rooms:
    """Fills one room after the other; each has a task that ticks."""

    def __init__(self):
        self.count = 0
        self.last = set()
        self.taken = SEATS
        self.tasks = []

    def seat(self, connection):
        if self.taken == SEATS:
            self.last = set()
            self.taken = 0
            self.tasks.append(asyncio.create_task(tick(self.count, self.last)))
            self.count += 1
        self.taken += 1
        self.last.add(connection)
        return self.last


async def tick(number, room):
    now = int(time.time() * 1000)
    due = now - now % PERIOD_MS + PERIOD_MS + number % 1000
    seq = 0
    while True:
        await asyncio.sleep(max(0, due / 1000 - time.time()))
        seq += 1
        websockets.broadcast(room, text(number, seq, due))
        due += PERIOD_MS


async def main(port):
    rooms = Rooms()

    async def serve(connection):
        room = rooms.seat(connection)
        try:
            await connection.wait_closed()
        finally:
            room.discard(connection)

    async with websockets.serve(
        serve, "127.0.0.1", port, compression=None, ping_interval=None, backlog=4096
    ):
        await asyncio.Future()


asyncio.run(main(int(sys.argv[1])))
