// The room before a match: who is here, ready, and the host's powers.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { games } from '../games';
import { t } from '../i18n';
import type { GameCard, RoomSettings, RoomState } from '../proto/wire.gen';
import type { Room } from '../state/room';
import {
  announce,
  Button,
  Choice,
  lazy,
  Logo,
  oops,
  Sheet,
  toast,
  Toggle,
  useAction,
} from '../ui/parts';
import { Chat, EmoteBar, LeaveButton, SeatCard, SoundButton } from '../ui/roomparts';
import { useSecondsTo } from '../ui/time';

const Qr = lazy<{ text: string; label: string }>(() => import('../ui/qr'));

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
      <Sheet open={sheet.value === 'share'} title={t('lobby.invite')} onClose={close}>
        <Share code={room.code} />
      </Sheet>
      <Sheet open={sheet.value === 'settings'} title={t('lobby.settings')} onClose={close}>
        <Settings room={room} settings={people.settings} />
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

export function Share({ code }: { code: string }) {
  const url = `${location.origin}/${code}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      toast(t('share.copied'));
    } catch {
      // no clipboard outside https: the field is there to copy by hand
      document.querySelector<HTMLInputElement>('#share-url')?.select();
      toast(t('share.by_hand'));
    }
  };
  const share = () =>
    navigator.share({ title: 'Whoosh', text: t('share.text', { code }), url }).catch(() => {
      /* closed by the user */
    });
  return (
    <div class="stack share">
      <Qr text={url} label={t('share.qr', { code })} />
      <input
        id="share-url"
        readOnly
        value={url}
        aria-label={t('share.link')}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="row">
        <Button kind="main" onClick={copy}>
          {t('share.copy')}
        </Button>
        {'share' in navigator && <Button onClick={share}>{t('share.send')}</Button>}
      </div>
      <p class="hint">{t('share.screen', { url: `${location.host}/screen/${code}` })}</p>
    </div>
  );
}

function Settings({ room, settings }: { room: Room; settings: RoomSettings }) {
  const set = (change: Partial<RoomSettings>) => {
    room.send('SETTINGS', change).catch(oops);
  };
  const options = (key: string, values: string[]) =>
    values.map((value) => ({ value, text: t(`settings.${key}.${value}`) }));
  return (
    <div class="stack settings">
      <Choice
        label={t('settings.pace')}
        value={settings.pace}
        options={options('pace', ['relaxed', 'normal', 'party'])}
        onPick={(pace) => set({ pace })}
      />
      <Choice
        label={t('settings.bots')}
        value={settings.bots}
        options={options('bots', ['fill', 'off'])}
        onPick={(bots) => set({ bots })}
      />
      <Choice
        label={t('settings.filter')}
        value={settings.filter}
        options={options('filter', ['none', 'moderate', 'strict'])}
        onPick={(filter) => set({ filter })}
      />
      <Choice
        label={t('settings.seats')}
        value={String(settings.max_seats)}
        onPick={(seats) => set({ max_seats: Number(seats) })}
        options={[4, 5, 6, 7, 8, 9, 10].map((n) => ({ value: String(n), text: String(n) }))}
      />
      <Toggle
        label={t('settings.family')}
        value={settings.family}
        onPick={(family) => set({ family })}
      />
      <Toggle
        label={t('settings.one_room')}
        value={settings.one_room}
        onPick={(one_room) => set({ one_room })}
      />
      <Toggle
        label={t('settings.audience')}
        value={settings.audience}
        onPick={(audience) => set({ audience })}
      />
      <Toggle
        label={t('settings.locked')}
        value={settings.locked}
        onPick={(locked) => set({ locked })}
      />
    </div>
  );
}
