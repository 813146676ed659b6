// The wallet: what one has, the coins of the day, and every change of it.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { economy, type LedgerRow, type Wallet as Purse } from '@whoosh/sdk';

import { addTexts, has, t } from '../i18n';
import texts from '../i18n/en.wallet.json';
import { client } from '../state/client';
import { go } from '../state/router';
import { loadUser, user } from '../state/session';
import { DailyCard } from '../ui/daily';
import { Button, errorText, Loading, Logo, useAction } from '../ui/parts';
import '../style/store.css';

addTexts(texts);

export default function Wallet() {
  const purse = useSignal<Purse | null>(null);
  const rows = useSignal<LedgerRow[]>([]);
  const next = useSignal<string | null>(null);
  const trouble = useSignal<string | null>(null);
  const action = useAction();
  const page = async (cursor?: string) => {
    const answer = await economy.ledger(client, { limit: 20, ...(cursor ? { cursor } : {}) });
    rows.value = [...(cursor ? rows.value : []), ...answer.items];
    next.value = answer.next;
  };
  const load = async () => {
    const [wallet] = await Promise.all([economy.wallet(client), page()]);
    purse.value = wallet;
  };
  useEffect(() => {
    if (!client.tokens) return go('/signin', true);
    Promise.all([load(), loadUser()]).catch((error) => {
      if (!client.tokens) go('/signin', true);
      else trouble.value = errorText(error);
    });
    return undefined;
  }, []);
  return (
    <main class="page narrow wallet">
      <header class="bar">
        <a class="bar-home" href="/" aria-label={t('home.logo')}>
          <Logo small />
        </a>
        <span class="bar-spring" />
        <a href="/store">{t('wallet.store')}</a>
      </header>
      <h1>{t('wallet.title')}</h1>
      {trouble.value !== null && (
        <p class="wrong" role="alert">
          {trouble.value}
        </p>
      )}
      {purse.value ? (
        <>
          <p class="card balance">
            <b>{purse.value.coins}</b> {t('wallet.coins', { n: purse.value.coins })}
          </p>
          {user.value && !user.value.is_guest && <DailyCard onClaimed={load} />}
          <h2>{t('wallet.changes')}</h2>
          {rows.value.length === 0 && <p class="hint">{t('wallet.empty')}</p>}
          <ol class="ledger">
            {rows.value.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </ol>
          {next.value !== null && (
            <Button busy={action.busy} onClick={() => action.run(() => page(next.value!))}>
              {t('wallet.more')}
            </Button>
          )}
        </>
      ) : (
        trouble.value === null && <Loading />
      )}
    </main>
  );
}

const date = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
});

function Row({ row }: { row: LedgerRow }) {
  const key = `wallet.reason.${row.reason}`;
  return (
    <li>
      <span>
        <b>{has(key) ? t(key) : row.reason}</b>
        <small>{date.format(new Date(row.created_at))}</small>
      </span>
      <span class={row.amount < 0 ? 'minus' : 'plus'}>
        <b>{row.amount < 0 ? `−${-row.amount}` : `+${row.amount}`}</b>
        <small>{t('wallet.after', { n: row.balance })}</small>
      </span>
    </li>
  );
}
