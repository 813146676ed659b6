// What nobody beside you should read: shown only while it is held (touch, mouse, Space or Enter). A screen
// reader's plain click switches it on and off.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { t } from '@web/i18n';
import { vibrate } from '@web/sound';
import type { Room } from '@web/state/room';

import { evidenceText, listNames, nameOf, type Person, type View, tell } from './model';

interface PeekProps {
  label: string;
  onSeen?: () => void;
  big?: boolean;
  children: ComponentChildren;
}

export function Peek({ label, onSeen, big = false, children }: PeekProps) {
  const shown = useSignal(false);
  const held = useRef(false);
  const show = () => {
    held.current = true;
    if (!shown.value) {
      shown.value = true;
      vibrate(15);
      onSeen?.();
    }
  };
  const hide = () => {
    shown.value = false;
  };
  useEffect(() => {
    const away = () => {
      if (document.visibilityState === 'hidden') hide();
    };
    document.addEventListener('visibilitychange', away);
    return () => document.removeEventListener('visibilitychange', away);
  }, []);
  return (
    <div class={`peek${big ? ' peek-big' : ''}${shown.value ? ' open' : ''}`}>
      <button
        type="button"
        aria-expanded={shown.value}
        class="peek-lid"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          show();
        }}
        onPointerUp={hide}
        onPointerCancel={hide}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key === ' ' || event.key === 'Enter') {
            event.preventDefault();
            show();
          }
        }}
        onKeyUp={hide}
        onBlur={hide}
        onClick={() => {
          if (held.current) held.current = false;
          else if (shown.value) hide();
          else {
            show();
            held.current = false;
          }
        }}
      >
        <b>{label}</b>
        <small>{t(shown.value ? 'suspect.peek.shown' : 'suspect.peek.hold')}</small>
      </button>
      <div class="peek-inside" aria-live="assertive">
        {shown.value && children}
      </div>
    </div>
  );
}

interface SecretProps {
  room: Room;
  view: View;
  people: Person[];
  big?: boolean;
}

export function Secret({ room, view, people, big = false }: SecretProps) {
  const seen = useRef(false);
  const onSeen = () => {
    if (seen.current || view.step !== 'BRIEFING') return;
    seen.current = true;
    tell(room, 'ROLE_SEEN', {}).catch(() => {
      seen.current = false;
    });
  };
  const culprit = view.role === 'CULPRIT';
  return (
    <Peek label={t(big ? 'suspect.peek.what' : 'suspect.peek.short')} big={big} onSeen={onSeen}>
      <p class={`role role-${view.role}`}>{t(`suspect.role.${view.role}`)}</p>
      {view.scene && (
        <p class="where">
          <small>{t('suspect.where')}</small>
          <b>{view.scene.name}</b>
        </p>
      )}
      {culprit && (
        <p>
          {view.fellows?.length
            ? t('suspect.fellows', { names: listNames(people, view.fellows) })
            : t('suspect.alone')}
        </p>
      )}
      {big && <p>{t(`suspect.role_text.${view.role}`)}</p>}
      <p class="own-card">
        <small>{t('suspect.your_card')}</small>
        {ownCard(view, people)}
      </p>
      {view.inspected && (
        <p>
          <b>
            {t(view.inspected.culprit ? 'suspect.inspected_yes' : 'suspect.inspected_no', {
              name: nameOf(people, view.inspected.target),
            })}
          </b>
        </p>
      )}
      {culprit && (
        <>
          <small>{t('suspect.one_of_these')}</small>
          <SceneList view={view} />
        </>
      )}
    </Peek>
  );
}

export function ownCard(view: View, people: Person[]): string {
  if (!view.card) return t('suspect.no_card');
  if (view.card.kind === 'blank') return t('suspect.card.blank');
  return evidenceText(people, { kind: view.card.kind, targets: view.card.targets });
}

export function SceneList({ view }: { view: View }) {
  return (
    <ul class="scenes">
      {view.scenes.map((scene) => (
        <li key={scene.id}>{scene.name}</li>
      ))}
    </ul>
  );
}
