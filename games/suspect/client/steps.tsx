// The first two steps of a round on a phone: briefing and answering.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { t } from '@web/i18n';
import { play } from '@web/sound';
import type { Room } from '@web/state/room';
import { Button, useAction } from '@web/ui/parts';
import { MatchMenu } from '@web/ui/matchmenu';
import { clockText, useSecondsTo } from '@web/ui/time';

import { answer_max, type Person, type View, tell } from './model';
import { CasePoster, Mark } from './parts';
import { Secret } from './peek';

export interface StepProps {
  room: Room;
  view: View;
  people: Person[];
}

export function Briefing({ room, view, people }: StepProps) {
  return (
    <>
      <CasePoster view={view} />
      <Secret room={room} view={view} people={people} big />
    </>
  );
}

export function Answer({ room, view, people }: StepProps) {
  const sent = view.my_answers?.[view.round - 1] ?? null;
  const done = view.answered.filter(Boolean).length;
  return (
    <>
      <h1 class="question whoosh">{view.question?.text}</h1>
      <AnswerForm room={room} q={view.round} sent={sent} key={view.round} />
      <ul class="thinkers" aria-label={t('suspect.answer.count', { n: done, all: people.length })}>
        {people.map((person) => {
          const ready = view.answered[person.index] === true;
          return (
            <li key={person.id} class={ready ? 'ready' : ''}>
              <Mark person={person} size={40} />
              <span class="sr">
                {t(ready ? 'suspect.answered' : 'suspect.not_answered', { name: person.name })}
              </span>
            </li>
          );
        })}
      </ul>
      <p class="fine" aria-hidden="true">
        {t('suspect.answer.count', { n: done, all: people.length })}
      </p>
      <Secret room={room} view={view} people={people} />
      <MatchMenu />
    </>
  );
}

interface AnswerFormProps {
  room: Room;
  q: number | 'press';
  sent: string | null;
}

// The filter refuses names of places as well: its error alone would puzzle who wrote nothing bad.
const answer = (room: Room, q: number | 'press', text: string): Promise<void> =>
  tell(room, 'ANSWER', { q, text }).catch((error: { code?: string }) => {
    throw error.code === 'filter' ? new Error(t('suspect.answer.refused')) : error;
  });

export function AnswerForm({ room, q, sent }: AnswerFormProps) {
  const text = useSignal(sent ?? '');
  const action = useAction();
  const same = sent !== null && text.value.trim() === sent;
  const submit = async (event: Event) => {
    event.preventDefault();
    const line = text.value.trim();
    if (line && (await action.run(() => answer(room, q, line)))) play('sent');
  };
  return (
    <form class="answer-form" onSubmit={submit}>
      <label class="sr" for={`answer-${q}`}>
        {t(q === 'press' ? 'suspect.press_answer' : 'suspect.answer.label')}
      </label>
      <input
        id={`answer-${q}`}
        value={text.value}
        maxLength={answer_max}
        autocomplete="off"
        autocapitalize="sentences"
        enterkeyhint="send"
        placeholder={t('suspect.answer.placeholder')}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <p class="answer-state">
        <span role="status">{same ? t('suspect.answer.sent') : ''}</span>
        <span aria-hidden="true">
          {text.value.length}/{answer_max}
        </span>
      </p>
      <Button kind="main" type="submit" busy={action.busy} disabled={!text.value.trim() || same}>
        {t(sent === null ? 'suspect.answer.send' : 'suspect.answer.change')}
      </Button>
    </form>
  );
}

// On top of everything while somebody presses me.
export function PressMe({ room, view }: { room: Room; view: View }) {
  const press = view.press_me;
  const seconds = useSecondsTo(room, press ? room.matchTime(press.ends_s) : null);
  useEffect(() => {
    if (press) play('news');
  }, [press?.question]);
  if (!press) return null;
  return (
    <section class="card press-me whoosh" role="alert">
      <h2>
        {t('suspect.press_me')} <span class="press-left">{clockText(seconds ?? 0)}</span>
      </h2>
      <p>{press.question}</p>
      <AnswerForm room={room} q="press" sent={null} key={press.question} />
    </section>
  );
}
