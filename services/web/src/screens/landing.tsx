import { useSignal } from '@preact/signals';

import { t } from '../i18n';
import { code_length_max, code_length_min, foldCode } from '../state/codes';
import { createParty, joinByCode } from '../state/flows';
import { go } from '../state/router';
import { user } from '../state/session';
import { LookForm } from '../ui/look';
import { Button, Logo, useAction } from '../ui/parts';
import { Avatar } from '../ui/seats';

function CodeField() {
  const code = useSignal('');
  const action = useAction();
  const ready = code.value.length >= code_length_min;
  const submit = (event: Event) => {
    event.preventDefault();
    if (ready) void action.run(() => joinByCode(code.value));
  };
  return (
    <form class="ticket" onSubmit={submit}>
      <label for="code">{t('landing.code')}</label>
      <input
        id="code"
        name="code"
        value={code.value}
        inputMode="text"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        maxLength={200}
        placeholder="ABCD"
        enterkeyhint="go"
        aria-describedby="code-hint"
        class={code.value.length >= code_length_max ? 'five' : ''}
        onInput={(event) => {
          event.currentTarget.value = code.value = foldCode(event.currentTarget.value);
        }}
      />
      <span id="code-hint" class="sr">
        {t('landing.code_hint')}
      </span>
      <Button kind="main" type="submit" busy={action.busy} disabled={!ready}>
        {t('landing.join')}
      </Button>
    </form>
  );
}

export function Landing() {
  const action = useAction();
  const me = user.value;
  return (
    <main class="page landing">
      <header class="bar">
        <span class="bar-spring" />
        {me && !me.is_guest ? (
          <a class="chip" href="/profile">
            <Avatar avatar={me.avatar} size={28} />
            {me.display_name}
          </a>
        ) : (
          <>
            {me && (
              <a class="chip" href="/profile">
                {t('profile.title')}
              </a>
            )}
            <a class="chip" href="/signin">
              {t('account.in')}
            </a>
          </>
        )}
      </header>
      <h1 class="hero">
        <Logo />
      </h1>
      <p class="tagline">{t('landing.tagline')}</p>
      <CodeField />
      <section class="card you" aria-label={t('landing.you')}>
        <LookForm />
      </section>
      <div class="doors">
        <Button
          kind="plain"
          class="door red"
          busy={action.busy}
          onClick={() => action.run(() => createParty('suspect'))}
        >
          <b>{t('landing.create')}</b>
          <small>{t('landing.create_hint')}</small>
        </Button>
        <Button kind="plain" class="door blue" onClick={() => go('/quick')}>
          <b>{t('landing.quick')}</b>
          <small>{t('landing.quick_hint')}</small>
        </Button>
      </div>
      <p class="fine">{t('landing.fine')}</p>
    </main>
  );
}
