// Talking: to everybody, or among culprits.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { t } from '@web/i18n';
import { Button, Choice, oops } from '@web/ui/parts';
import { LineForm } from '@web/ui/roomparts';

import { cannedLines, nameOf, say_max, talkOf, whisper_max, tell } from './model';
import { Mark } from './parts';
import type { StepProps } from './steps';

const quick_lines = 6;

export function Talk({ room, view, people }: StepProps) {
  const to = useSignal<'everybody' | 'partners'>('everybody');
  const partners = view.role === 'CULPRIT' && (view.fellows?.length ?? 0) > 0;
  const whisper = partners && to.value === 'partners';
  const oneRoom = room.people.value?.settings.one_room === true;
  const lines = talkOf(room, view);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines.length]);
  return (
    <section class="talk">
      <ol
        ref={list}
        class="lines"
        aria-live="polite"
        tabIndex={0}
        aria-label={t('suspect.tab.talk')}
      >
        {lines.length === 0 && <li class="hint">{t('suspect.talk.empty')}</li>}
        {lines.map((line, i) => {
          const person = people.find((one) => one.id === line.from);
          return (
            <li key={i} class={line.whisper ? 'whisper' : ''}>
              {person && <Mark person={person} size={30} />}
              <p>
                <b>{nameOf(people, line.from)}</b>
                {line.whisper && <small> {t('suspect.talk.whispered')}</small>} {line.text}
              </p>
            </li>
          );
        })}
      </ol>
      {partners && (
        <Choice
          label={t('suspect.talk.to')}
          value={to.value}
          onPick={(next) => {
            to.value = next;
          }}
          options={[
            { value: 'everybody', text: t('suspect.talk.everybody') },
            { value: 'partners', text: t('suspect.talk.partners') },
          ]}
        />
      )}
      {whisper ? (
        <LineForm
          key="whisper"
          label={t('suspect.talk.whisper')}
          max={whisper_max}
          onSend={(text) => tell(room, 'WHISPER', { text })}
        />
      ) : oneRoom ? (
        <p class="hint">{t('suspect.talk.room')}</p>
      ) : (
        <>
          <LineForm
            key="say"
            label={t('suspect.talk.say')}
            max={say_max}
            disabled={view.says_left === 0}
            onSend={(text) => tell(room, 'SAY', { text })}
          />
          <QuickLines
            onPick={(line) => {
              tell(room, 'SAY', { line }).catch(oops);
            }}
          />
          {view.says_left <= 10 && (
            <p class="fine">{t('suspect.talk.left', { n: view.says_left })}</p>
          )}
        </>
      )}
    </section>
  );
}

function QuickLines({ onPick }: { onPick: (id: string) => void }) {
  const start = useSignal(Math.floor(Math.random() * cannedLines.length));
  const lines = Array.from(
    { length: quick_lines },
    (_, i) => cannedLines[(start.value + i) % cannedLines.length]!,
  );
  return (
    <div class="quick-lines" role="group" aria-label={t('suspect.talk.quick')}>
      {lines.map((line) => (
        <button key={line.id} type="button" onClick={() => onPick(line.id)}>
          {line.text}
        </button>
      ))}
      <Button
        kind="quiet"
        aria-label={t('suspect.talk.more_lines')}
        onClick={() => {
          start.value = (start.value + quick_lines) % cannedLines.length;
        }}
      >
        ↻
      </Button>
    </div>
  );
}
