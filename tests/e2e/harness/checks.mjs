// What every screen must hold, whatever it shows: no serious finding of axe-core, nothing that
// hangs out at the side. One Inspection per scene collects what it finds, so that a failure tells
// about all screens at once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const grave = ['serious', 'critical'];

// Waits until nothing moves: what is just being faded in has neither its colours nor its place.
export async function settled() {
  const moving = document.getAnimations().filter((one) => {
    const { endTime } = one.effect.getComputedTiming();
    return Number.isFinite(endTime) && one.playState === 'running';
  });
  await Promise.allSettled(moving.map((one) => one.finished));
}

export class Inspection {
  looks = 0;
  faults = new Set();

  async look({ page, name }, moment) {
    this.looks += 1;
    await page.evaluate(axe);
    await page.evaluate(settled);
    const { violations, overhang } = await page.evaluate(async (values) => {
      const found = await globalThis.axe.run({
        runOnly: { type: 'tag', values },
        resultTypes: ['violations'],
      });
      const { scrollWidth, clientWidth } = document.documentElement;
      return { violations: found.violations, overhang: scrollWidth - clientWidth };
    }, tags);
    if (overhang > 0) this.faults.add(`${moment} (${name}): ${overhang} px hang out at the side`);
    for (const { id, impact, nodes } of violations) {
      if (!grave.includes(impact)) continue;
      for (const node of nodes)
        this.faults.add(`${moment} (${name}): ${id}: ${node.failureSummary}\n${node.html}`);
    }
  }

  assertFine() {
    assert.ok(this.looks > 0, 'nothing was looked at');
    assert.equal(this.faults.size, 0, [...this.faults].join('\n'));
  }
}
