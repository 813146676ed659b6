// Service worker: the hashed files of this build, so that the page opens without a network and at once.
// Never the API, never a socket, never a page it does not know: index.html comes from the network, and from
// the cache only when there is none. The build writes the list in place of __SHELL__.
declare const __SHELL__: string[];
declare const self: any;

const shell: string[] = __SHELL__;
const cacheName = 'whoosh-shell';
const page = '/index.html';

self.addEventListener('install', (event: any) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll([page, ...shell])));
});

self.addEventListener('activate', (event: any) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(cacheName);
      for (const request of await cache.keys()) {
        const path = new URL(request.url).pathname;
        if (path !== page && !shell.includes(path)) await cache.delete(request);
      }
    })(),
  );
});

self.addEventListener('fetch', (event: any) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (shell.includes(url.pathname)) {
    event.respondWith(caches.match(event.request).then((hit) => hit ?? fetch(event.request)));
  } else if (event.request.mode === 'navigate' && !url.pathname.startsWith('/api')) {
    event.respondWith(
      fetch(event.request).catch(async () => (await caches.match(page)) ?? Response.error()),
    );
  }
});
