// What a room's lobby opens on demand: the invitation, and the host's settings.
import type { RoomSettings } from '@whoosh/sdk';

import { addTexts, t } from '../i18n';
import texts from '../i18n/en.lobbysheet.json';
import type { Room } from '../state/room';
import { Button, Choice, lazy, oops, toast, Toggle } from '../ui/parts';

addTexts(texts);

const Qr = lazy<{ text: string; label: string }>(() => import('../ui/qr'));

export default function LobbySheet({ room, show }: { room: Room; show: 'share' | 'settings' }) {
  const settings = room.people.value?.settings;
  if (show === 'share') return <Share code={room.code} />;
  return settings ? <Settings room={room} settings={settings} /> : null;
}

function Share({ code }: { code: string }) {
  const url = `${location.origin}/${code}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      toast(t('share.copied'));
    } catch {
      // no clipboard outside https: the field is there to copy by hand
      document.querySelector<HTMLInputElement>('#share-url')?.select();
      toast(t('share.by_hand'));
    }
  };
  const share = () =>
    navigator.share({ title: 'Whoosh', text: t('share.text', { code }), url }).catch(() => {
      /* closed by the user */
    });
  return (
    <div class="stack share">
      <Qr text={url} label={t('share.qr', { code })} />
      <input
        id="share-url"
        readOnly
        value={url}
        aria-label={t('share.link')}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="row">
        <Button kind="main" onClick={copy}>
          {t('share.copy')}
        </Button>
        {'share' in navigator && <Button onClick={share}>{t('share.send')}</Button>}
      </div>
      <p class="hint">{t('share.screen', { url: `${location.host}/screen/${code}` })}</p>
    </div>
  );
}

function Settings({ room, settings }: { room: Room; settings: RoomSettings }) {
  const set = (change: Partial<RoomSettings>) => {
    room.send('SETTINGS', change).catch(oops);
  };
  const options = (key: string, values: string[]) =>
    values.map((value) => ({ value, text: t(`settings.${key}.${value}`) }));
  return (
    <div class="stack settings">
      <Choice
        label={t('settings.pace')}
        value={settings.pace}
        options={options('pace', ['relaxed', 'normal', 'party'])}
        onPick={(pace) => set({ pace })}
      />
      <Choice
        label={t('settings.bots')}
        value={settings.bots}
        options={options('bots', ['fill', 'off'])}
        onPick={(bots) => set({ bots })}
      />
      <Choice
        label={t('settings.filter')}
        value={settings.filter}
        options={options('filter', ['none', 'moderate', 'strict'])}
        onPick={(filter) => set({ filter })}
      />
      <Choice
        label={t('settings.seats')}
        value={String(settings.max_seats)}
        onPick={(seats) => set({ max_seats: Number(seats) })}
        options={[4, 5, 6, 7, 8, 9, 10].map((n) => ({ value: String(n), text: String(n) }))}
      />
      <Toggle
        label={t('settings.family')}
        value={settings.family}
        onPick={(family) => set({ family })}
      />
      <Toggle
        label={t('settings.one_room')}
        value={settings.one_room}
        onPick={(one_room) => set({ one_room })}
      />
      <Toggle
        label={t('settings.audience')}
        value={settings.audience}
        onPick={(audience) => set({ audience })}
      />
      <Toggle
        label={t('settings.locked')}
        value={settings.locked}
        onPick={(locked) => set({ locked })}
      />
    </div>
  );
}
