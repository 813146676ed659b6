// The last ninety seconds: a secret vote, and for culprits the way out.
import { t } from '@web/i18n';
import { play } from '@web/sound';
import { Button, oops, useAction } from '@web/ui/parts';

import { mySuspicion, nameOf, tell } from './model';
import { Mark, Meter, NameTag, News } from './parts';
import type { StepProps } from './steps';

export function Vote({ room, view, people }: StepProps) {
  const mine = mySuspicion(room, view);
  const vote = (target: string | null) => {
    play('tap');
    tell(room, 'SUSPECT', { target }).catch(oops);
  };
  const others = people.filter((person) => person.id !== room.you.value);
  return (
    <section class="vote">
      <News view={view} />
      <fieldset class="ballot" disabled={view.locked}>
        <legend>{t('suspect.vote.title')}</legend>
        {others.map((person) => (
          <label key={person.id} class={`row-card${mine === person.id ? ' chosen' : ''}`}>
            <input
              type="radio"
              name="vote"
              checked={mine === person.id}
              onChange={() => vote(person.id)}
            />
            <Mark person={person} />
            <span class="row-text">
              <NameTag person={person} />
              <Meter people={people} view={view} person={person} />
            </span>
            {view.news?.names.includes(person.id) && (
              <span class="in-news">{t('suspect.news.named')}</span>
            )}
          </label>
        ))}
        <label class={`row-card nobody${mine === null ? ' chosen' : ''}`}>
          <input type="radio" name="vote" checked={mine === null} onChange={() => vote(null)} />
          <span class="row-text">{t('suspect.vote.nobody')}</span>
        </label>
      </fieldset>
      <p class="fine">{t('suspect.vote.secret')}</p>
    </section>
  );
}

export function LockBar({ room, view, people }: StepProps) {
  const action = useAction();
  const mine = mySuspicion(room, view);
  const all = people.length;
  if (view.locked) {
    return (
      <p class="locked-bar" role="status">
        <b>{t('suspect.vote.locked', { name: nameOf(people, mine) })}</b>{' '}
        <span>{t('suspect.vote.locks', { n: view.locks, all })}</span>
      </p>
    );
  }
  return (
    <Button
      kind="main"
      busy={action.busy}
      onClick={() =>
        action.run(async () => {
          await tell(room, 'LOCK', {});
          play('stamp');
        })
      }
    >
      <b>
        {t('suspect.vote.lock')}: {nameOf(people, mine)}
      </b>
      <small>
        {t('suspect.vote.lock_hint')} {t('suspect.vote.locks', { n: view.locks, all })}
      </small>
    </Button>
  );
}

export function Escape({ room, view }: StepProps) {
  const escape = view.escape;
  if (!escape) return null;
  return (
    <section class="escape">
      <h2>{t('suspect.escape.title')}</h2>
      <p class="hint">{t(escape.locked ? 'suspect.escape.locked' : 'suspect.escape.text')}</p>
      <fieldset class="pick-scenes" disabled={escape.locked}>
        <legend class="sr">{t('suspect.escape.title')}</legend>
        {view.scenes.map((scene) => (
          <label key={scene.id} class={escape.scene === scene.id ? 'on' : ''}>
            <input
              type="radio"
              name="escape"
              checked={escape.scene === scene.id}
              onChange={() => {
                tell(room, 'ESCAPE', { scene: scene.id }).catch(oops);
              }}
            />
            {scene.name}
          </label>
        ))}
      </fieldset>
    </section>
  );
}
