import { useSignal } from '@preact/signals';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.account.json';
import { ApiError } from '@whoosh/sdk';
import { go } from '../state/router';
import { signIn, signUp, user } from '../state/session';
import { Button, errorText, Field, Logo } from '../ui/parts';
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

function LoginForm({ onDone }: { onDone: () => void }) {
  const form = useForm(async ({ username = '', password = '' }) => {
    await signIn(username, password);
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
      {form.errors.form && (
        <p class="wrong" role="alert">
          {form.errors.form}
        </p>
      )}
      <Button kind="main" type="submit" busy={form.busy}>
        {t('account.in')}
      </Button>
    </form>
  );
}

export default function Account({ tab }: { tab: 'in' | 'up' }) {
  const done = () => go('/');
  const guest = user.value?.is_guest === true;
  return (
    <main class="page narrow">
      <header class="bar">
        <a class="bar-home" href="/" aria-label={t('home.logo')}>
          <Logo small />
        </a>
      </header>
      <section class="card whoosh">
        <h1>{t(tab === 'in' ? 'account.in' : 'account.up')}</h1>
        {tab === 'up' && guest && <p>{t('account.keeps')}</p>}
        {tab === 'in' ? <LoginForm onDone={done} /> : <RegisterForm onDone={done} />}
        <p class="swap">
          {tab === 'in' ? (
            <a href="/register">{t('account.to_up')}</a>
          ) : (
            <a href="/signin">{t('account.to_in')}</a>
          )}
        </p>
      </section>
    </main>
  );
}
