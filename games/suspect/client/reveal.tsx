// The truth: who was accused, who did it, where, and what of the evidence was forged. Same on every screen.
import { useEffect } from 'preact/hooks';

import { t } from '@web/i18n';
import { play } from '@web/sound';
import { announce, Streaks } from '@web/ui/parts';
import { clockText } from '@web/ui/time';

import type { RevealView } from '@whoosh/sdk/games/suspect';
import { evidenceText, listNames, nameOf, type Person, type View } from './model';
import { Mark, NameTag } from './parts';

interface Props {
  view: View;
  people: Person[];
}

function verdict(reveal: RevealView): 'void' | 'none' | 'slipped' | 'caught' | 'wrong' {
  if (reveal.is_void) return 'void';
  if (reveal.accused == null) return 'none';
  if (!reveal.culprits.includes(reveal.accused)) return 'wrong';
  return reveal.slipped_away ? 'slipped' : 'caught';
}

function headline(reveal: RevealView): string {
  if (reveal.is_void) return t('suspect.reveal.void');
  return t(reveal.town_wins ? 'suspect.reveal.town' : 'suspect.reveal.culprits');
}

function sentences(reveal: RevealView, people: Person[]): string[] {
  if (reveal.is_void) return [t('suspect.reveal.void_text')];
  const name = nameOf(people, reveal.accused);
  const escape = reveal.escape;
  return [
    reveal.accused == null
      ? t('suspect.reveal.accused_nobody')
      : t(
          reveal.culprits.includes(reveal.accused)
            ? 'suspect.reveal.accused_guilty'
            : 'suspect.reveal.accused_clean',
          { name },
        ),
    t('suspect.reveal.did_it', {
      n: reveal.culprits.length,
      names: listNames(people, reveal.culprits),
    }) + '.',
    t('suspect.reveal.scene', { scene: reveal.scene.name }) +
      ' ' +
      (!escape
        ? t('suspect.reveal.escape_none')
        : escape.correct
          ? t('suspect.reveal.escape_right')
          : t('suspect.reveal.escape_wrong', { scene: escape.scene.name })),
  ];
}

export function Reveal({ view, people, you = '' }: Props & { you?: string }) {
  const reveal = view.reveal;
  const said = reveal ? sentences(reveal, people) : [];
  useEffect(() => {
    if (!reveal) return;
    play('stamp');
    announce(`${headline(reveal)}. ${said.join(' ')}`, true);
  }, [reveal !== null && reveal !== undefined]);
  if (!reveal) return null;
  const accused = people.find((person) => person.id === reveal.accused);
  const kind = verdict(reveal);
  return (
    <section class="reveal">
      <div class={`verdict verdict-${kind}`}>
        <Streaks />
        {accused && <Mark person={accused} size={96} />}
        <h1 class="stamp">{t(`suspect.reveal.${kind}`)}</h1>
        {!reveal.is_void && <p class="winner">{headline(reveal)}</p>}
      </div>
      {said.map((line) => (
        <p key={line} class="truth">
          {line}
        </p>
      ))}
      <Roles reveal={reveal} people={people} you={you} />
      <Cards reveal={reveal} people={people} />
    </section>
  );
}

function roleOf(reveal: RevealView, id: string): 'culprit' | 'inspector' | 'witness' {
  if (reveal.culprits.includes(id)) return 'culprit';
  return reveal.inspector === id ? 'inspector' : 'witness';
}

function Roles({ reveal, people, you }: { reveal: RevealView; people: Person[]; you: string }) {
  return (
    <ul class="roles">
      {people.map((person) => {
        const role = roleOf(reveal, person.id);
        const since = reveal.right_since?.[person.id];
        return (
          <li key={person.id} class={role}>
            <Mark person={person} size={40} />
            <span class="row-text">
              <NameTag person={person} you={person.id === you} />
              <small>
                {t('suspect.reveal.voted', { name: nameOf(people, reveal.votes?.[person.id]) })}
                {since != null && ` · ${t('suspect.reveal.since', { time: clockText(since) })}`}
              </small>
            </span>
            <span class="role-flag">{t(`suspect.reveal.${role}`)}</span>
            <span class="role-points">
              {t('suspect.points', { n: reveal.points?.[person.id] ?? 0 })}
              {reveal.mvp === person.id && <b>{t('suspect.reveal.mvp')}</b>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Cards({ reveal, people }: { reveal: RevealView; people: Person[] }) {
  // What was shown before what was kept, and the forged first: the screen may not have room for all.
  const used = reveal.cards
    .filter((card) => card.kind !== 'blank')
    .sort(
      (a, b) =>
        Number(b.published) - Number(a.published) || Number(a.truthful) - Number(b.truthful),
    );
  if (used.length === 0) return null;
  return (
    <div class="truth-cards">
      <h2>{t('suspect.reveal.cards')}</h2>
      <ul>
        {used.map((card) => (
          <li
            key={card.holder}
            class={`slip ${card.truthful ? 'true' : 'forged'}${card.published ? '' : ' kept'}`}
          >
            <p>
              <small>
                {nameOf(people, card.holder)}
                {!card.published && ` · ${t('suspect.reveal.kept')}`}
              </small>
              <b>
                {evidenceText(people, {
                  kind: card.kind === 'clear' ? 'clear' : 'one_of',
                  targets: card.targets,
                })}
              </b>
            </p>
            <span class="truth-flag">
              {t(card.truthful ? 'suspect.reveal.true' : 'suspect.reveal.forged')}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
