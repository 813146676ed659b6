// After a match: who stood where, what changed for you and why, and whether to play again.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.results.json';
import { matches, type GameOver, type RoomState, type Standing } from '@whoosh/sdk';

import { client } from '../state/client';
import { play } from '../sound';
import type { Room } from '../state/room';
import { loadUser, user } from '../state/session';
import { announce, Button, Streaks, useAction } from '../ui/parts';
import { EmoteBar, LeaveButton } from '../ui/roomparts';
import { Podium, seatOf } from '../ui/podium';
import { PlayerBadge } from '../ui/player';
import { useSecondsTo } from '../ui/time';
import '../style/results.css';

addTexts(texts);

const stored_tries = 6;
const stored_pause_ms = 1_000;

export default function Results({ room }: { room: Room }) {
  const over = room.gameOver.value;
  const people = room.people.value!;
  const mine = over?.standings.find((row) => row.id === room.you.value) ?? null;
  const nobodyWon = over?.winners.length === 0;
  useEffect(() => {
    if (!mine) return;
    if (nobodyWon) return announce(t('results.void'), true);
    play(mine.is_winner ? 'win' : 'lose');
    announce(t(mine.is_winner ? 'results.won' : 'results.place', { n: mine.placement }), true);
  }, [over?.match_id]);
  return (
    <main class="page results">
      <h1 class="results-title whoosh">
        <Streaks />
        {t(titleOf(mine, nobodyWon))}
      </h1>
      {over && <Podium over={over} people={people} />}
      {over && mine && <Changed over={over} mine={mine} matchmade={people.matchmade} />}
      {over && <Table over={over} people={people} you={room.you.value} />}
      {!over && <p class="center">{t('results.gone')}</p>}
      <EmoteBar room={room} />
      <Again room={room} people={people} />
    </main>
  );
}

function titleOf(mine: Standing | null, nobodyWon: boolean): string {
  if (nobodyWon) return 'results.void';
  if (!mine) return 'results.title';
  return mine.is_winner ? 'results.won' : 'results.lost';
}

interface Delta {
  elo_before: number;
  elo_after: number;
  xp: number;
  coins: number;
  level: number | null;
}

function deltaOf(row: Standing): Delta | null {
  if (row.elo_before == null || row.elo_after == null) return null;
  return {
    elo_before: row.elo_before,
    elo_after: row.elo_after,
    xp: row.xp_gained ?? 0,
    coins: row.coins_gained ?? 0,
    level: row.level ?? null,
  };
}

// The result is stored a moment after the match; until GAME_OVER brings it, the history is asked.
function useDelta(over: GameOver, mine: Standing): Delta | null {
  const found = useSignal<Delta | null>(null);
  const told = deltaOf(mine);
  useEffect(() => {
    found.value = null;
    if (told) {
      void loadUser().catch(() => {
        /* the numbers on screen are right anyway */
      });
      return undefined;
    }
    let tries = 0;
    const look = async () => {
      const rows = await matches.newest(client);
      const row = rows.find((one) => one.match_id === over.match_id);
      if (!row) return;
      clearInterval(timer);
      const me = await loadUser();
      found.value = {
        elo_before: row.elo_before,
        elo_after: row.elo_after,
        xp: row.xp_gained,
        coins: row.coins_gained,
        level: me.level,
      };
    };
    const timer = setInterval(() => {
      if (++tries > stored_tries) return clearInterval(timer);
      return void look().catch(() => {
        /* asked again in a second */
      });
    }, stored_pause_ms);
    return () => clearInterval(timer);
  }, [over.match_id, told !== null]);
  return told ?? found.value;
}

const signed = (n: number) => (n > 0 ? `+${n}` : n < 0 ? `−${-n}` : '±0');

interface ChangedProps {
  over: GameOver;
  mine: Standing;
  matchmade: boolean;
}

function Changed({ over, mine, matchmade }: ChangedProps) {
  const delta = useDelta(over, mine);
  const levelBefore = useSignal(user.value?.level ?? 1).peek();
  if (!delta)
    return (
      <section class="card changed" aria-busy="true">
        <p>{t('changed.storing')}</p>
      </section>
    );
  const rating = delta.elo_after - delta.elo_before;
  const guest = user.value?.is_guest !== false;
  return (
    <section class="card changed stamp" aria-label={t('changed.title')}>
      <h2>{t('changed.title')}</h2>
      <dl>
        <div class="d-elo">
          <dt>{t('changed.rating')}</dt>
          <dd>
            {signed(rating)}{' '}
            <small>
              {delta.elo_before} → {delta.elo_after}
            </small>
          </dd>
          <dd class="why">{t(over.rated ? 'changed.rated' : 'changed.unrated')}</dd>
        </div>
        <div class="d-xp">
          <dt>{t('changed.xp')}</dt>
          <dd>{signed(delta.xp)}</dd>
          <dd class="why">
            {t(mine.is_winner ? 'changed.xp_win' : 'changed.xp_loss', { place: mine.placement })}
          </dd>
        </div>
        <div class="d-coins">
          <dt>{t('changed.coins')}</dt>
          <dd>{signed(delta.coins)}</dd>
          <dd class="why">
            {t(
              guest
                ? 'changed.coins_guest'
                : matchmade
                  ? 'changed.coins_why'
                  : 'changed.coins_private',
            )}
          </dd>
        </div>
        {delta.level !== null && (
          <div class="d-level">
            <dt>{t('changed.level')}</dt>
            <dd>{delta.level}</dd>
            <dd class="why">
              {t(delta.level > levelBefore ? 'changed.level_up' : 'changed.level_same')}
            </dd>
          </div>
        )}
      </dl>
      {guest && (
        <a class="btn plain" href="/register" target="_blank">
          {t('changed.keep')}
        </a>
      )}
    </section>
  );
}

function Table({ over, people, you }: { over: GameOver; people: RoomState; you: string }) {
  const rows = [...over.standings].sort((a, b) => a.placement - b.placement || b.score - a.score);
  return (
    <ol class="standings" aria-label={t('results.standings')}>
      {rows.map((row) => {
        const player = seatOf(people, row.id);
        return (
          <li key={row.id} class={row.id === you ? 'you' : ''}>
            <i>{row.placement}</i>
            <PlayerBadge player={player ?? { seat: 0, avatar: '', id: row.id }} size={36} />
            <b>{row.name}</b>
            {row.elo_after != null && row.elo_before != null && over.rated && (
              <small>{signed(row.elo_after - row.elo_before)}</small>
            )}
            <span>{t('points', { n: row.score })}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Again({ room, people }: { room: Room; people: RoomState }) {
  const action = useAction();
  const seconds = useSecondsTo(room, people.phase_ends_at);
  const wants = people.rematch.includes(room.you.value);
  const seated = room.me.value !== null;
  return (
    <footer class="bottom">
      <LeaveButton label={t('results.leave')} />
      {seated && (
        <Button
          kind="main"
          busy={action.busy}
          aria-pressed={wants}
          onClick={() => action.run(() => room.send('REMATCH', { again: !wants }))}
        >
          <b>{t(wants ? 'results.again_on' : 'results.again')}</b>
          <small>
            {[
              people.rematch.length > 0
                ? t('results.again_count', { n: people.rematch.length })
                : '',
              seconds === null ? '' : t('seconds', { n: seconds }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </small>
        </Button>
      )}
    </footer>
  );
}
