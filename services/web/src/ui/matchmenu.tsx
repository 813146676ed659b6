import { useSignal } from '@preact/signals';

import { t } from '../i18n';
import { Button, Sheet } from './parts';
import { LeaveButton, SoundButton } from './roomparts';

// During a match: sound, and the way out with its price.
export function MatchMenu() {
  const asking = useSignal(false);
  return (
    <div class="match-menu">
      <SoundButton />
      <Button kind="quiet" onClick={() => (asking.value = true)}>
        {t('leave')}
      </Button>
      <Sheet open={asking.value} title={t('leave.title')} onClose={() => (asking.value = false)}>
        <p>{t('leave.text')}</p>
        <LeaveButton kind="danger" />
      </Sheet>
    </div>
  );
}
