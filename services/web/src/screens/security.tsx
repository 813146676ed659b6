// The account's safety: devices that are signed in, the password, one's data, and the end of it all.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError, auth, users, type SessionCard } from '@whoosh/sdk';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.security.json';
import { client } from '../state/client';
import { go } from '../state/router';
import { deleteAccount, loadUser, setUser, user } from '../state/session';
import {
  Button,
  errorText,
  Field,
  lazy,
  Loading,
  Logo,
  Sheet,
  toast,
  useAction,
} from '../ui/parts';
import '../style/security.css';

addTexts(texts);

const Factor = lazy<object>(() => import('./factor'));

export default function Security() {
  const trouble = useSignal<string | null>(null);
  useEffect(() => {
    if (!client.tokens) return go('/signin', true);
    loadUser().catch((error) => {
      if (!client.tokens) go('/signin', true);
      else trouble.value = errorText(error);
    });
    return undefined;
  }, []);
  const me = user.value;
  return (
    <main class="page narrow security">
      <header class="bar">
        <a class="bar-home" href="/" aria-label={t('home.logo')}>
          <Logo small />
        </a>
        <span class="bar-spring" />
        <a href="/profile">{t('security.profile')}</a>
      </header>
      <h1>{t('security.title')}</h1>
      {trouble.value !== null && (
        <p class="wrong" role="alert">
          {trouble.value}
        </p>
      )}
      {me ? (
        <>
          <Devices />
          {!me.is_guest && <Password />}
          {!me.is_guest && <Factor />}
          <Data name={me.username} />
          <Erase />
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

function Devices() {
  const list = useSignal<SessionCard[] | null>(null);
  const everywhere = useSignal(false);
  const ending = useSignal<SessionCard | null>(null);
  const wrong = useSignal('');
  const guest = user.value?.is_guest === true;
  const action = useAction();
  const load = async () => {
    list.value = (await auth.sessions(client)).items;
  };
  useEffect(() => {
    void action.run(load);
  }, []);
  const nameOf = (device: SessionCard) => device.device || t('security.unknown');
  // Who is a guest has no password to be asked for.
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const proof = guest ? undefined : { password: String(form.get('again') ?? '') };
    const device = ending.value;
    wrong.value = '';
    void action.run(async () => {
      try {
        if (device) await auth.endSession(client, device.id, proof);
        else await auth.logoutAll(client, proof);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'wrong_password') throw error;
        wrong.value = errorText(error);
        return;
      }
      close();
      if (device) {
        toast(t('security.ended', { device: nameOf(device) }));
        await load();
      } else {
        setUser(null);
        go('/signin');
      }
    });
  };
  const close = () => {
    everywhere.value = false;
    ending.value = null;
    wrong.value = '';
  };
  const title = ending.value
    ? t('security.out_of', { device: nameOf(ending.value) })
    : t('security.everywhere');
  return (
    <section class="card" aria-labelledby="devices">
      <h2 id="devices">{t('security.devices')}</h2>
      <ul class="devices" aria-busy={action.busy}>
        {list.value?.map((device) => (
          <li key={device.id}>
            <span>
              <b>{nameOf(device)}</b>
              <small>
                {device.current
                  ? t('security.this')
                  : t('security.used', { time: date.format(new Date(device.last_used_at)) })}
                {device.address && ` · ${device.address}`}
              </small>
            </span>
            {!device.current && (
              <Button
                busy={action.busy}
                aria-label={t('security.out_of', { device: nameOf(device) })}
                onClick={() => {
                  ending.value = device;
                }}
              >
                {t('security.out')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {list.value !== null && list.value.length > 1 && (
        <Button
          kind="quiet"
          onClick={() => {
            everywhere.value = true;
          }}
        >
          {t('security.everywhere')}
        </Button>
      )}
      <Sheet open={everywhere.value || ending.value !== null} title={title} onClose={close}>
        <form class="stack" onSubmit={submit} noValidate>
          {everywhere.value && <p>{t('security.everywhere_text')}</p>}
          {!guest && (
            <Field
              name="again"
              label={t('security.again')}
              type="password"
              autocomplete="current-password"
              required
              error={wrong.value}
            />
          )}
          <Button kind="danger" type="submit" busy={action.busy}>
            {t(everywhere.value ? 'security.everywhere' : 'security.out')}
          </Button>
        </form>
      </Sheet>
    </section>
  );
}

function Password() {
  const errors = useSignal<Record<string, string>>({});
  const action = useAction();
  const submit = (event: Event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { current, next } = Object.fromEntries(new FormData(form)) as Record<string, string>;
    errors.value = {};
    void action.run(async () => {
      try {
        await auth.changePassword(client, { current: current ?? '', new: next ?? '' });
        form.reset();
        toast(t('security.password_changed'));
      } catch (error) {
        if (!(error instanceof ApiError) || error.status === 0) throw error;
        if (error.code === 'wrong_password') errors.value = { current: errorText(error) };
        else if (error.fields.new || error.fields.current) errors.value = error.fields;
        else throw error;
      }
    });
  };
  return (
    <section class="card" aria-labelledby="password">
      <h2 id="password">{t('security.password')}</h2>
      <form class="stack" onSubmit={submit} noValidate>
        <input
          type="text"
          name="username"
          autocomplete="username"
          value={user.value?.username}
          aria-label={t('security.username')}
          readOnly
          hidden
        />
        <Field
          name="current"
          label={t('security.current')}
          type="password"
          autocomplete="current-password"
          required
          error={errors.value.current}
        />
        <Field
          name="next"
          label={t('security.new')}
          type="password"
          autocomplete="new-password"
          required
          error={errors.value.new}
          hint={t('security.password_hint')}
        />
        <Button kind="main" type="submit" busy={action.busy}>
          {t('security.change')}
        </Button>
      </form>
    </section>
  );
}

function Data({ name }: { name: string }) {
  const action = useAction();
  const download = () =>
    action.run(async () => {
      const data = await users.exportMe(client);
      const file = new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(file);
      link.download = `whoosh-${name}.json`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      toast(t('security.exported'));
    });
  return (
    <section class="card" aria-labelledby="data">
      <h2 id="data">{t('security.data')}</h2>
      <p>{t('security.data_text')}</p>
      <Button busy={action.busy} onClick={download}>
        {t('security.download')}
      </Button>
    </section>
  );
}

function Erase() {
  const sure = useSignal(false);
  const action = useAction();
  return (
    <section class="erase">
      <Button
        kind="quiet"
        onClick={() => {
          sure.value = true;
        }}
      >
        {t('security.delete')}
      </Button>
      <Sheet
        open={sure.value}
        title={t('security.delete')}
        onClose={() => {
          sure.value = false;
        }}
      >
        <p>{t('security.delete_text')}</p>
        <Button
          kind="danger"
          busy={action.busy}
          onClick={() =>
            action.run(async () => {
              await deleteAccount();
              go('/');
            })
          }
        >
          {t('security.delete_do')}
        </Button>
      </Sheet>
    </section>
  );
}
