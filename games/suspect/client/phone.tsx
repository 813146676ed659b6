// Suspect on a phone: one task per screen, a timer on top, the main action at the thumb.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { GameProps } from '@web/games';
import { t } from '@web/i18n';
import { play } from '@web/sound';
import { announce } from '@web/ui/parts';
import { MatchMenu } from '@web/ui/matchmenu';
import { EmoteBar } from '@web/ui/roomparts';
import { Timer } from '@web/ui/time';

import { Evidence } from './evidence';
import { endsAt, peopleOf, stepTitle, talkOf, viewOf, type View } from './model';
import { Secret } from './peek';
import { Reveal } from './reveal';
import { Answer, Briefing, PressMe, type StepProps } from './steps';
import { Table } from './table';
import { Talk } from './talk';
import { Escape, LockBar, Vote } from './vote';
import './suspect.css';
import './table.css';
import './vote.css';

export default function Phone({ room }: GameProps) {
  const view = viewOf(room);
  const until = endsAt(room, view);
  const people = peopleOf(room, view);
  useStepNotice(view);
  const props: StepProps = { room, view, people };
  return (
    <main class={`page suspect step-${view.step}`}>
      {until !== null && <Timer room={room} endsAt={until} step={stepTitle(view)} />}
      <PressMe room={room} view={view} />
      <Step {...props} key={`${view.step}${view.round}`} />
    </main>
  );
}

function Step(props: StepProps) {
  switch (props.view.step) {
    case 'BRIEFING':
      return <Briefing {...props} />;
    case 'ANSWER':
      return <Answer {...props} />;
    case 'CROSSFIRE':
    case 'VOTE':
      return <Tabs {...props} />;
    case 'REVEAL':
      return (
        <>
          <Reveal view={props.view} people={props.people} you={props.room.you.value} />
          <EmoteBar room={props.room} />
        </>
      );
  }
}

function useStepNotice(view: View): void {
  useEffect(() => {
    play(view.step === 'VOTE' ? 'news' : 'whoosh');
    if (view.step !== 'REVEAL')
      announce(t(`suspect.say_step.${view.step}`, { question: view.question?.text ?? '' }));
    window.scrollTo(0, 0);
  }, [view.step, view.round]);
}

type Tab = 'table' | 'talk' | 'evidence' | 'escape';

function Tabs(props: StepProps) {
  const { room, view } = props;
  const tab = useSignal<Tab>('table');
  const voting = view.step === 'VOTE';
  const lines = talkOf(room, view).length;
  const cards = view.evidence?.length ?? 0;
  const seen = useSignal({ talk: lines, evidence: cards });
  useEffect(() => {
    if (tab.value === 'talk') seen.value = { ...seen.value, talk: lines };
    if (tab.value === 'evidence') seen.value = { ...seen.value, evidence: cards };
  }, [tab.value, lines, cards]);
  const tabs: { id: Tab; text: string; news: number }[] = [
    { id: 'table', text: t(voting ? 'suspect.tab.vote' : 'suspect.tab.table'), news: 0 },
    { id: 'talk', text: t('suspect.tab.talk'), news: lines - seen.value.talk },
    { id: 'evidence', text: t('suspect.tab.evidence'), news: cards - seen.value.evidence },
  ];
  if (view.escape && voting) tabs.push({ id: 'escape', text: t('suspect.tab.escape'), news: 0 });
  const move = (event: KeyboardEvent, at: number) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = tabs[(at + step + tabs.length) % tabs.length]!;
    tab.value = next.id;
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <>
      <div class="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab.value}`} key={tab.value}>
        {tab.value === 'table' && (voting ? <Vote {...props} /> : <Table {...props} />)}
        {tab.value === 'talk' && <Talk {...props} />}
        {tab.value === 'evidence' && <Evidence {...props} />}
        {tab.value === 'escape' && <Escape {...props} />}
        {tab.value !== 'talk' && (
          <>
            <Secret {...props} />
            <MatchMenu />
          </>
        )}
      </div>
      <footer class="bottom tab-foot">
        {voting && tab.value === 'table' && <LockBar {...props} />}
        <div class="tabs" role="tablist">
          {tabs.map((item, at) => (
            <button
              key={item.id}
              id={`tab-${item.id}`}
              type="button"
              role="tab"
              aria-selected={tab.value === item.id}
              tabIndex={tab.value === item.id ? 0 : -1}
              onKeyDown={(event) => move(event, at)}
              onClick={() => {
                tab.value = item.id;
              }}
            >
              {item.text}
              {item.news > 0 && tab.value !== item.id && <i class="dot">{item.news}</i>}
            </button>
          ))}
        </div>
      </footer>
    </>
  );
}
