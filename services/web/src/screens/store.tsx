// The store: what can be bought, what one owns and wears, and the coins of the day. Cosmetics only.
import { computed, signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError, economy, type Look, type StoreItem } from '@whoosh/sdk';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.store.json';
import { client } from '../state/client';
import { go } from '../state/router';
import { loadUser, setUser, user } from '../state/session';
import {
  announce,
  Button,
  Choice,
  errorText,
  Loading,
  Logo,
  oops,
  Sheet,
  toast,
  useAction,
} from '../ui/parts';
import { DailyCard } from '../ui/daily';
import { Avatar, SeatPatterns } from '../ui/seats';
import '../style/store.css';

addTexts(texts);

const kinds = ['frame', 'colour', 'title', 'reactions'] as const;
type Kind = (typeof kinds)[number];
type Filter = 'all' | 'mine' | Kind;

const items = signal<StoreItem[] | null>(null);
const worn = computed<Partial<Look>>(() => user.value?.look ?? {});

const isWorn = (item: StoreItem) => worn.value[item.kind as Kind] === item.item_id;

function setCoins(coins: number): void {
  if (user.value) setUser({ ...user.value, coins });
}

export default function Store() {
  const trouble = useSignal<string | null>(null);
  const filter = useSignal<Filter>('all');
  const open = useSignal<string | null>(null);
  const load = () => {
    trouble.value = null;
    Promise.all([economy.store(client), loadUser()]).then(
      ([list]) => {
        items.value = list.items;
      },
      (error) => {
        if (!client.tokens) go('/signin', true);
        else trouble.value = errorText(error);
      },
    );
  };
  useEffect(() => {
    if (!client.tokens) return go('/signin', true);
    load();
    return undefined;
  }, []);
  const me = user.value;
  const list = items.value;
  const item = list?.find((one) => one.item_id === open.value);
  return (
    <main class="page store">
      <SeatPatterns />
      <header class="bar">
        <a class="bar-home" href="/" aria-label={t('home.logo')}>
          <Logo small />
        </a>
        <span class="bar-spring" />
        {me && (
          <a class="purse" href="/wallet" aria-label={t('store.purse', { n: me.coins })}>
            <Coin />
            <b>{me.coins}</b>
          </a>
        )}
      </header>
      <h1>{t('store.title')}</h1>
      {trouble.value !== null && (
        <section class="card" role="alert">
          <p>{trouble.value}</p>
          <Button onClick={load}>{t('again')}</Button>
        </section>
      )}
      {me?.is_guest && (
        <section class="card guest-note">
          <p>{t('store.guest')}</p>
          <a class="btn main" href="/register">
            {t('store.guest_do')}
          </a>
        </section>
      )}
      {me && !me.is_guest && <DailyCard onClaimed={refresh} />}
      {list && me ? (
        <>
          <Choice
            label={t('store.show')}
            value={filter.value}
            options={(['all', 'mine', ...kinds] as Filter[]).map((value) => ({
              value,
              text: t(`store.show.${value}`),
            }))}
            onPick={(next) => {
              filter.value = next;
            }}
          />
          {kinds
            .filter((kind) => ['all', 'mine', kind].includes(filter.value))
            .map((kind) => (
              <Shelf
                key={kind}
                kind={kind}
                items={list.filter(
                  (one) => one.kind === kind && (filter.value !== 'mine' || one.owned),
                )}
                onOpen={(id) => {
                  open.value = id;
                }}
              />
            ))}
        </>
      ) : (
        trouble.value === null && <Loading />
      )}
      <Sheet
        open={item !== undefined}
        title={item?.name ?? ''}
        onClose={() => {
          open.value = null;
        }}
      >
        {item && <Item key={item.item_id} item={item} />}
      </Sheet>
    </main>
  );
}

export function Coin() {
  return (
    <svg class="coin" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <circle cx="13.5" cy="13.5" r="9.5" fill="#D7263D" />
      <circle cx="11.5" cy="11.5" r="9.5" fill="#FFB703" stroke="#14213D" stroke-width="2.6" />
      <path
        d="M6.5 8.5l2 6.5 3-5 3 5 2-6.5"
        fill="none"
        stroke="#14213D"
        stroke-width="2"
        stroke-linejoin="round"
      />
    </svg>
  );
}

// Frames are shown around a face: theirs is the middle.
function Picture({ item }: { item: StoreItem }) {
  return (
    <span class={`picture ${item.kind}`}>
      {item.kind === 'frame' && <Avatar avatar={user.value?.avatar || 'fox'} size={46} />}
      <img src={item.image} alt="" width="128" height="128" loading="lazy" decoding="async" />
    </span>
  );
}

