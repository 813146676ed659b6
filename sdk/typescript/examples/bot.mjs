// Plays one match of Suspect and says how it went: node bot.mjs [http://localhost:8000] [CODE of a room]
import { auth, Client, enter, rooms } from '@whoosh/sdk';
import WebSocket from 'ws'; // not needed from Node.js 22 on

const [url = 'http://localhost:8000', code] = process.argv.slice(2);
const client = new Client({ url, WebSocket });
await auth.guest(client, { display_name: 'Botty' });
const info = code
  ? await rooms.join(client, code)
  : await rooms.create(client, { game: 'suspect' });
const room = await enter(client, info.code, { info });
console.log(`in room ${room.code}`);

const complain = (error) => console.error(error.message);
let acted = '';
room.on('ROOM', ({ phase, players }) => {
  // The server fills the free seats with its own bots.
  if (phase === 'waiting' && room.isHost && players.length === 1)
    room.send('START').catch(complain);
});
room.on('view', ({ clock }) => {
  if (!clock || clock.step === acted) return; // once a step is often enough for a bot
  acted = clock.step;
  const others = room.people.players.filter((player) => player.id !== room.you);
  const target = others[Math.floor(Math.random() * others.length)].id;
  if (acted === 'CROSSFIRE') room.sendAny('SUSPECT', { target }).catch(complain);
  if (acted === 'VOTE') room.sendAny('VOTE', { target }).catch(complain);
});
room.on('ended', ({ reason, detail }) => console.log(`out: ${detail ?? reason}`));
room.on('GAME_OVER', async ({ standings }) => {
  const mine = standings.find(({ id }) => id === room.you);
  console.log(
    mine.is_winner ? 'won' : 'lost',
    `with ${mine.score} points, place ${mine.placement}`,
  );
  await room.leave();
});
