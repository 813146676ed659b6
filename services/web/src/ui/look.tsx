// Name and avatar: the whole of "who are you" for a guest.
import { useSignal } from '@preact/signals';

import { t } from '../i18n';
import { avatars, look, setLook } from '../state/session';
import { Button, Sheet } from './parts';
import { Avatar } from './seats';

const name_max = 16;

export function LookForm({ focus = false }: { focus?: boolean }) {
  const picking = useSignal(false);
  const { name, avatar } = look.value;
  return (
    <div class="look">
      <button
        type="button"
        class="look-face"
        onClick={() => {
          picking.value = true;
        }}
        aria-label={t('look.change', { name: t(`avatar.${avatar}`) })}
      >
        <Avatar avatar={avatar} size={52} />
      </button>
      <div class="field">
        <label for="look-name">{t('look.name')}</label>
        <input
          id="look-name"
          name="name"
          value={name}
          maxLength={name_max}
          autocomplete="nickname"
          autoFocus={focus}
          placeholder={t('look.placeholder')}
          enterkeyhint="done"
          onInput={(event) => setLook({ name: event.currentTarget.value })}
        />
      </div>
      <Sheet
        open={picking.value}
        title={t('look.title')}
        onClose={() => {
          picking.value = false;
        }}
      >
        <AvatarGrid
          value={avatar}
          onPick={(next) => {
            setLook({ avatar: next });
            picking.value = false;
          }}
        />
      </Sheet>
    </div>
  );
}

export function AvatarGrid({ value, onPick }: { value: string; onPick: (avatar: string) => void }) {
  return (
    <div class="avatars">
      {avatars.map((avatar) => (
        <Button
          key={avatar}
          kind="plain"
          aria-pressed={avatar === value}
          aria-label={t(`avatar.${avatar}`)}
          onClick={() => onPick(avatar)}
        >
          <Avatar avatar={avatar} size={48} />
        </Button>
      ))}
    </div>
  );
}
