// Frames: what goes around an avatar. The middle, 39 around the centre, stays free.
import {
  around,
  box,
  circle,
  group,
  ink,
  line,
  path,
  place,
  polygon,
  print,
  ring,
  star,
} from './ink.mjs';

const tau = 2 * Math.PI;
const point = (angle, r) => [64 + r * Math.cos(angle), 64 + r * Math.sin(angle)];
const text = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;
const even = { rule: 'evenodd' };

// An open arc as a hand draws it.
function arc(from, to, r, steps = 10) {
  const points = Array.from({ length: steps + 1 }, (_, i) =>
    point(from + ((to - from) * i) / steps, typeof r === 'function' ? r(i / steps) : r),
  );
  return `M${points.map(text).join('L')}`;
}

const flame = (angle, r, height, width) => {
  const left = point(angle - width, r);
  const right = point(angle + width, r);
  const tip = point(angle + width * 0.5, r + height);
  return `M${text(left)}Q${text(point(angle - width, r + height * 0.6))} ${text(tip)}Q${text(point(angle + width * 1.4, r + height * 0.35))} ${text(right)}Z`;
};

export const frames = {
  frame_ink: (_, roll) => [
    line(
      arc(-0.5, tau - 0.1, (t) => 46 + 3 * t + 1.2 * roll(), 40),
      8,
      '#D7263D',
      { transform: 'translate(3 4)', opacity: 0.55 },
    ),
    line(
      arc(-0.5, tau + 0.35, (t) => 45 + 5 * t + roll(), 44),
      8,
    ),
    line(arc(0.9, 2.6, 55, 8), 3),
  ],
  frame_tape: ([tape], roll) => [
    line(box(20, 20, 88, 88, roll, 3), 5),
    ...[
      [22, 22, -45],
      [106, 24, 42],
      [104, 105, -48],
      [23, 104, 44],
    ].map(([x, y, turn]) =>
      place(
        [
          print('M-20 -9L-16 -5L-20 0L-16 4L-20 9H20L16 5L20 0L16 -4L20 -9Z', tape, {
            width: 4,
            by: [3, 4],
          }),
          line('M-11 -3H10M-9 3H12', 1.5, '#B8860B'),
        ],
        x,
        y,
        1,
        turn,
      ),
    ),
  ],
  frame_streaks: ([red, mustard], roll) => [
    print(ring(52, 42, roll), red, { ...even, shadow: mustard }),
    ...[
      [40, 34, 2],
      [64, 22, 0],
      [86, 30, 4],
    ].flatMap(([y, x, d]) => [
      path(`M${x} ${y - 6}L${x - 24} ${y + d}L${x + 4} ${y + 6}Z`, {
        fill: mustard,
        transform: 'translate(2 2)',
      }),
      line(`M${x} ${y - 6}L${x - 24} ${y + d}L${x + 4} ${y + 6}Z`, 4),
    ]),
  ],
  frame_scallop: ([pink, cream], roll) => [
    print(
      around(14, 50, 0.1)
        .map(([x, y]) => circle(x, y, 10.5, roll, 0.05))
        .join(''),
      pink,
      { by: [3, 4] },
    ),
    path(ring(52, 41), { fill: pink, 'fill-rule': 'evenodd' }),
    ...around(14, 52, 0.1).map(([x, y]) => path(circle(x, y, 3), { fill: cream })),
    line(circle(64, 64, 41, roll), 4),
  ],
  frame_stamp: ([cream, blue], roll) => {
    const teeth = [];
    for (let i = 0; i < 9; i++) {
      const at = 14 + i * 12.5;
      teeth.push([at, 12], [at, 116], [12, at], [116, at]);
    }
    const body = 'M12 12H116V116H12Z';
    return [
      `<mask id="m"><path d="${body}" fill="#fff"/><path d="${circle(64, 64, 41)}"/><path d="${teeth
        .map(text)
        .map((spot) => `M${spot}h0`)
        .join('')}" stroke="#000" stroke-width="8"/></mask>`,
      `<g mask="url(#m)">${path(body, { fill: cream })}${line('M18 18H110V110H18Z', 3, blue)}` +
        `${line('M70 20q6 -6 12 0t12 0t12 0t12 0M74 28q6 -6 12 0t12 0t12 0t12 0M80 36q6 -6 12 0t12 0t12 0', 3, ink)}</g>`,
      line(circle(64, 64, 42, roll), 5),
      line(
        teeth
          .map(([x, y]) => (x === 12 || x === 116 ? `M${x} ${y + 4}v4.5` : `M${x + 4} ${y}h4.5`))
          .join(''),
        4,
      ),
      line(
        teeth
          .map(([x, y]) =>
            x === 12
              ? `M12 ${y - 4}a4 4 0 0 1 0 8`
              : x === 116
                ? `M116 ${y - 4}a4 4 0 0 0 0 8`
                : y === 12
                  ? `M${x - 4} 12a4 4 0 0 0 8 0`
                  : `M${x - 4} 116a4 4 0 0 1 8 0`,
          )
          .join(''),
        2.5,
      ),
    ];
  },
  frame_stars: ([gold, night], roll) => [
    print(ring(56, 41, roll), night, { ...even, shadow: '#7FB2FF' }),
    ...around(7, 49, -tau / 4).map(([x, y], i) => {
      const d = star(5, i % 2 ? 8 : 10.5, i % 2 ? 3.6 : 4.6, [x, y], roll() * 2);
      return [path(d, { fill: gold, stroke: ink, 'stroke-width': 2.5 })];
    }),
  ],
  frame_vines: ([green, lime], roll) => [
    line(arc(0, tau, (t) => 44 + 4 * Math.sin(t * tau * 5), 60) + 'Z', 9),
    line(arc(0, tau, (t) => 44 + 4 * Math.sin(t * tau * 5), 60) + 'Z', 4, green),
    ...around(11, 45, 0.3).map(([x, y], i) => {
      const turn = Math.round(
        (Math.atan2(y - 64, x - 64) * 360) / tau + (i % 2 ? 60 : -10) + 20 * roll(),
      );
      return place(
        print('M0 0Q2 -13 17 -9Q15 5 0 0Z', i % 2 ? lime : green, { width: 3, by: [2, 2] }),
        Math.round(x),
        Math.round(y),
        1,
        turn,
      );
    }),
  ],
  frame_bubbles: ([cyan, sky], roll) => [
    line(circle(64, 64, 42, roll), 4),
    ...around(9, 47).map(([x, y], i) => {
      const r = [12, 6, 9, 5, 10, 7][i % 6];
      const [cx, cy] = [x + 3 * roll(), y + 3 * roll() - 2];
      return [
        print(circle(cx, cy, r, roll, 0.05), i % 2 ? sky : cyan, { width: 3.5, by: [2, 3] }),
        r > 5 &&
          line(
            `M${text([cx - r * 0.5, cy - r * 0.1])}Q${text([cx - r * 0.4, cy - r * 0.55])} ${text([cx, cy - r * 0.55])}`,
            2,
            '#FFFFFF',
          ),
      ].filter(Boolean);
    }),
  ],
  frame_neon: ([coral, cyan], roll) => [
    ...[
      [coral, 53],
      [cyan, 45],
    ].flatMap(([tube, r]) => {
      const d = arc(r > 50 ? 0.25 : 0.9, tau - (r > 50 ? 0.25 : -0.5), r + roll(), 36);
      return [
        line(d, 15, tube, { opacity: 0.28 }),
        line(d, 8),
        line(d, 5, tube),
        line(d, 1.6, '#FFFFFF'),
      ];
    }),
    ...[
      [22, 108],
      [106, 108],
    ].map(([x, y]) =>
      print(box(x - 8, y - 4, 16, 12, roll, 1), '#8892A6', { width: 4, by: [2, 3] }),
    ),
    line('M114 76Q124 84 118 96M116 74L124 70', 3),
  ],
  frame_flames: ([red, orange, yellow], roll) => [
    ...Array.from({ length: 15 }, (_, i) => {
      const angle = -0.15 + (i * (Math.PI + 0.3)) / 14;
      const high = 12 + 7 * Math.sin(((i + 0.5) / 15) * Math.PI) + 4 * (i % 2);
      return [flame(angle, 42, high, 0.17), high, angle];
    }).flatMap(([d, high, angle]) => [
      path(d, { fill: red, stroke: ink, 'stroke-width': 4 }),
      path(flame(angle, 42, high * 0.66, 0.12), { fill: orange }),
      path(flame(angle, 42, high * 0.36, 0.07), { fill: yellow }),
    ]),
    path(ring(46, 40, roll, 0.02), { fill: ink, 'fill-rule': 'evenodd' }),
  ],
  frame_detective: ([plum, lilac], roll) => [
    print('M92 100L101 91L123 112Q125 124 113 123Z', plum, { width: 5, shadow: lilac }),
    line('M101 108L108 101', 4, lilac),
    print(ring(55, 41, roll), lilac, { ...even, shadow: plum }),
    line(arc(3.5, 4.5, 49, 8), 4, '#FFFFFF'),
    line(arc(4.7, 4.85, 49, 3), 4, '#FFFFFF'),
  ],
  frame_polaroid: ([white], roll) => [
    group(
      [
        print(`${box(14, 10, 100, 108, roll, 1)}${circle(64, 60, 41, roll)}`, white, {
          ...even,
          shadow: '#8DE0F2',
        }),
        line('M36 110Q44 104 50 110T66 109T80 110L90 107', 3, '#1B4DFF'),
      ],
      'rotate(-4 64 64)',
    ),
  ],
  frame_comet: ([night, sky, gold], roll) => [
    path(ring(54, 42, roll), {
      fill: night,
      'fill-rule': 'evenodd',
      stroke: ink,
      'stroke-width': 4,
    }),
    ...[
      [14, sky, 0.9],
      [9, '#FFFFFF', 0.85],
      [5, gold, 0.6],
    ].map(([width, colour, reach]) => polygonTail(width, colour, reach)),
    print(star(8, 17, 9, [100, 36], 0.2), gold, { width: 4, shadow: '#D7263D', by: [3, 3] }),
    path(circle(100, 36, 5), { fill: '#FFFFFF' }),
    ...[
      [22, 42],
      [34, 104],
      [84, 110],
    ].map(([x, y]) => path(star(4, 4, 1.4, [x, y]), { fill: '#FFFFFF' })),
  ],
  frame_laurel: ([gold, dark], roll) => [
    ...[-1, 1].map((side) => [
      line(arc(tau / 4, tau / 4 - side * 2.75, 47, 16), 4, dark),
      ...Array.from({ length: 9 }, (_, i) => {
        const angle = tau / 4 - side * (0.22 + i * 0.285);
        const [x, y] = point(angle, 47);
        const turn = Math.round(
          (angle * 360) / tau + side * (-90 - 30 * (i % 2 ? 1 : -1)) + 8 * roll(),
        );
        return place(
          print('M0 0Q7 -9 18 -2Q9 7 0 0Z', i % 2 ? gold : '#FFD65C', {
            width: 3,
            by: [1, 3],
            shadow: dark,
          }),
          Math.round(x),
          Math.round(y),
          1,
          turn,
        );
      }),
    ]),
    print('M50 22L46 4L57 12L64 1L71 12L82 4L78 22Z', gold, {
      width: 4,
      by: [2, 3],
      shadow: '#D7263D',
    }),
  ],
};

// From the comet's head backwards around the ring, thinner and thinner.
function polygonTail(width, colour, reach) {
  const head = Math.atan2(36 - 64, 100 - 64);
  const steps = 14;
  const outer = [];
  const inner = [];
  for (let i = 0; i <= steps; i++) {
    const angle = head - (i / steps) * reach * 4.6;
    const half = (width / 2) * (1 - i / steps);
    outer.push(point(angle, 48 + half));
    inner.unshift(point(angle, 48 - half));
  }
  return path(polygon([...outer, ...inner]), { fill: colour });
}
