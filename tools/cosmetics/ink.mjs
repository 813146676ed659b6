// How everything is drawn here: flat spot inks that miss their thick outlines a little, over a shadow that is
// off register, on lines that no machine would draw this straight. Paths are texts; a 128 x 128 sheet.

export const ink = '#14213D';
export const paper = '#FFF6E5';

// The same numbers for the same seed: a picture changes only when its description does.
export function dice(seed) {
  let state = 2166136261;
  for (const letter of seed) state = Math.imul(state ^ letter.charCodeAt(0), 16777619);
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2246822507) + 0x9e3779b9;
    state ^= state >>> 13;
    return (state >>> 0) / 4294967296;
  };
}

const round = (value) => String(Math.round(value * 10) / 10);
const at = ([x, y]) => `${round(x)} ${round(y)}`;

export function polygon(points) {
  return `M${points.map(at).join('L')}Z`;
}

// Through the middles of the sides, so that every corner is soft.
export function smooth(points) {
  const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const last = points[points.length - 1];
  let d = `M${at(middle(last, points[0]))}`;
  points.forEach((point, i) => {
    d += `Q${at(point)} ${at(middle(point, points[(i + 1) % points.length]))}`;
  });
  return d + 'Z';
}

export function around(count, radius, turn = 0, [cx, cy] = [64, 64]) {
  return Array.from({ length: count }, (_, i) => {
    const angle = turn + (i * 2 * Math.PI) / count;
    const r = typeof radius === 'function' ? radius(i) : radius;
    return [cx + r * Math.cos(angle), cy + r * Math.sin(angle)];
  });
}

export const star = (points, outer, inner, centre, turn = -Math.PI / 2) =>
  polygon(around(points * 2, (i) => (i % 2 ? inner : outer), turn, centre));

// A circle as a hand draws it; without a die an exact one.
export function circle(cx, cy, r, roll, by = 0.03) {
  if (!roll)
    return `M${at([cx - r, cy])}a${r} ${r} 0 1 0 ${round(2 * r)} 0a${r} ${r} 0 1 0 ${round(-2 * r)} 0`;
  return smooth(around(r < 14 ? 7 : 12, () => r * (1.04 + by * (2 * roll() - 1)), 0, [cx, cy]));
}

// A closed ring between two radii; fill it with evenodd.
export const ring = (outer, inner, roll, by) =>
  circle(64, 64, outer, roll, by) + circle(64, 64, inner, roll, by);

export function box(x, y, width, height, roll = () => 0.5, by = 2) {
  const off = () => by * (2 * roll() - 1);
  return polygon([
    [x + off(), y + off()],
    [x + width + off(), y + off()],
    [x + width + off(), y + height + off()],
    [x + off(), y + height + off()],
  ]);
}

const attributes = (given) =>
  Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');

export const path = (d, given) => `<path d="${d}"${attributes(given)}/>`;
export const line = (d, width = 4, stroke = ink, more = {}) =>
  path(d, { fill: 'none', stroke, 'stroke-width': width, ...more });
export const group = (parts, transform) =>
  `<g${attributes({ transform })}>${parts.flat(9).join('')}</g>`;
export const place = (parts, x, y, scale = 1, turn = 0) =>
  group(
    parts,
    `translate(${x} ${y})${turn ? ` rotate(${turn})` : ''}${scale === 1 ? '' : ` scale(${scale})`}`,
  );

// One printed shape: shadow, ink, outline. A long path is written once and used three times.
let shapes = 0;
export function print(d, fill, { shadow = ink, by = [4, 5], width = 5, rule } = {}) {
  const long = d.length > 150;
  const id = long ? `p${++shapes}` : '';
  const draw = (given) => (long ? `<use href="#${id}"${attributes(given)}/>` : path(d, given));
  return [
    long ? `<defs><path id="${id}" d="${d}"/></defs>` : '',
    draw({ fill: shadow, 'fill-rule': rule, transform: `translate(${by.join(' ')})` }),
    draw({ fill, 'fill-rule': rule, transform: 'translate(1.5 1)' }),
    draw({ fill: 'none', stroke: ink, 'stroke-width': width }),
  ];
}

// Dots of a coarse screen over a shape.
export function screen(id, d, fill, { size = 7, dot = 1.8, rule } = {}) {
  const c = size / 2;
  return [
    `<pattern id="${id}" width="${size}" height="${size}" patternUnits="userSpaceOnUse" patternTransform="rotate(30)">` +
      `<circle cx="${c}" cy="${c}" r="${dot}" fill="${fill}"/></pattern>`,
    path(d, { fill: `url(#${id})`, 'fill-rule': rule }),
  ];
}

export function sheet(parts) {
  shapes = 0;
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128" stroke-linejoin="round" stroke-linecap="round">' +
    parts.flat(9).join('') +
    '</svg>\n'
  );
}
