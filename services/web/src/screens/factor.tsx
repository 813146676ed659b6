// The second factor and the recovery codes of an account. Loaded when the account's safety is looked at.
import { useSignal, type Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError, factors, type Proof, type SecondFactor, type TotpBegun } from '@whoosh/sdk';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.factor.json';
import { client } from '../state/client';
import { user } from '../state/session';
import { Button, errorText, Field, lazy, Loading, Sheet, toast, useAction } from '../ui/parts';

addTexts(texts);

const Qr = lazy<{ text: string; label: string }>(() => import('../ui/qr'));

type Wish = 'on' | 'off' | 'codes';

export default function Factor() {
  const state = useSignal<SecondFactor | null>(null);
  const wish = useSignal<Wish | null>(null);
  const codes = useSignal<string[] | null>(null);
  const action = useAction();
  const load = async () => {
    state.value = await factors.state(client);
  };
  useEffect(() => {
    void action.run(load);
  }, []);
  const here = state.value;
  const left = here?.recovery_codes_left ?? 0;
  const ask = (next: Wish) => () => {
    wish.value = next;
  };
  const done = (fresh: string[] | null) => {
    wish.value = null;
    codes.value = fresh;
    void action.run(load);
  };
  return (
    <section class="card" aria-labelledby="factor">
      <h2 id="factor">{t('factor.title')}</h2>
      {here === null ? (
        <Loading />
      ) : (
        <>
          <p>{t(here.totp ? 'factor.is_on' : 'factor.is_off')}</p>
          {here.required && !here.totp && <p class="wrong">{t('factor.required')}</p>}
          {here.totp ? (
            <Button onClick={ask('off')}>{t('factor.turn_off')}</Button>
          ) : (
            <Button kind="main" onClick={ask('on')}>
              {t('factor.turn_on')}
            </Button>
          )}
          <h3>{t('factor.codes')}</h3>
          <p>{t('factor.codes_text')}</p>
          <p>{left === 0 ? t('factor.no_codes') : t('factor.left', { n: left })}</p>
          <Button onClick={ask('codes')}>{t('factor.make_codes')}</Button>
        </>
      )}
      <Sheet
        open={wish.value !== null}
        title={t(`factor.sheet_${wish.value ?? 'on'}`)}
        onClose={() => {
          wish.value = null;
        }}
      >
        {wish.value && <Steps wish={wish.value} on={here?.totp === true} onDone={done} />}
      </Sheet>
      <Sheet
        open={codes.value !== null}
        title={t('factor.codes')}
        onClose={() => {
          codes.value = null;
        }}
      >
        {codes.value && <Codes codes={codes.value} />}
      </Sheet>
    </section>
  );
}

type Errors = Signal<Record<string, string>>;

// What was wrong, at the field that it was about.
async function guard(errors: Errors, work: () => Promise<void>): Promise<void> {
  errors.value = {};
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 0) throw error;
    if (error.code === 'wrong_password') errors.value = { password: errorText(error) };
    else if (error.code === 'bad_totp') errors.value = { totp: errorText(error) };
    else if (Object.keys(error.fields).length > 0) errors.value = error.fields;
    else throw error;
  }
}

interface StepsProps {
  wish: Wish;
  on: boolean;
  onDone: (codes: string[] | null) => void;
}

function Steps({ wish, on, onDone }: StepsProps) {
  const begun = useSignal<TotpBegun | null>(null);
  const errors = useSignal<Record<string, string>>({});
  const action = useAction();
  const prove = async (proof: Proof) => {
    if (wish === 'on') begun.value = await factors.begin(client, proof);
    else if (wish === 'codes') onDone((await factors.makeCodes(client, proof)).codes);
    else {
      await factors.disable(client, proof);
      toast(t('factor.turned_off'));
      onDone(null);
    }
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const password = String(form.get('password') ?? '');
    const totp = String(form.get('totp') ?? '');
    void action.run(() =>
      guard(errors, async () => {
        if (begun.value) onDone((await factors.confirm(client, { totp })).codes);
        else await prove(on ? { password, totp } : { password });
      }),
    );
  };
  return (
    <form class="stack" onSubmit={submit} noValidate>
      {begun.value ? (
        <App begun={begun.value} />
      ) : (
        <>
          <p>{t(`factor.prove_${wish}`)}</p>
          <input
            type="text"
            name="username"
            autocomplete="username"
            value={user.value?.username}
            aria-label={t('factor.username')}
            readOnly
            hidden
          />
          <Field
            name="password"
            label={t('factor.password')}
            type="password"
            autocomplete="current-password"
            required
            error={errors.value.password}
          />
        </>
      )}
      {(begun.value || on) && (
        <Field
          name="totp"
          label={t('factor.code')}
          autocomplete="one-time-code"
          autocapitalize="none"
          required
          error={errors.value.totp}
          hint={begun.value ? undefined : t('factor.code_hint')}
        />
      )}
      <Button kind={wish === 'off' ? 'danger' : 'main'} type="submit" busy={action.busy}>
        {t(begun.value ? 'factor.confirm' : `factor.do_${wish}`)}
      </Button>
    </form>
  );
}

function App({ begun }: { begun: TotpBegun }) {
  return (
    <>
      <p>{t('factor.scan')}</p>
      <div class="factor-qr">
        <Qr text={begun.uri} label={t('factor.qr')} />
      </div>
      <p>
        {t('factor.by_hand')}
        <br />
        <code class="factor-secret">{begun.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
      </p>
      <a class="btn" href={begun.uri}>
        {t('factor.open_app')}
      </a>
    </>
  );
}

function Codes({ codes }: { codes: string[] }) {
  const copy = async () => {
    await navigator.clipboard.writeText(codes.join('\n'));
    toast(t('factor.copied'));
  };
  const action = useAction();
  return (
    <>
      <p>{t('factor.keep')}</p>
      <ul class="factor-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Button busy={action.busy} onClick={() => void action.run(copy)}>
        {t('factor.copy')}
      </Button>
    </>
  );
}
