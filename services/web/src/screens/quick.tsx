// Quick play: into the queue, told where one stands, into the room. A ticket is looked at by long poll; its
// answer comes when something changes or after 25 s.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.quick.json';
import { queue, type TicketState } from '@whoosh/sdk';

import { client } from '../state/client';
import { createParty, enter } from '../state/flows';
import { go } from '../state/router';
import { ensureUser } from '../state/session';
import { Button, errorText, Logo, Streaks, useAction } from '../ui/parts';
import { SeatBadge } from '../ui/seats';
import '../style/quick.css';

addTexts(texts);

const bot_offer_s = 45;

export default function Quick() {
  const state = useSignal<TicketState>({ status: 'searching' });
  const trouble = useSignal<string | null>(null);
  const round = useSignal(0);
  const seconds = useSignal(0);
  const ticket = useSignal<string | null>(null);
  const bots = useAction();

  useEffect(() => {
    const abort = new AbortController();
    let matched = false;
    trouble.value = null;
    seconds.value = 0;
    state.value = { status: 'searching' };
    const timer = setInterval(() => {
      seconds.value += 1;
    }, 1000);
    const run = async () => {
      await ensureUser();
      const joined = await queue.join(client);
      ticket.value = joined.ticket;
      if (abort.signal.aborted) return giveBack(joined.ticket);
      const end = await queue.follow(client, joined.ticket, {
        signal: abort.signal,
        onChange: (next) => {
          state.value = next;
        },
      });
      if (abort.signal.aborted) return undefined;
      if (end.status === 'matched' && end.room) {
        matched = true;
        return enter(end.room);
      }
      trouble.value = t('quick.over');
      return undefined;
    };
    run().catch((error) => {
      if (!abort.signal.aborted) trouble.value = errorText(error);
    });
    return () => {
      clearInterval(timer);
      abort.abort();
      if (!matched && ticket.value) void giveBack(ticket.value);
      ticket.value = null;
    };
  }, [round.value]);

  const withBots = () =>
    bots.run(async () => {
      if (ticket.value) await giveBack(ticket.value);
      ticket.value = null;
      sessionStorage.setItem('whoosh.start', '1'); // the lobby starts by itself
      await createParty('suspect', { bots: 'fill' });
    });

  return (
    <main class="page narrow quick">
      <header class="bar">
        <a class="bar-home" href="/" aria-label={t('home.logo')}>
          <Logo small />
        </a>
      </header>
      {trouble.value !== null ? (
        <section class="card whoosh">
          <h1>{t('quick.stopped')}</h1>
          <p role="alert">{trouble.value}</p>
          <Button
            kind="main"
            onClick={() => {
              round.value += 1;
            }}
          >
            {t('again')}
          </Button>
        </section>
      ) : (
        <Searching state={state.value} seconds={seconds.value} />
      )}
      {seconds.value >= bot_offer_s && trouble.value === null && (
        <section class="card offer whoosh">
          <h2>{t('quick.bots_title')}</h2>
          <p>{t('quick.bots_text')}</p>
          <Button kind="main" busy={bots.busy} onClick={withBots}>
            {t('quick.bots')}
          </Button>
        </section>
      )}
      <Button kind="quiet" onClick={() => go('/')}>
        {t('quick.cancel')}
      </Button>
    </main>
  );
}

function giveBack(ticket: string): Promise<void> {
  return queue.cancel(client, ticket).catch(() => {
    /* it expires by itself */
  });
}

function Searching({ state, seconds }: { state: TicketState; seconds: number }) {
  const matched = state.status === 'matched';
  return (
    <section class="search" aria-busy={!matched}>
      <div class="carousel" aria-hidden="true">
        <Streaks />
        {[0, 1, 2, 3, 4, 5].map((seat) => (
          <SeatBadge seat={seat} size={64} />
        ))}
      </div>
      <h1 role="status">{t(matched ? 'quick.found' : 'quick.searching')}</h1>
      <dl class="facts">
        <div>
          <dt>{t('quick.waited')}</dt>
          <dd>{t('seconds', { n: seconds })}</dd>
        </div>
        <div>
          <dt>{t('quick.position')}</dt>
          <dd>{state.position ?? '–'}</dd>
        </div>
        <div>
          <dt>{t('quick.estimate')}</dt>
          <dd>{state.estimate_s === undefined ? '–' : t('seconds', { n: state.estimate_s })}</dd>
        </div>
      </dl>
    </section>
  );
}
