// Rooms of eight with a tick a second, on Colyseus: README.md of the folder above. One process, as
// Colyseus runs; there is no state, so nothing is patched.
import {createServer} from 'node:http';
import {Room, Server} from '@colyseus/core';
import {WebSocketTransport} from '@colyseus/ws-transport';

const SEATS = 8;
const MESSAGE_BYTES = 160;
const PERIOD_MS = 1000;
const RESERVED_S = 300;

let rooms = 0;

function text(room, seq, due) {
  const head = `{"type":"TICK","payload":{"room":${room},"seq":${seq},"ts":${due},"pad":"`;
  return head + 'x'.repeat(MESSAGE_BYTES - head.length - 3) + '"}}';
}

class TickRoom extends Room {
  maxClients = SEATS;
  patchRate = null;
  seatReservationTimeout = RESERVED_S;

  onCreate() {
    this.number = rooms++;
    this.seq = 0;
    const now = Date.now();
    this.due = now - (now % PERIOD_MS) + PERIOD_MS + (this.number % 1000);
    this.next();
  }

  next() {
    this.timer = setTimeout(() => this.tick(), this.due - Date.now());
  }

  tick() {
    this.broadcast('tick', text(this.number, ++this.seq, this.due));
    this.due += PERIOD_MS;
    this.next();
  }

  onDispose() {
    clearTimeout(this.timer);
  }
}

const http = createServer();
const server = new Server({
  greet: false,
  transport: new WebSocketTransport({server: http, pingInterval: 0}),
});
server.define('tick', TickRoom);
await server.listen(Number(process.argv[2]), '127.0.0.1', 4096);
