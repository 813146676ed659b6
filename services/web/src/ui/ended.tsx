// What rooms rarely show.
import { useSignal } from '@preact/signals';
import type { CloseReason } from '@whoosh/sdk';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.ended.json';
import { room as current, type Room } from '../state/room';
import { go } from '../state/router';
import { Button, oops } from './parts';
import { useSecondsTo } from './time';

addTexts(texts);

// The end of the connection, and what can be done.
export default function Ended({
  room,
  reason,
  detail,
}: {
  room: Room;
  reason: CloseReason;
  detail?: string | undefined;
}) {
  const home = () => {
    current.value = null;
    go('/');
  };
  return (
    <main class="page center">
      <section class="card whoosh" role="alert">
        <h1>{t(`ended.${reason}`)}</h1>
        <p>{detail ?? t(`ended.${reason}_text`)}</p>
        {reason === 'replaced' && (
          <Button kind="main" onClick={() => room.takeOver()}>
            {t('ended.take_over')}
          </Button>
        )}
        <Button kind={reason === 'replaced' ? 'plain' : 'main'} onClick={home}>
          {t('home')}
        </Button>
      </section>
    </main>
  );
}

// The game has waited for this player in vain.
export function IdleBar({ room }: { room: Room }) {
  const idle = room.me.value?.idle;
  if (!idle) return null;
  return (
    <p class="kick-vote" role="alert">
      <span>{t(`idle.${idle}`)}</span>
      <Button kind="main" onClick={() => void room.send('READY', {}).catch(oops)}>
        {t('idle.here')}
      </Button>
    </p>
  );
}

// Matchmade rooms have no host: people vote somebody out.
export function KickVoteBar({ room }: { room: Room }) {
  const vote = room.kickVote.value;
  const seconds = useSecondsTo(room, vote?.ends_at);
  const voted = useSignal('');
  const target = room.people.value?.players.find((player) => player.id === vote?.target);
  if (!vote || !target || seconds === 0 || target.id === room.you.value) return null;
  const agree = () => {
    voted.value = vote.target;
    room.send('KICK', { target: vote.target }).catch(oops);
  };
  return (
    <p class="kick-vote" role="status">
      <span>{t('kick.vote', { name: target.name, votes: vote.votes, needed: vote.needed })}</span>
      {voted.value !== vote.target && room.me.value && (
        <Button onClick={agree}>{t('kick.agree')}</Button>
      )}
    </p>
  );
}
