// Paths of the client; the server answers every one of them with index.html.
import { signal } from '@preact/signals';

import { codeOfPath } from './codes';

export type Route =
  | { name: 'landing' }
  | { name: 'room'; code: string }
  | { name: 'screen'; code: string }
  | { name: 'play' }
  | { name: 'profile' | 'store' | 'wallet' | 'security' }
  | { name: 'account'; tab: 'in' | 'up' }
  | { name: 'lost' };

export function parse(path: string): Route {
  const [first = '', second = ''] = path.split('/').filter(Boolean);
  if (!first) return { name: 'landing' };
  if (first === 'screen') {
    const code = codeOfPath(second);
    return code ? { name: 'screen', code } : { name: 'lost' };
  }
  if (first === 'quick') return { name: 'play' };
  if (first === 'profile' || first === 'store' || first === 'wallet' || first === 'security')
    return { name: first };
  if (first === 'signin') return { name: 'account', tab: 'in' };
  if (first === 'register') return { name: 'account', tab: 'up' };
  const code = second ? null : codeOfPath(first);
  return code ? { name: 'room', code } : { name: 'lost' };
}

export const route = signal<Route>({ name: 'landing' });

export function go(path: string, replace = false): void {
  if (replace) history.replaceState(null, '', path);
  else if (location.pathname !== path) history.pushState(null, '', path);
  route.value = parse(path);
  window.scrollTo(0, 0);
}

export function startRouter(): void {
  route.value = parse(location.pathname);
  window.addEventListener('popstate', () => {
    route.value = parse(location.pathname);
  });
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.('a[href^="/"]');
    if (
      !link ||
      event.defaultPrevented ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.button !== 0
    )
      return;
    if (link.getAttribute('target') === '_blank') return;
    event.preventDefault();
    go(link.getAttribute('href')!);
  });
}