function Shelf({
  kind,
  items: shown,
  onOpen,
}: {
  kind: Kind;
  items: StoreItem[];
  onOpen: (id: string) => void;
}) {
  return (
    <section class="shelf" aria-labelledby={`shelf-${kind}`}>
      <h2 id={`shelf-${kind}`}>{t(`store.show.${kind}`)}</h2>
      {shown.length === 0 && <p class="hint">{t('store.none')}</p>}
      <ul>
        {shown.map((item) => (
          <li key={item.item_id}>
            <button
              type="button"
              class={`ware${item.owned ? ' owned' : ''}`}
              onClick={() => onOpen(item.item_id)}
            >
              <Picture item={item} />
              <b>{item.name}</b>
              <State item={item} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function State({ item }: { item: StoreItem }) {
  if (isWorn(item)) return <span class="state worn">{t('store.worn')}</span>;
  if (item.owned) return <span class="state">{t('store.owned')}</span>;
  return (
    <span class="price">
      <Coin />
      <span class="sr">{t('store.costs')}</span> {item.price}
    </span>
  );
}

// ---- one item ----------------------------------------------------------------------------------------------

function Item({ item }: { item: StoreItem }) {
  return (
    <div class="stack item">
      <Picture item={item} />
      <p>{item.description}</p>
      {item.faces && (
        <p class="faces" aria-label={t('store.pack', { list: (item.reactions ?? []).join(', ') })}>
          <span aria-hidden="true">{item.faces.join(' ')}</span>
        </p>
      )}
      {item.value && (
        <p>
          <b class="plate" style={{ '--plate': item.value, '--plate-ink': item.ink }}>
            {user.value?.display_name}
          </b>
        </p>
      )}
      {item.owned ? <Wear item={item} /> : <Buy item={item} />}
    </div>
  );
}

function Wear({ item }: { item: StoreItem }) {
  const action = useAction();
  const on = isWorn(item);
  const change = () =>
    action.run(async () => {
      const look = on
        ? await economy.unequip(client, item.kind)
        : await economy.equip(client, item.item_id);
      if (user.value) setUser({ ...user.value, look });
      announce(t(on ? 'store.taken_off' : 'store.put_on', { name: item.name }));
    });
  return (
    <>
      <Button kind="main" busy={action.busy} aria-pressed={on} onClick={change}>
        {t(on ? 'store.take_off' : 'store.wear')}
      </Button>
      <p class="hint">{t('store.seen')}</p>
    </>
  );
}

function Buy({ item }: { item: StoreItem }) {
  const sure = useSignal(false);
  const action = useAction();
  const key = useSignal(economy.newKey()); // one intention: tapping again after a lost answer pays once
  const me = user.value;
  const coins = me?.coins ?? 0;
  const missing = item.price - coins;
  const buy = () =>
    action.run(async () => {
      try {
        const { balance } = await economy.purchase(client, item.item_id, key.value);
        own(item.item_id);
        setCoins(balance);
        toast(t('store.bought', { name: item.name }));
      } catch (error) {
        const refused = error instanceof ApiError && !error.isPassing;
        if (refused) {
          key.value = economy.newKey();
          sure.value = false;
          if (error.code === 'item_owned') own(item.item_id);
          if (error.code === 'insufficient_funds') void refresh();
        }
        throw error;
      }
    });
  if (me?.is_guest) return <p class="hint">{t('store.guest')}</p>;
  if (missing > 0) {
    return (
      <p class="short" role="status">
        <Coin />
        <span>{t('store.short', { price: item.price, n: missing })}</span>
      </p>
    );
  }
  if (!sure.value) {
    return (
      <Button
        kind="main"
        onClick={() => {
          sure.value = true;
        }}
      >
        {t('store.buy', { price: item.price })}
      </Button>
    );
  }
  return (
    <div class="stack" role="group" aria-label={t('store.confirm')}>
      <p role="status">{t('store.sure', { price: item.price, rest: coins - item.price })}</p>
      <Button kind="main" busy={action.busy} onClick={buy}>
        {t('store.confirm')}
      </Button>
    </div>
  );
}

function own(id: string): void {
  items.value = (items.value ?? []).map((one) =>
    one.item_id === id ? { ...one, owned: true } : one,
  );
}

const refresh = () => economy.wallet(client).then(({ coins }) => setCoins(coins), oops);
