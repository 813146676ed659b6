// A room on a phone: the way in, then whatever the room is doing.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CloseReason, Role } from '@whoosh/sdk';

import { phoneOf, preload, screenOf } from '../games';
import { t } from '../i18n';
import { client } from '../state/client';
import { isFull, joinByCode } from '../state/flows';
import { go } from '../state/router';
import { joinRoom, room as current, type Room } from '../state/room';
import { useWakeLock } from '../state/wake';
import { Emotes, LeaveButton, LinkBanner, RoomErrors } from '../ui/roomparts';
import { LookForm } from '../ui/look';
import { Button, lazy, Loading, Logo, oops, useAction } from '../ui/parts';
import { SeatPatterns } from '../ui/seats';
import { Lobby } from './lobby';
import '../style/room.css';

const Ended = lazy<{ room: Room; reason: CloseReason; detail?: string | undefined }>(
  () => import('../ui/ended'),
);
const KickVoteBar = lazy<{ room: Room }>(() =>
  import('../ui/ended').then((rare) => ({ default: rare.KickVoteBar })),
);
const IdleBar = lazy<{ room: Room }>(() =>
  import('../ui/ended').then((rare) => ({ default: rare.IdleBar })),
);
const Results = lazy<{ room: Room }>(() => import('./results'));

export default function RoomScreen({ code }: { code: string }) {
  const here = current.value;
  const mine = here && here.code === code && here.role !== 'screen' ? here : null;
  useEffect(() => {
    document.body.classList.add('night');
    return () => document.body.classList.remove('night');
  }, []);
  // Back after a reload or a closed tab: no question asked.
  useEffect(() => {
    if (!mine && client.tokens && client.seats.get(code, 'player'))
      joinRoom(code, 'player').catch(oops);
  }, [code]);
  // The page moves on: the seat stays (a labelled bot plays it after a while), the connection goes.
  useEffect(
    () => () => {
      if (current.value?.code === code) {
        current.value.dispose();
        current.value = null;
      }
    },
    [code],
  );
  return (
    <>
      <SeatPatterns />
      {mine ? <Inside room={mine} /> : <Door code={code} />}
    </>
  );
}

function Door({ code }: { code: string }) {
  const action = useAction();
  const full = useSignal(false);
  const enter = (role: Role) =>
    action.run(async () => {
      try {
        await joinByCode(code, role);
      } catch (error) {
        if (role !== 'player' || !isFull(error)) throw error;
        full.value = true;
      }
    });
  return (
    <main class="page narrow door-page">
      <header class="bar">
        <a class="bar-home" href="/" aria-label={t('home.logo')}>
          <Logo small />
        </a>
      </header>
      <form
        class="card whoosh"
        onSubmit={(event) => {
          event.preventDefault();
          void enter('player');
        }}
      >
        <p class="over">{t('door.joining')}</p>
        <h1 class="code">{code}</h1>
        {full.value ? (
          <>
            <p role="alert">{t('door.full')}</p>
            <Button kind="main" busy={action.busy} onClick={() => enter('spectator')}>
              {t('door.watch')}
            </Button>
          </>
        ) : (
          <>
            <LookForm focus />
            <Button kind="main" type="submit" busy={action.busy}>
              {t('door.enter')}
            </Button>
          </>
        )}
        <a class="swap" href={`/screen/${code}`}>
          {t('door.screen')}
        </a>
      </form>
    </main>
  );
}

function Inside({ room }: { room: Room }) {
  useWakeLock();
  useEffect(() => {
    if (room.game) preload('phone', room.game);
  }, [room.game]);
  const ended = room.ended.value;
  if (ended) return <Ended room={room} reason={ended.reason} detail={ended.detail} />;
  return (
    <>
      <LinkBanner room={room} />
      <RoomErrors room={room} />
      {room.kickVote.value && <KickVoteBar room={room} />}
      {room.me.value?.idle && <IdleBar room={room} />}
      <Phase room={room} />
      <Emotes room={room} />
    </>
  );
}

function Phase({ room }: { room: Room }) {
  const people = room.people.value;
  if (!people || !room.welcome.value) return <Loading />;
  switch (people.phase) {
    case 'waiting':
      return <Lobby room={room} />;
    case 'playing':
      return <Playing room={room} />;
    case 'results':
    case 'rematch':
      return <Aftermath room={room} over={people.phase === 'rematch'} />;
    case 'closed':
      return <Ended room={room} reason="room_closed" />;
  }
}

function Playing({ room }: { room: Room }) {
  const seated = room.role === 'player' && room.me.value !== null;
  const Client = seated ? phoneOf(room.game) : screenOf(room.game);
  if (!Client) {
    return (
      <main class="page center">
        <p>{t('room.no_client')}</p>
        <Button onClick={() => go('/')}>{t('home')}</Button>
      </main>
    );
  }
  if (!room.viewClock.value) return <Loading />;
  if (seated) return <Client room={room} />;
  return (
    <>
      <Client room={room} />
      <footer class="bottom watching">
        <span>{t('room.watching')}</span>
        <LeaveButton />
      </footer>
    </>
  );
}

// The game shows its own end first, then the standings; nobody has to wait for them.
function Aftermath({ room, over }: { room: Room; over: boolean }) {
  const standings = useSignal(false);
  const Client = room.me.value ? phoneOf(room.game) : screenOf(room.game);
  if (over || standings.value || !Client || !room.viewClock.value) {
    return <Results room={room} />;
  }
  return (
    <>
      <Client room={room} />
      <footer class="bottom after">
        <Button kind="main" onClick={() => (standings.value = true)}>
          {t('results.show')}
        </Button>
      </footer>
    </>
  );
}
