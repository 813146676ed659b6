// Evidence: what lies on the table, and one's own card, true or to be forged.
import { useSignal } from '@preact/signals';

import { t } from '@web/i18n';
import { play } from '@web/sound';
import type { Room } from '@web/state/room';
import { Button, Choice, Sheet, useAction } from '@web/ui/parts';

import type { EvidenceKind } from '@whoosh/sdk/games/suspect';
import { tell, type Person } from './model';
import { Mark, Slip } from './parts';
import { ownCard } from './peek';
import type { StepProps } from './steps';

const targets_of: Record<EvidenceKind, number> = { one_of: 3, clear: 1 };

// With four players a "one of three" would name everybody else: there are no such cards.
const kindsFor = (people: Person[]): EvidenceKind[] =>
  people.length > 4 ? ['one_of', 'clear'] : ['clear'];

export function Evidence({ room, view, people }: StepProps) {
  const items = view.evidence ?? [];
  return (
    <section class="evidence">
      {items.length === 0 && <p class="hint">{t('suspect.evidence.none')}</p>}
      <ul>
        {items.map((item) => (
          <Slip key={item.by} people={people} item={item} />
        ))}
      </ul>
      <OwnCard room={room} view={view} people={people} />
    </section>
  );
}

// The button looks the same for everybody; what it opens does not.
function OwnCard({ room, view, people }: StepProps) {
  const open = useSignal(false);
  if (!view.card) return null;
  if (view.card.published) return <p class="hint">✓ {t('suspect.evidence.published')}</p>;
  const close = () => {
    open.value = false;
  };
  return (
    <>
      <Button
        kind="main"
        onClick={() => {
          open.value = true;
        }}
      >
        {t('suspect.evidence.mine')}
        <small>{t('suspect.evidence.once')}</small>
      </Button>
      <Sheet open={open.value} title={t('suspect.your_card')} onClose={close}>
        {view.card.kind === 'blank' ? (
          <Forge room={room} people={people} onDone={close} />
        ) : (
          <TrueCard room={room} view={view} people={people} onDone={close} />
        )}
      </Sheet>
    </>
  );
}

function TrueCard({ room, view, people, onDone }: StepProps & { onDone: () => void }) {
  const action = useAction();
  const publish = () =>
    action.run(async () => {
      await tell(room, 'EVIDENCE', {});
      play('stamp');
      onDone();
    });
  return (
    <>
      <p class="slip own">
        <b>{ownCard(view, people)}</b>
      </p>
      <Button kind="main" busy={action.busy} onClick={publish}>
        {t('suspect.evidence.publish')}
      </Button>
    </>
  );
}

export function Forge({
  room,
  people,
  onDone,
}: {
  room: Room;
  people: Person[];
  onDone: () => void;
}) {
  const kinds = kindsFor(people);
  const kind = useSignal<EvidenceKind>(kinds[0]!);
  const picked = useSignal<string[]>([]);
  const action = useAction();
  const need = targets_of[kind.value];
  const pick = (id: string) => {
    const without = picked.value.filter((one) => one !== id);
    picked.value =
      without.length < picked.value.length ? without : [...picked.value, id].slice(-need);
  };
  const publish = () =>
    action.run(async () => {
      await tell(room, 'EVIDENCE', { kind: kind.value, targets: picked.value });
      play('stamp');
      onDone();
    });
  return (
    <div class="forge stack">
      <Choice
        label={t('suspect.evidence.kind')}
        value={kind.value}
        onPick={(next) => {
          kind.value = next;
          picked.value = [];
        }}
        options={kinds.map((value) => ({
          value,
          text: t(`suspect.evidence.kind.${value}`),
        }))}
      />
      <fieldset class="pick-seats">
        <legend>{t('suspect.evidence.pick', { n: need })}</legend>
        {people
          .filter((person) => person.id !== room.you.value)
          .map((person) => (
            <label key={person.id} class={picked.value.includes(person.id) ? 'on' : ''}>
              <input
                type="checkbox"
                checked={picked.value.includes(person.id)}
                onChange={() => pick(person.id)}
              />
              <Mark person={person} size={34} />
              {person.name}
            </label>
          ))}
      </fieldset>
      <Button
        kind="main"
        busy={action.busy}
        disabled={picked.value.length !== need}
        onClick={publish}
      >
        {t('suspect.evidence.publish')}
        <small>{t('suspect.evidence.once')}</small>
      </Button>
    </div>
  );
}
