// Keeps the screen of a phone on during a match. Asked for at the first tap, again when the page is seen and
// at the next tap after that, because some browsers refuse without a fresh gesture. Without the API nothing
// is faked.
import { useEffect } from 'preact/hooks';

export function useWakeLock(): void {
  useEffect(() => {
    const wakeLock = navigator.wakeLock;
    if (!wakeLock) return undefined;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    let asking = false;
    const ask = async () => {
      if (over || asking || (lock && !lock.released) || document.visibilityState === 'hidden')
        return;
      asking = true;
      try {
        lock = await wakeLock.request('screen');
        if (over) void lock.release();
      } catch {
        lock = null; // refused without a gesture or on low battery: the next tap asks again
      } finally {
        asking = false;
      }
    };
    document.addEventListener('visibilitychange', ask);
    window.addEventListener('pointerdown', ask, { passive: true });
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', ask);
      window.removeEventListener('pointerdown', ask);
      if (lock && !lock.released) void lock.release();
    };
  }, []);
}
