// Rooms of eight with a tick a second, on ws: README.md of the folder above. Two processes share the
// port; each has rooms of its own.
import cluster from 'node:cluster';
import {WebSocketServer} from 'ws';

const SEATS = 8;
const MESSAGE_BYTES = 160;
const PERIOD_MS = 1000;
const PROCESSES = 2;
const BUFFERED_MAX = 64 * 1024;

function text(room, seq, due) {
  const head = `{"type":"TICK","payload":{"room":${room},"seq":${seq},"ts":${due},"pad":"`;
  return Buffer.from(head + 'x'.repeat(MESSAGE_BYTES - head.length - 3) + '"}}');
}

class Room {
  constructor(number) {
    this.number = number;
    this.sockets = new Set();
    this.seq = 0;
    const now = Date.now();
    this.due = now - (now % PERIOD_MS) + PERIOD_MS + (number % 1000);
    this.next();
  }

  next() {
    setTimeout(() => this.tick(), this.due - Date.now());
  }

  tick() {
    const message = text(this.number, ++this.seq, this.due);
    for (const socket of this.sockets) {
      if (socket.bufferedAmount > BUFFERED_MAX) socket.terminate();
      else socket.send(message, {binary: false});
    }
    this.due += PERIOD_MS;
    this.next();
  }

  add(socket) {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.terminate());
  }
}

function serve(port) {
  const server = new WebSocketServer({port, host: '127.0.0.1', perMessageDeflate: false, backlog: 4096});
  let rooms = 0;
  let taken = SEATS;
  let last = null;
  server.on('connection', (socket) => {
    if (taken === SEATS) {
      last = new Room(cluster.worker.id + PROCESSES * rooms++);
      taken = 0;
    }
    taken += 1;
    last.add(socket);
  });
}

if (cluster.isPrimary) {
  for (let i = 0; i < PROCESSES; i++) cluster.fork();
  cluster.on('exit', () => process.exit(1));
} else {
  serve(Number(process.argv[2]));
}
