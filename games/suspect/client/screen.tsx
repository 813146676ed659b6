// Suspect on the big screen (and on the phone of somebody who watches): nothing secret, everything readable
// from across the room.
import { useEffect } from 'preact/hooks';

import type { GameProps } from '@web/games';
import { t } from '@web/i18n';
import { play } from '@web/sound';
import { announce } from '@web/ui/parts';
import { Timer } from '@web/ui/time';

import {
  endsAt,
  nameOf,
  peopleOf,
  stepTitle,
  talkOf,
  viewOf,
  type Person,
  type View,
} from './model';
import { CasePoster, Mark, Meter, NameTag, News, Slip } from './parts';
import { SceneList } from './peek';
import { Reveal } from './reveal';
import './suspect.css';
import './table.css';
import './vote.css';
import './screen.css';

interface Props {
  view: View;
  people: Person[];
}

export default function Screen({ room }: GameProps) {
  const view = viewOf(room);
  const until = endsAt(room, view);
  const people = peopleOf(room, view);
  useEffect(() => {
    play(view.step === 'VOTE' ? 'news' : 'whoosh');
    if (view.step !== 'REVEAL')
      announce(t(`suspect.say_step.${view.step}`, { question: view.question?.text ?? '' }));
  }, [view.step, view.round]);
  const talking = view.step === 'CROSSFIRE' || view.step === 'VOTE';
  const something = view.press || view.evidence?.length || talkOf(room, view).length;
  const side = talking && Boolean(something);
  return (
    <main class={`stage step-${view.step}`}>
      {until !== null && (
        <Timer room={room} endsAt={until} step={`${view.case.title} · ${stepTitle(view)}`} big />
      )}
      <div class={`stage-main${side ? ' with-side' : ''}`}>
        <div class="stage-center" key={`${view.step}${view.round}`}>
          <Center view={view} people={people} />
        </div>
        {side && (
          <aside class="stage-side">
            {view.press && (
              <p class="press-now stamp">
                <b>
                  {t('suspect.pressing', {
                    by: nameOf(people, view.press.by),
                    target: nameOf(people, view.press.target),
                  })}
                </b>{' '}
                {view.press.question}
              </p>
            )}
            <ul class="side-slips">
              {[...(view.evidence ?? [])].reverse().map((item) => (
                <Slip key={item.by} people={people} item={item} />
              ))}
            </ul>
            <ol class="captions" aria-live="polite">
              {talkOf(room, view)
                .filter((line) => !line.whisper)
                .slice(-5)
                .map((line, i) => (
                  <li key={`${line.at}${line.from}${i}`}>
                    <b>{nameOf(people, line.from)}</b> {line.text}
                  </li>
                ))}
            </ol>
          </aside>
        )}
      </div>
    </main>
  );
}

function Center({ view, people }: Props) {
  switch (view.step) {
    case 'BRIEFING':
      return (
        <div class="big-brief">
          <CasePoster view={view} />
          <div>
            <p class="big-where">{t('suspect.big.where')}</p>
            <SceneList view={view} />
          </div>
        </div>
      );
    case 'ANSWER':
      return (
        <div class="big-question">
          <h1 class="whoosh">{view.question?.text}</h1>
          <ul class="thinkers">
            {people.map((person) => {
              const ready = view.answered[person.index] === true;
              return (
                <li key={person.id} class={ready ? 'ready' : ''}>
                  <Mark person={person} size={110} />
                  <b>{person.name}</b>
                  <span class="sr">
                    {t(ready ? 'suspect.answered' : 'suspect.not_answered', { name: person.name })}
                  </span>
                </li>
              );
            })}
          </ul>
          <p class="big-hint">{t('suspect.big.think')}</p>
        </div>
      );
    case 'CROSSFIRE':
      return <BigTable view={view} people={people} />;
    case 'VOTE':
      return (
        <div class="big-vote">
          <News view={view} />
          <BigTable view={view} people={people} names />
          <p class="big-hint">
            {t('suspect.big.vote')} ·{' '}
            {t('suspect.vote.locks', { n: view.locks, all: people.length })}
          </p>
        </div>
      );
    case 'REVEAL':
      return <Reveal view={view} people={people} />;
  }
}

function BigTable({ view, people, names = false }: Props & { names?: boolean }) {
  const last = view.answers?.find((answers) => answers.round === view.round);
  return (
    <div class="big-table">
      {last && !names && <h1>{last.question}</h1>}
      <ul class={`n${people.length}`}>
        {people.map((person) => {
          const text = last?.texts[person.index] ?? null;
          return (
            <li key={person.id} class={view.news?.names.includes(person.id) ? 'in-the-news' : ''}>
              <Mark person={person} size={84} />
              <span class="row-text">
                <NameTag person={person} />
                {last && !names && (
                  <q class={text ? '' : 'silent'}>{text ?? t('suspect.answer.none')}</q>
                )}
                <Meter people={people} view={view} person={person} />
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
