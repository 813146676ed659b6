// reserve.js PORT COUNT FILE: asks Colyseus' matchmaker for so many seats and writes the URL of each
// to the file, for `whoosh swarm --raw COUNT --urls FILE`: what its client library does before it
// connects.
import {writeFileSync} from 'node:fs';
import {Agent, request} from 'node:http';

const [port, count, file] = process.argv.slice(2);
const agent = new Agent({keepAlive: true, maxSockets: 16});

function reserve() {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/matchmake/joinOrCreate/tick',
        headers: {'content-type': 'application/json'},
      },
      (answer) => {
        let body = '';
        answer.on('data', (part) => (body += part));
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve(JSON.parse(body)) : reject(new Error(body)),
        );
      },
    );
    asked.on('error', reject);
    asked.end('{}');
  });
}

const urls = [];
async function work() {
  while (urls.length < Number(count)) {
    const mine = urls.push('') - 1;
    const seat = await reserve();
    const room = seat.room ?? seat;
    urls[mine] = `ws://127.0.0.1:${port}/${room.processId}/${room.roomId}?sessionId=${seat.sessionId}`;
  }
}
await Promise.all(Array.from({length: 16}, work));
writeFileSync(file, urls.join('\n') + '\n');
agent.destroy();
