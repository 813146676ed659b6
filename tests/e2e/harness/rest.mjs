// Service A from the test process: people who have no page, and looks behind the screens.
export function rest(url) {
  async function call(method, path, body, access) {
    const headers = { accept: 'application/json' };
    if (access) headers.authorization = `Bearer ${access}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await fetch(url + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }
  // Somebody signed in: get() and post() speak for him.
  const as = (signed) => ({
    user: signed.user,
    get: (path) => call('GET', path, undefined, signed.access),
    post: (path, body) => call('POST', path, body, signed.access),
  });
  return {
    get: (path) => call('GET', path),
    guest: async (name) => as(await call('POST', '/api/auth/guest', { display_name: name })),
    login: async (username, password) =>
      as(await call('POST', '/api/auth/login', { username, password })),
    as,
  };
}
