// The room before a match: who is here, ready, and the host's powers.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { games } from '../games';
import { t } from '../i18n';
import type { GameCard, RoomState } from '@whoosh/sdk';
import type { Room } from '../state/room';
import { announce, Button, lazy, Logo, oops, Sheet, useAction } from '../ui/parts';
import { Chat, EmoteBar, LeaveButton, SeatCard, SoundButton } from '../ui/roomparts';
import { useSecondsTo } from '../ui/time';

const LobbySheet = lazy<{ room: Room; show: 'share' | 'settings' }>(() => import('./lobbysheet'));

export function Lobby({ room }: { room: Room }) {
  const people = room.people.value!;
  const sheet = useSignal<'' | 'share' | 'settings'>('');
  const game = useSignal<GameCard | null>(null);
  useEffect(() => {
    games().then(
      (list) => {
        game.value = list.find((card) => card.key === room.game) ?? null;
      },
      () => {
        /* only its name and pitch are missing then */
      },
    );
  }, [room.game]);
  useEffect(() => {
    announce(t('lobby.here', { n: people.players.length }));
  }, [people.players.length]);
  useAutoStart(room);
  const close = () => {
    sheet.value = '';
  };
  const humans = people.players.filter((player) => !player.bot).length;
  return (
    <main class="page lobby">
      <header class="bar">
        <Logo small />
        <span class="bar-spring" />
        <SoundButton />
        <LeaveButton />
      </header>
      {people.matchmade ? (
        <Countdown room={room} people={people} />
      ) : (
        <button
          type="button"
          class="code-ticket whoosh"
          onClick={() => {
            sheet.value = 'share';
          }}
        >
          <span class="over">{t('lobby.code')}</span>
          <b class="code">{room.code}</b>
          <span class="code-more">{t('lobby.share')}</span>
        </button>
      )}
      <p class="pitch">
        <b>{game.value?.name ?? ''}</b> {game.value?.tagline ?? ''}
      </p>
      <SeatWall room={room} people={people} />
      <EmoteBar room={room} />
      <Chat room={room} />
      <footer class="bottom">
        {room.isHost.value && !people.matchmade && (
          <Button
            kind="plain"
            onClick={() => {
              sheet.value = 'settings';
            }}
          >
            {t('lobby.settings')}
          </Button>
        )}
        <MainAction
          room={room}
          humans={humans}
          min={game.value?.players_min ?? 0}
          bots={people.settings.bots !== 'off'}
        />
      </footer>
      <Sheet
        open={sheet.value !== ''}
        title={t(sheet.value === 'settings' ? 'lobby.settings' : 'lobby.invite')}
        onClose={close}
      >
        {sheet.value !== '' && <LobbySheet room={room} show={sheet.value} />}
      </Sheet>
    </main>
  );
}

// "Play with bots now" of the queue: the room it made starts by itself.
function useAutoStart(room: Room): void {
  const host = room.isHost.value;
  useEffect(() => {
    if (!host || sessionStorage.getItem('whoosh.start') !== '1') return;
    sessionStorage.removeItem('whoosh.start');
    room.send('START').catch(oops);
  }, [host]);
}

function Countdown({ room, people }: { room: Room; people: RoomState }) {
  const seconds = useSecondsTo(room, people.phase_ends_at);
  return (
    <div class="code-ticket whoosh" role="status">
      <span class="over">{t('lobby.matched')}</span>
      <b class="code">{seconds ?? '…'}</b>
      <span class="code-more">{t('lobby.starts')}</span>
    </div>
  );
}

function SeatWall({ room, people }: { room: Room; people: RoomState }) {
  const kicking = useSignal<string | null>(null);
  const target = people.players.find((player) => player.id === kicking.value);
  const free = Math.max(0, people.settings.max_seats - people.players.length);
  const powers = people.matchmade ? room.me.value !== null : room.isHost.value;
  return (
    <>
      <ul class="seats" aria-label={t('lobby.players')}>
        {people.players.map((player) => (
          <SeatCard key={player.id} player={player} you={player.id === room.you.value}>
            {powers && player.id !== room.you.value && !(people.matchmade && player.bot) && (
              <Button
                kind="quiet"
                class="kick"
                aria-label={t('lobby.kick', { name: player.name })}
                onClick={() => {
                  kicking.value = player.id;
                }}
              >
                ⋯
              </Button>
            )}
          </SeatCard>
        ))}
        {free > 0 && (
          <li class="seat empty">
            <span>{t('lobby.free', { n: free })}</span>
          </li>
        )}
      </ul>
      {people.audience > 0 && <p class="fine">{t('lobby.audience', { n: people.audience })}</p>}
      <Sheet
        open={target !== undefined}
        title={t('lobby.kick', { name: target?.name ?? '' })}
        onClose={() => {
          kicking.value = null;
        }}
      >
        <p>{t(people.matchmade ? 'kick.text' : 'lobby.kick_text', { name: target?.name ?? '' })}</p>
        <Button
          kind="danger"
          onClick={() => {
            if (target) room.send('KICK', { target: target.id }).catch(oops);
            kicking.value = null;
          }}
        >
          {t('lobby.kick_do')}
        </Button>
      </Sheet>
    </>
  );
}

function MainAction({
  room,
  humans,
  min,
  bots,
}: {
  room: Room;
  humans: number;
  min: number;
  bots: boolean;
}) {
  const action = useAction();
  const me = room.me.value;
  if (!me) return <p class="fine">{t('lobby.watching')}</p>;
  const matchmade = room.people.value!.matchmade;
  if (room.isHost.value && !matchmade) {
    const few = !bots && humans < min;
    return (
      <Button
        kind="main"
        busy={action.busy}
        disabled={few}
        onClick={() => action.run(() => room.send('START'))}
      >
        <b>{t('lobby.start')}</b>
        <small>
          {few ? t('lobby.need', { n: min - humans }) : bots ? t('lobby.fill') : t('lobby.go')}
        </small>
      </Button>
    );
  }
  return (
    <Button
      kind="main"
      busy={action.busy}
      aria-pressed={me.ready}
      onClick={() => action.run(() => room.send('READY', { ready: !me.ready }))}
    >
      <b>{t(me.ready ? 'lobby.ready_on' : 'lobby.ready')}</b>
      <small>
        {t(me.ready ? 'lobby.ready_undo' : matchmade ? 'lobby.ready_public' : 'lobby.ready_hint')}
      </small>
    </Button>
  );
}
