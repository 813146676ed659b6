import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { t } from '../i18n';
import { matches, type HistoryRow, type User } from '@whoosh/sdk';

import { client } from '../state/client';
import { pictureOf } from '../state/looks';
import { go } from '../state/router';
import { changeProfile, loadUser, signOut, user } from '../state/session';
import { AvatarGrid } from '../ui/look';
import {
  Button,
  errorText,
  Field,
  Loading,
  Logo,
  Sheet,
  toast,
  Toggle,
  useAction,
} from '../ui/parts';
import { setSound, soundOn } from '../sound';
import { Avatar } from '../ui/seats';
import { RegisterForm } from './account';
import '../style/profile.css';

const page_size = 20;

// level cost L -> L+1 = min(200 + 50 (L-1), 2000)
function levelBar(xp: number, level: number): { into: number; cost: number } {
  let before = 0;
  for (let at = 1; at < level; at++) before += Math.min(200 + 50 * (at - 1), 2000);
  const cost = Math.min(200 + 50 * (level - 1), 2000);
  return { into: Math.max(0, Math.min(cost, xp - before)), cost };
}

export default function Profile() {
  const trouble = useSignal<string | null>(null);
  useEffect(() => {
    if (!client.tokens) return go('/signin', true);
    loadUser().catch((error) => {
      trouble.value = errorText(error);
      if (!client.tokens) go('/signin', true);
    });
  }, []);
  const me = user.value;
  return (
    <main class="page profile">
      <header class="bar">
        <a class="bar-home" href="/" aria-label={t('home.logo')}>
          <Logo small />
        </a>
      </header>
      {trouble.value !== null && (
        <p class="wrong" role="alert">
          {trouble.value}
        </p>
      )}
      {me ? (
        <>
          <Card me={me} />
          <nav class="ways" aria-label={t('profile.ways')}>
            <a class="btn plain" href="/store">
              {t('profile.store')}
            </a>
            <a class="btn plain" href="/wallet">
              {t('profile.wallet')}
            </a>
            <a class="btn plain" href="/security">
              {t('profile.security')}
            </a>
          </nav>
          <Numbers me={me} />
          <History />
          <Manage me={me} />
        </>
      ) : (
        <Loading />
      )}
    </main>
  );
}

function Card({ me }: { me: User }) {
  const editing = useSignal(false);
  const bar = levelBar(me.xp, me.level);
  return (
    <section class="card whoosh who">
      <span class={`face${me.look.frame ? ' framed' : ''}`} style={{ '--size': '84px' }}>
        <Avatar avatar={me.avatar} size={me.look.frame ? 58 : 84} />
        {me.look.frame && <img src={pictureOf(me.look.frame)} alt="" />}
      </span>
      <div>
        <h1>{me.display_name}</h1>
        <p class="hint">{me.is_guest ? t('profile.guest') : `@${me.username}`}</p>
        <div class="level">
          <b>{t('profile.level', { level: me.level })}</b>
          <progress max={bar.cost} value={bar.into} aria-label={t('profile.level_bar')} />
          <small>{t('profile.xp', { into: bar.into, cost: bar.cost })}</small>
        </div>
      </div>
      <Button
        onClick={() => {
          editing.value = true;
        }}
      >
        {t('profile.edit')}
      </Button>
      <Sheet
        open={editing.value}
        title={t('profile.edit')}
        onClose={() => {
          editing.value = false;
        }}
      >
        <Edit
          me={me}
          onDone={() => {
            editing.value = false;
          }}
        />
      </Sheet>
    </section>
  );
}

