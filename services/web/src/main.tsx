import { render } from 'preact';

import { App } from './app';
import { startSound } from './sound';
import { startRouter } from './state/router';
import './style/base.css';
import './style/parts.css';
import './style/controls.css';
import './style/landing.css';

startRouter();
startSound();
render(<App />, document.getElementById('app')!);
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  window.addEventListener('load', () => {
    navigator.serviceWorker.register('/sw.js').catch(() => {
      /* the page works without one */
    });
  });
}
