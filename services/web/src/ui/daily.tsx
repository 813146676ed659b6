// The coins of the day: how the row of days stands, as the server says, and the button that claims them.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError, economy, type DailyStanding } from '@whoosh/sdk';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.daily.json';
import { client } from '../state/client';
import { announce, Button, oops, toast, useAction } from './parts';

addTexts(texts);

// Not for guests, who earn none. `onClaimed` shows the new balance.
export function DailyCard({ onClaimed }: { onClaimed: () => Promise<void> | void }) {
  const standing = useSignal<DailyStanding | null>(null);
  const action = useAction();
  const load = async () => {
    standing.value = await economy.daily(client);
  };
  useEffect(() => {
    load().catch(oops);
  }, []);
  const claim = () =>
    action.run(async () => {
      try {
        const { coins } = await economy.claimDaily(client);
        toast(t('daily.got', { n: coins }));
        announce(t('daily.got', { n: coins }));
      } catch (error) {
        // On another device meanwhile: what is shown next says so.
        if (!(error instanceof ApiError) || error.code !== 'already_claimed') throw error;
      }
      await Promise.all([load(), onClaimed()]);
    });
  const now = standing.value;
  if (!now) return null;
  const { streak, rewards } = now;
  return (
    <section class="card daily" aria-labelledby="daily-title">
      <div class="daily-head">
        <h2 id="daily-title">{t('daily.title')}</h2>
        {streak > 0 && <b class="streak">{t('daily.streak', { n: streak })}</b>}
      </div>
      <ol class="days" aria-label={t('daily.days')}>
        {rewards.map((coins, i) => (
          <li key={coins} class={i < streak ? 'done' : ''}>
            <small>{t('daily.day', { n: i + 1 })}</small>
            <b>{coins}</b>
            {i < streak && <span class="sr">{t('daily.done')}</span>}
          </li>
        ))}
      </ol>
      {now.claimable ? (
        <Button kind="main" busy={action.busy} onClick={claim}>
          {t('daily.claim')}
        </Button>
      ) : (
        <p role="status">{t('daily.next', { n: now.coins, time: clockTime(now.next_at) })}</p>
      )}
    </section>
  );
}

const clockTime = (time: string) =>
  new Intl.DateTimeFormat(undefined, {
    weekday: 'short',
    hour: 'numeric',
    minute: '2-digit',
  }).format(new Date(time));
