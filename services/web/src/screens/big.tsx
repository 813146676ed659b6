// The big screen: read-only, no secrets, readable from five metres. Joins as `screen`.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { preload, screenOf } from '../games';
import { addTexts, t } from '../i18n';
import texts from '../i18n/en.big.json';
import type { CloseReason, RoomState } from '@whoosh/sdk';
import { play } from '../sound';
import { ensureUser } from '../state/session';
import { joinRoom, room as current, type Room } from '../state/room';
import { useWakeLock } from '../state/wake';
import { Button, errorText, lazy, Loading, Logo, Streaks } from '../ui/parts';
import { PlayerBadge, PlayerName } from '../ui/player';
import { Emotes, LinkBanner, playerNote, SoundButton } from '../ui/roomparts';
import { SeatPatterns } from '../ui/seats';
import { useSecondsTo } from '../ui/time';
import { Podium } from '../ui/podium';
import '../style/room.css';
import '../style/big.css';

addTexts(texts);

const Ended = lazy<{ room: Room; reason: CloseReason; detail?: string | undefined }>(
  () => import('../ui/ended'),
);
const Qr = lazy<{ text: string; label: string }>(() => import('../ui/qr'));

export default function BigScreen({ code }: { code: string }) {
  const trouble = useSignal<string | null>(null);
  const tries = useSignal(0);
  useWakeLock();
  useEffect(() => {
    document.body.classList.add('night', 'big');
    trouble.value = null;
    const here = current.value;
    const enter = async () => {
      if (here && here.code === code && here.role === 'screen' && !here.ended.value) return;
      await ensureUser();
      await joinRoom(code, 'screen');
    };
    enter().catch((error) => {
      trouble.value = errorText(error);
    });
    return () => {
      document.body.classList.remove('night', 'big');
      current.value?.dispose();
      current.value = null;
    };
  }, [code, tries.value]);
  const room = current.value;
  if (trouble.value !== null) {
    return (
      <main class="page center">
        <section class="card">
          <h1>{t('big.trouble')}</h1>
          <p role="alert">{trouble.value}</p>
          <Button
            kind="main"
            onClick={() => {
              tries.value += 1;
            }}
          >
            {t('again')}
          </Button>
        </section>
      </main>
    );
  }
  if (!room || room.role !== 'screen') return <Loading />;
  return (
    <>
      <SeatPatterns />
      <Showing room={room} />
    </>
  );
}

function Showing({ room }: { room: Room }) {
  useEffect(() => {
    if (room.game) preload('screen', room.game);
  }, [room.game]);
  const ended = room.ended.value;
  if (ended) return <Ended room={room} reason={ended.reason} detail={ended.detail} />;
  const people = room.people.value;
  if (!people || !room.welcome.value) return <Loading />;
  return (
    <>
      <LinkBanner room={room} />
      <div class="big-tools">
        <SoundButton />
        {document.fullscreenEnabled && (
          <Button
            kind="quiet"
            aria-label={t('big.full')}
            onClick={() => {
              if (document.fullscreenElement) void document.exitFullscreen();
              else void document.documentElement.requestFullscreen();
            }}
          >
            <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true">
              <path
                d="M3 9V3h6M15 3h6v6M21 15v6h-6M9 21H3v-6"
                fill="none"
                stroke="currentColor"
                stroke-width="3"
              />
            </svg>
          </Button>
        )}
      </div>
      <Stage room={room} people={people} />
      <Emotes room={room} />
    </>
  );
}

function Stage({ room, people }: { room: Room; people: RoomState }) {
  switch (people.phase) {
    case 'waiting':
      return <Wall room={room} people={people} />;
    case 'playing':
    case 'results': {
      const Client = screenOf(room.game);
      if (!Client) {
        return (
          <main class="page center">
            <p>{t('room.no_client')}</p>
          </main>
        );
      }
      if (room.viewClock.value) return <Client room={room} />;
      return people.phase === 'playing' ? <Loading /> : <Final room={room} people={people} />;
    }
    case 'rematch':
      return <Final room={room} people={people} />;
    case 'closed':
      return <Ended room={room} reason="room_closed" />;
  }
}

// The poster that fills while people come in.
function Wall({ room, people }: { room: Room; people: RoomState }) {
  const hidden = useSignal(false);
  const url = `${location.host}/${room.code}`;
  useEffect(() => {
    if (people.players.length > 0) play('join');
  }, [people.players.length]);
  return (
    <main class="wall">
      <section class="poster">
        <Logo />
        <p class="poster-how">{t('big.how')}</p>
        <div class="poster-qr">
          {hidden.value ? (
            <div class="qr-hidden">••••</div>
          ) : (
            <Qr
              text={`${location.origin}/${room.code}`}
              label={t('share.qr', { code: room.code })}
            />
          )}
        </div>
        <p class="poster-url">{hidden.value ? '••••' : url}</p>
        <button
          type="button"
          class="poster-code"
          onClick={() => {
            hidden.value = !hidden.value;
          }}
          aria-pressed={hidden.value}
          aria-label={t('big.hide', { code: room.code })}
        >
          {hidden.value ? '••••' : room.code}
        </button>
      </section>
      <section class="crowd" aria-label={t('lobby.players')}>
        <h1>{t('big.players', { n: people.players.length, max: people.settings.max_seats })}</h1>
        <ul>
          {people.players.map((player) => (
            <li key={player.id} class="stamp">
              <PlayerBadge player={player} size={110} dim={!player.connected && !player.bot} />
              <PlayerName name={player.name} look={player.look} />
              <small>{playerNote(player)}</small>
            </li>
          ))}
          {Array.from(
            { length: Math.max(0, people.settings.max_seats - people.players.length) },
            (_, i) => (
              <li key={`free-${i}`} class="free" aria-hidden="true">
                <span />
                <b>…</b>
              </li>
            ),
          )}
        </ul>
        <p class="crowd-hint">
          {t('big.hint')}
          {people.audience > 0 && ` · ${t('lobby.audience', { n: people.audience })}`}
        </p>
      </section>
    </main>
  );
}

function Final({ room, people }: { room: Room; people: RoomState }) {
  const over = room.gameOver.value;
  const seconds = useSecondsTo(room, people.phase_ends_at);
  const rest = over
    ? [...over.standings].sort((a, b) => a.placement - b.placement || b.score - a.score).slice(3)
    : [];
  return (
    <main class="final">
      <h1 class="whoosh">
        <Streaks />
        {t('results.title')}
      </h1>
      {over && <Podium over={over} people={people} />}
      <ol class="final-rest" start={4}>
        {rest.map((row) => (
          <li key={row.id}>
            <i>{row.placement}</i> <b>{row.name}</b> {t('points', { n: row.score })}
          </li>
        ))}
      </ol>
      <p class="crowd-hint">
        {[
          people.rematch.length > 0 ? t('results.again_count', { n: people.rematch.length }) : '',
          seconds === null ? '' : t('seconds', { n: seconds }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </main>
  );
}
