// One's own pages, which are often visited together: one chunk.
import Profile from './profile';
import Security from './security';
import Store from './store';
import Wallet from './wallet';

const pages = { profile: Profile, security: Security, store: Store, wallet: Wallet };

export default function Mine({ name }: { name: keyof typeof pages }) {
  const Page = pages[name];
  return <Page />;
}