function Edit({ me, onDone }: { me: User; onDone: () => void }) {
  const avatar = useSignal(me.avatar);
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target as HTMLFormElement)) as Record<
      string,
      string
    >;
    const change: Record<string, string> = {};
    if (values.display_name && values.display_name !== me.display_name)
      change.display_name = values.display_name;
    if (values.username && values.username !== me.username) change.username = values.username;
    if (avatar.value !== me.avatar) change.avatar = avatar.value;
    void action.run(async () => {
      if (Object.keys(change).length > 0) await changeProfile(change);
      toast(t('profile.saved'));
      onDone();
    });
  };
  return (
    <form class="stack" onSubmit={submit}>
      <Field
        name="display_name"
        label={t('look.name')}
        defaultValue={me.display_name}
        maxLength={16}
        autocomplete="nickname"
      />
      {!me.is_guest && (
        <Field
          name="username"
          label={t('account.username')}
          defaultValue={me.username}
          autocapitalize="none"
          autocomplete="username"
        />
      )}
      <AvatarGrid
        value={avatar.value}
        onPick={(next) => {
          avatar.value = next;
        }}
      />
      <Button kind="main" type="submit" busy={action.busy}>
        {t('save')}
      </Button>
    </form>
  );
}

function Numbers({ me }: { me: User }) {
  const facts: [string, string | number][] = [
    ['profile.rating', me.elo],
    ['profile.coins', me.coins],
    ['profile.games', me.total_games],
    ['profile.wins', me.wins],
    ['profile.win_rate', `${Math.round(me.win_rate * 100)} %`],
  ];
  return (
    <dl class="facts numbers">
      {facts.map(([key, value]) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function History() {
  const rows = useSignal<HistoryRow[] | null>(null);
  const next = useSignal<string | null>(null);
  const action = useAction();
  const more = () =>
    action.run(async () => {
      const cursor = next.value === null ? {} : { cursor: next.value };
      const page = await matches.history(client, { limit: page_size, ...cursor });
      rows.value = [...(rows.value ?? []), ...page.items];
      next.value = page.next;
    });
  useEffect(() => {
    void more();
  }, []);
  const date = new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
  });
  return (
    <section class="history">
      <h2>{t('profile.history')}</h2>
      {rows.value?.length === 0 && <p class="hint">{t('profile.no_history')}</p>}
      <ol>
        {rows.value?.map((row) => {
          const change = row.elo_after - row.elo_before;
          return (
            <li key={row.match_id} class={row.is_winner ? 'won' : 'lost'}>
              <b>{t(row.is_winner ? 'profile.won' : 'profile.lost')}</b>
              <span class="history-game">
                {row.game}
                <small>{date.format(new Date(row.ended_at))}</small>
              </span>
              <span class="history-delta">
                {change > 0 ? `+${change}` : change < 0 ? `−${-change}` : '±0'}
                <small>{t('profile.gained', { xp: row.xp_gained, coins: row.coins_gained })}</small>
              </span>
            </li>
          );
        })}
      </ol>
      {next.value !== null && (
        <Button busy={action.busy} onClick={more}>
          {t('profile.more')}
        </Button>
      )}
    </section>
  );
}

function Manage({ me }: { me: User }) {
  const sheet = useSignal<'' | 'convert' | 'out'>('');
  const action = useAction();
  const close = () => {
    sheet.value = '';
  };
  const out = () =>
    action.run(async () => {
      await signOut();
      go('/');
    });
  return (
    <section class="manage">
      {me.is_guest && (
        <div class="card keep">
          <h2>{t('profile.keep')}</h2>
          <p>{t('profile.keep_text')}</p>
          <Button
            kind="main"
            onClick={() => {
              sheet.value = 'convert';
            }}
          >
            {t('account.create')}
          </Button>
        </div>
      )}
      <Toggle label={t('sound')} value={soundOn.value} onPick={setSound} />
      <div class="row">
        <Button
          busy={action.busy}
          onClick={() => {
            if (me.is_guest) sheet.value = 'out';
            else void out();
          }}
        >
          {t('account.out')}
        </Button>
      </div>
      <Sheet open={sheet.value === 'convert'} title={t('account.create')} onClose={close}>
        <p>{t('account.keeps')}</p>
        <RegisterForm
          onDone={() => {
            close();
            toast(t('profile.converted'));
          }}
        />
      </Sheet>
      <Sheet open={sheet.value === 'out'} title={t('account.out')} onClose={close}>
        <p>{t('profile.out_guest')}</p>
        <Button kind="danger" busy={action.busy} onClick={out}>
          {t('account.out')}
        </Button>
      </Sheet>
    </section>
  );
}
