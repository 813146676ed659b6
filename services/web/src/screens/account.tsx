import { useSignal } from '@preact/signals';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.account.json';
import { ApiError, factors } from '@whoosh/sdk';
import { client } from '../state/client';
import { go } from '../state/router';
import { signIn, signUp, user } from '../state/session';
import { Button, errorText, Field, Logo, toast } from '../ui/parts';
import '../style/account.css';

addTexts(texts);

function useForm(submit: (values: Record<string, string>) => Promise<unknown>) {
  const busy = useSignal(false);
  const errors = useSignal<Record<string, string>>({});
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    busy.value = true;
    errors.value = {};
    const values = Object.fromEntries(new FormData(event.target as HTMLFormElement)) as Record<
      string,
      string
    >;
    try {
      await submit(values);
    } catch (error) {
      const fields = error instanceof ApiError ? error.fields : {};
      errors.value = Object.keys(fields).length > 0 ? fields : { form: errorText(error) };
    } finally {
      busy.value = false;
    }
  };
  return { busy: busy.value, errors: errors.value, onSubmit };
}

// Making an account, out of the guest who plays here when there is one.
export function RegisterForm({ onDone }: { onDone: () => void }) {
  const form = useForm(async ({ username = '', email = '', password = '' }) => {
    await signUp(username, email, password);
    onDone();
  });
  return (
    <form class="stack" onSubmit={form.onSubmit} noValidate>
      <Field
        name="username"
        label={t('account.username')}
        autocomplete="username"
        autocapitalize="none"
        required
        error={form.errors.username}
        hint={t('account.username_hint')}
      />
      <Field
        name="email"
        label={t('account.email')}
        type="email"
        autocomplete="email"
        required
        error={form.errors.email}
      />
      <Field
        name="password"
        label={t('account.password')}
        type="password"
        autocomplete="new-password"
        required
        error={form.errors.password}
        hint={t('account.password_hint')}
      />
      {form.errors.form && (
        <p class="wrong" role="alert">
          {form.errors.form}
        </p>
      )}
      <Button kind="main" type="submit" busy={form.busy}>
        {t('account.create')}
      </Button>
    </form>
  );
}

function LoginForm({ onDone, onLost }: { onDone: () => void; onLost: () => void }) {
  const asked = useSignal(false); // for a code of the second factor
  const form = useForm(async ({ username = '', password = '', totp }) => {
    try {
      await signIn(totp ? { username, password, totp } : { username, password });
    } catch (error) {
      const code = error instanceof ApiError ? error.code : '';
      if (code === 'bad_totp') throw atField(error as ApiError, 'totp');
      if (code !== 'totp_required') throw error;
      asked.value = true;
      return;
    }
    onDone();
  });
  return (
    <form class="stack" onSubmit={form.onSubmit} noValidate>
      <Field
        name="username"
        label={t('account.username_or_email')}
        autocomplete="username"
        autocapitalize="none"
        required
        error={form.errors.username}
      />
      <Field
        name="password"
        label={t('account.password')}
        type="password"
        autocomplete="current-password"
        required
        error={form.errors.password}
      />
      {asked.value && (
        <Field
          name="totp"
          label={t('account.totp')}
          autocomplete="one-time-code"
          autocapitalize="none"
          autofocus
          required
          error={form.errors.totp}
          hint={t('account.totp_hint')}
        />
      )}
      {form.errors.form && (
        <p class="wrong" role="alert">
          {form.errors.form}
        </p>
      )}
      <Button kind="main" type="submit" busy={form.busy}>
        {t('account.in')}
      </Button>
      <Button kind="quiet" onClick={onLost}>
        {t('account.lost')}
      </Button>
    </form>
  );
}

// The same trouble, shown at one field.
const atField = (error: ApiError, field: string) =>
  new ApiError(error.status, { code: error.code, fields: { [field]: errorText(error) } } as never);

// A new password by a recovery code.
function LostForm({ onDone }: { onDone: () => void }) {
  const asked = useSignal(false);
  const form = useForm(async ({ username = '', recovery_code = '', next = '', totp }) => {
    const reset = { username, recovery_code, new: next };
    try {
      await factors.resetPassword(client, totp ? { ...reset, totp } : reset);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : '';
      if (code === 'bad_totp') throw atField(error as ApiError, 'totp');
      if (code !== 'totp_required') throw error;
      asked.value = true;
      return;
    }
    toast(t('account.reset_done'));
    onDone();
  });
  return (
    <form class="stack" onSubmit={form.onSubmit} noValidate>
      <p>{t('account.lost_text')}</p>
      <Field
        name="username"
        label={t('account.username_or_email')}
        autocomplete="username"
        autocapitalize="none"
        required
      />
      <Field
        name="recovery_code"
        label={t('account.recovery_code')}
        autocomplete="off"
        autocapitalize="characters"
        required
        error={form.errors.recovery_code}
      />
      <Field
        name="next"
        label={t('account.new_password')}
        type="password"
        autocomplete="new-password"
        required
        error={form.errors.new}
        hint={t('account.password_hint')}
      />
      {asked.value && (
        <Field
          name="totp"
          label={t('account.totp')}
          autocomplete="one-time-code"
          required
          error={form.errors.totp}
        />
      )}
      {form.errors.form && (
        <p class="wrong" role="alert">
          {form.errors.form}
        </p>
      )}
      <Button kind="main" type="submit" busy={form.busy}>
        {t('account.reset')}
      </Button>
    </form>
  );
}

export default function Account({ tab }: { tab: 'in' | 'up' }) {
  const done = () => go('/');
  const guest = user.value?.is_guest === true;
  const lost = useSignal(false);
  const toggleLost = () => {
    lost.value = !lost.value;
  };
  return (
    <main class="page narrow">
      <header class="bar">
        <a class="bar-home" href="/" aria-label={t('home.logo')}>
          <Logo small />
        </a>
      </header>
      <section class="card whoosh">
        <h1>{t(lost.value ? 'account.lost' : tab === 'in' ? 'account.in' : 'account.up')}</h1>
        {tab === 'up' && guest && <p>{t('account.keeps')}</p>}
        {tab === 'up' ? (
          <RegisterForm onDone={done} />
        ) : lost.value ? (
          <LostForm onDone={toggleLost} />
        ) : (
          <LoginForm onDone={done} onLost={toggleLost} />
        )}
        <p class="swap">
          {lost.value ? (
            <Button kind="quiet" onClick={toggleLost}>
              {t('account.to_in')}
            </Button>
          ) : tab === 'in' ? (
            <a href="/register">{t('account.to_up')}</a>
          ) : (
            <a href="/signin">{t('account.to_in')}</a>
          )}
        </p>
      </section>
    </main>
  );
}
