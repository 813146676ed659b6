// Development only: /stories/?s=<name> shows one screen in a made-up moment; without a name, the list.
import { render } from 'preact';

import { App } from '../src/app';
import { parse, route } from '../src/state/router';
import { fakeServer, scenes, signInAs } from './scene';
import '../src/style/base.css';
import '../src/style/parts.css';
import '../src/style/controls.css';
import '../src/style/landing.css';

const name = new URLSearchParams(location.search).get('s') ?? '';
const app = document.getElementById('app')!;
const scene = scenes[name];
if (scene) {
  fakeServer();
  signInAs();
  route.value = parse(scene());
  render(<App />, app);
} else {
  render(
    <ul>
      {Object.keys(scenes).map((key) => (
        <li>
          <a href={`?s=${key}`}>{key}</a>
        </li>
      ))}
    </ul>,
    app,
  );
}
