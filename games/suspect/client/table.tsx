// The table of suspects: everybody's answer, who suspects whom, and what one can do about it.
import { useSignal } from '@preact/signals';

import { t } from '@web/i18n';
import { play } from '@web/sound';
import type { Room } from '@web/state/room';
import { Button, oops, useAction } from '@web/ui/parts';

import { mySuspicion, nameOf, saidBy, type Person, type View, tell } from './model';
import { Mark, Meter, NameTag } from './parts';
import type { StepProps } from './steps';

export function Table({ room, view, people }: StepProps) {
  const open = useSignal<string | null>(null);
  const last = view.answers?.find((answers) => answers.round === view.round);
  const mine = mySuspicion(room, view);
  const suspect = (id: string) => {
    play('tap');
    tell(room, 'SUSPECT', { target: mine === id ? null : id }).catch(oops);
  };
  return (
    <section class="table">
      {last && <p class="asked">{last.question}</p>}
      <PressNow view={view} people={people} />
      <ul>
        {people.map((person) => {
          const me = person.id === room.you.value;
          const text = last?.texts[person.index] ?? null;
          const chosen = mine === person.id;
          return (
            <li key={person.id} class={`row-card${chosen ? ' chosen' : ''}`}>
              <button
                type="button"
                class="row-main"
                aria-expanded={open.value === person.id}
                onClick={() => {
                  open.value = open.value === person.id ? null : person.id;
                }}
              >
                <Mark person={person} />
                <span class="row-text">
                  <NameTag person={person} you={me} />
                  {last && (
                    <span class={`said${text ? '' : ' silent'}`}>
                      {text ?? (
                        <>
                          {t('suspect.answer.none')}
                          <span class="sr">{t('suspect.answer.none_said')}</span>
                        </>
                      )}
                    </span>
                  )}
                  <Meter people={people} view={view} person={person} />
                </span>
              </button>
              {!me && (
                <button
                  type="button"
                  class="finger"
                  aria-pressed={chosen}
                  aria-label={t(chosen ? 'suspect.suspecting_name' : 'suspect.suspect_name', {
                    name: person.name,
                  })}
                  onClick={() => suspect(person.id)}
                >
                  <span aria-hidden="true">☞</span>
                  <small aria-hidden="true">
                    {t(chosen ? 'suspect.suspecting' : 'suspect.suspect')}
                  </small>
                </button>
              )}
              {open.value === person.id && <More room={room} view={view} person={person} me={me} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function PressNow({ view, people }: { view: View; people: Person[] }) {
  if (!view.press) return null;
  return (
    <p class="press-now stamp" role="status">
      <b>
        {t('suspect.pressing', {
          by: nameOf(people, view.press.by),
          target: nameOf(people, view.press.target),
        })}
      </b>{' '}
      {view.press.question}
    </p>
  );
}

function More({ room, view, person, me }: { room: Room; view: View; person: Person; me: boolean }) {
  const action = useAction();
  const said = saidBy(view, person);
  return (
    <div class="more">
      {said.length > 0 && (
        <dl aria-label={t('suspect.more', { name: person.name })}>
          {said.map((item, i) => (
            <div key={i}>
              <dt>{item.question}</dt>
              <dd>{item.text ?? t('suspect.answer.none')}</dd>
            </div>
          ))}
        </dl>
      )}
      {!me && (view.can_press || view.can_inspect) && (
        <div class="row">
          {view.can_press && (
            <Button
              busy={action.busy}
              onClick={() => action.run(() => tell(room, 'PRESS', { target: person.id }))}
            >
              {t('suspect.press')}
              <small>{t('suspect.press_hint')}</small>
            </Button>
          )}
          {view.can_inspect && (
            <Button
              busy={action.busy}
              onClick={() => action.run(() => tell(room, 'INSPECT', { target: person.id }))}
            >
              {t('suspect.inspect')}
              <small>{t('suspect.inspect_hint', { name: person.name })}</small>
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
