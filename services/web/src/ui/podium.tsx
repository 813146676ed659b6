// The three best, on phones and on the big screen; equals stand equally high.
import { addTexts, t } from '../i18n';
import texts from '../i18n/en.podium.json';
import type { GameOver, RoomState, Standing } from '@whoosh/sdk';
import { PlayerBadge, PlayerName } from './player';
import '../style/podium.css';

addTexts(texts);

export const seatOf = (people: RoomState, id: string) =>
  people.players.find((player) => player.id === id);

export function Podium({ over, people }: { over: GameOver; people: RoomState }) {
  const best = [...over.standings]
    .sort((a, b) => a.placement - b.placement || b.score - a.score)
    .slice(0, 3);
  const order = [best[1], best[0], best[2]].filter((row): row is Standing => row !== undefined);
  return (
    <ol class="podium" aria-label={t('results.podium')}>
      {order.map((row) => {
        const player = seatOf(people, row.id);
        return (
          <li key={row.id} class={`step step-${Math.min(row.placement, best.length)}`}>
            <PlayerBadge player={player ?? { seat: 0, avatar: '', id: row.id }} size={64} />
            <PlayerName name={row.name} look={player?.look} />
            <span class="block">
              <i>{row.placement}</i>
              <small>{t('points', { n: row.score })}</small>
            </span>
          </li>
        );
      })}
    </ol>
  );
}
