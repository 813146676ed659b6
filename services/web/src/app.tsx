import { t } from './i18n';
import { Landing } from './screens/landing';
import { route } from './state/router';
import { lazy, LiveRegions, Toasts } from './ui/parts';

const RoomScreen = lazy<{ code: string }>(() => import('./screens/room'));
const BigScreen = lazy<{ code: string }>(() => import('./screens/big'));
const Quick = lazy<object>(() => import('./screens/quick'));
const Mine = lazy<{ name: 'profile' | 'store' | 'wallet' | 'security' }>(
  () => import('./screens/mine'),
);
const Account = lazy<{ tab: 'in' | 'up' }>(() => import('./screens/account'));

function Screen() {
  const here = route.value;
  switch (here.name) {
    case 'landing':
      return <Landing />;
    case 'room':
      return <RoomScreen key={here.code} code={here.code} />;
    case 'screen':
      return <BigScreen key={here.code} code={here.code} />;
    case 'play':
      return <Quick />;
    case 'profile':
    case 'store':
    case 'wallet':
    case 'security':
      return <Mine key={here.name} name={here.name} />;
    case 'account':
      return <Account key={here.tab} tab={here.tab} />;
    case 'lost':
      return (
        <main class="page center">
          <h1>{t('lost.title')}</h1>
          <p>{t('lost.text')}</p>
          <a class="btn main" href="/">
            {t('home')}
          </a>
        </main>
      );
  }
}

export function App() {
  return (
    <>
      <Screen />
      <Toasts />
      <LiveRegions />
    </>
  );
}
