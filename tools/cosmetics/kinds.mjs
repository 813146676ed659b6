// Colours, titles and packs of reactions: how each kind looks, and what makes one differ from the next.
import { icon } from './icons.mjs';
import { lettering } from './letters.mjs';
import {
  around,
  box,
  circle,
  group,
  ink,
  line,
  paper,
  path,
  place,
  polygon,
  print,
  screen,
  smooth,
  star,
} from './ink.mjs';

// ---- colours: a splash of the ink with what it is named after ------------------------------------------------

const splash = (points, long, short) => (roll) =>
  smooth(around(points * 2, (i) => (i % 2 ? short : long) + 8 * roll(), roll() * 3, [64, 60]));
const brush = (roll) => {
  const edge = (y, up) => Array.from({ length: 6 }, (_, i) => [18 + i * 19, y + up * 6 * roll()]);
  const left = [
    [10, 84],
    [20, 72],
    [8, 60],
    [18, 46],
  ];
  const right = [
    [122, 40],
    [110, 54],
    [124, 66],
    [112, 80],
  ];
  return polygon([...left, ...edge(30, -1), ...right, ...edge(92, 1).reverse()]);
};
const pot = () => 'M40 22H88V34L100 46V100Q100 108 92 108H36Q28 108 28 100V46L40 34Z';
const tube = () => 'M30 16H98L94 30L90 96H78V112H50V96H38L34 30Z';
const drop = () => 'M64 8Q104 56 102 78Q98 112 64 112Q30 112 26 78Q24 56 64 8Z';

const colours = {
  colour_paper: { shape: (roll) => box(24, 14, 80, 96, roll, 4), icon: 'sheet', shadow: '#D7263D' },
  colour_mint: { shape: tube, icon: 'leaf', tint: '#2EC4A6', shadow: '#1B4DFF' },
  colour_lemon: { shape: splash(7, 52, 34), icon: 'slice', tint: '#FFB703', shadow: '#2EC4A6' },
  colour_peach: {
    shape: (roll) => circle(64, 62, 46, roll, 0.08),
    icon: 'peach',
    tint: '#FF9F45',
    shadow: '#6A2C91',
  },
  colour_lilac: { shape: splash(5, 54, 38), icon: 'blossom', tint: '#A97BFF', shadow: '#14213D' },
  colour_sky: { shape: brush, icon: 'cloud', tint: '#FFFFFF', shadow: '#1B4DFF' },
  colour_lime: { shape: drop, icon: 'wedge', tint: '#7BB51E', shadow: '#F49AC2' },
  colour_bubblegum: {
    shape: splash(6, 50, 42),
    icon: 'bubble',
    tint: '#FF6FB5',
    shadow: '#8DE0F2',
  },
  colour_brick: {
    shape: (roll) => box(14, 26, 100, 74, roll, 5),
    icon: 'bricks',
    tint: '#E0574F',
    shadow: '#FFB703',
  },
  colour_ocean: { shape: pot, icon: 'waves', light: true, shadow: '#8DE0F2' },
  colour_plum: { shape: drop, icon: 'crown', tint: '#FFB703', shadow: '#F49AC2' },
  colour_gold: { shape: pot, icon: 'coin', tint: '#FFB703', shadow: '#D7263D' },
};

export function colour(item, roll) {
  const { shape, icon: name, tint, shadow, light } = colours[item.id];
  const body = shape(roll);
  const label = circle(64, 66, 27, roll, 0.05);
  return [
    print(body, item.value, { shadow, by: [5, 6] }),
    ...screen('s', body, shadow, { size: 9, dot: 1.1 }),
    light ? [] : [path(label, { fill: paper, transform: 'translate(1.5 1)' }), line(label, 3)],
    place(
      light
        ? icon(name, tint, 6).map((part) => part.map((d) => d && d.replace(ink, item.ink)))
        : icon(name, tint),
      64,
      66,
      light ? 1.25 : 1.05,
      -6,
    ),
    ...[
      [18, 20, 4],
      [108, 18, 5.5],
      [112, 104, 4],
    ].map(([x, y, r]) =>
      print(circle(x, y, r, roll, 0.1), item.value, { width: 3, by: [1.5, 2], shadow }),
    ),
  ];
}

// ---- titles: stamps, ribbons, tickets -----------------------------------------------------------------------

const ribbon = 'M6 52L22 46V40H106V46L122 52L114 66L122 84L106 80V90H22V80L6 84L14 66Z';
const shapes = {
  ribbon: () => [ribbon, [72, 22, 65]],
  ticket: () => ['M8 36H120V52A10 10 0 0 0 120 74V92H8V74A10 10 0 0 0 8 52Z', [80, 34, 64]],
  burst: () => [star(14, 60, 49, [64, 64]), [76, 32, 64]],
  stamp: (roll) => [box(8, 30, 112, 68, roll, 3), [92, 36, 64]],
  tag: () => ['M6 68L30 36H120V100H30Z', [76, 42, 70]],
  bubble: () => [
    'M12 26Q64 12 116 26Q124 66 110 88Q76 96 54 92L34 114L36 90Q4 82 12 26Z',
    [92, 34, 58],
  ],
  seal: (roll) => [smooth(around(26, (i) => (i % 2 ? 58 : 53), roll(), [64, 64])), [80, 46, 74]],
  shield: () => ['M14 22Q40 26 64 12Q88 26 114 22Q122 88 64 118Q6 88 14 22Z', [80, 34, 56]],
  board: () => ['M10 30L118 24L122 96L6 100Z', [92, 38, 63]],
  wave: () => ['M6 42Q36 24 64 40T122 38V88Q92 104 64 88T6 92Z', [96, 32, 65]],
  hexagon: () => [polygon(around(6, 60, 0, [64, 64])), [78, 34, 64]],
  scroll: () => [
    'M20 28H112Q122 28 120 38Q118 46 108 44V88Q110 102 98 102H14Q6 102 8 94Q10 86 20 88Z',
    [76, 34, 63],
  ],
  marquee: (roll) => [box(8, 26, 112, 76, roll, 1), [94, 34, 66]],
  plaque: () => [
    'M20 22H108Q108 34 120 34V94Q108 94 108 106H20Q20 94 8 94V34Q20 34 20 22Z',
    [88, 34, 64],
  ],
};

const titles = {
  title_newcomer: {
    shape: 'tag',
    fill: '#B6E34B',
    shadow: '#2EC4A6',
    icon: 'sprout',
    tint: '#2EC4A6',
    at: [100, 26],
    turn: -4,
  },
  title_night_owl: {
    shape: 'seal',
    fill: '#0E1530',
    letters: '#FFB703',
    shadow: '#7FB2FF',
    icon: 'owl',
    tint: '#C3A6FF',
    at: [64, 26],
    turn: 3,
  },
  title_snack_boss: {
    shape: 'burst',
    fill: '#FFB703',
    shadow: '#D7263D',
    icon: 'popcorn',
    at: [98, 98],
    turn: -6,
  },
  title_chatterbox: {
    shape: 'bubble',
    fill: '#8DE0F2',
    shadow: '#1B4DFF',
    icon: 'talk',
    tint: '#FFFFFF',
    at: [100, 96],
    turn: -3,
  },
  title_quiet_one: {
    shape: 'wave',
    fill: '#C3A6FF',
    shadow: '#6A2C91',
    icon: 'hush',
    tint: '#F49AC2',
    at: [98, 30],
    turn: 3,
  },
  title_bluffer: {
    shape: 'ticket',
    fill: '#FF6B6B',
    shadow: '#6A2C91',
    icon: 'cards',
    tint: '#FFFFFF',
    at: [104, 26],
    turn: -5,
  },
  title_gut_feeling: {
    shape: 'hexagon',
    fill: '#F49AC2',
    shadow: '#D7263D',
    icon: 'belly',
    tint: '#D7263D',
    at: [64, 106],
    turn: 0,
  },
  title_prime_suspect: {
    shape: 'stamp',
    fill: paper,
    letters: '#D7263D',
    edge: '#D7263D',
    shadow: '#F49AC2',
    icon: 'finger',
    tint: '#FFB703',
    at: [104, 30],
    turn: -9,
  },
  title_alibi: {
    shape: 'scroll',
    fill: '#FFF6E5',
    shadow: '#FF9F45',
    icon: 'cat',
    tint: '#FF9F45',
    at: [100, 104],
    turn: 2,
  },
  title_late: {
    shape: 'ribbon',
    fill: '#7FB2FF',
    shadow: '#FFB703',
    icon: 'clock',
    at: [64, 24],
    turn: -4,
  },
  title_inspector: {
    shape: 'shield',
    fill: '#1B4DFF',
    letters: '#FFF6E5',
    shadow: '#FFB703',
    icon: 'badge',
    tint: '#FFB703',
    at: [64, 100],
    turn: 0,
  },
  title_lucky_guess: {
    shape: 'board',
    fill: '#2EC4A6',
    shadow: '#14213D',
    icon: 'die',
    tint: '#FFFFFF',
    at: [102, 102],
    turn: 4,
  },
  title_mastermind: {
    shape: 'marquee',
    fill: '#6A2C91',
    letters: '#FFF6E5',
    shadow: '#F49AC2',
    icon: 'brain',
    tint: '#F49AC2',
    at: [64, 24],
    turn: -2,
    lamps: true,
  },
  title_legend: {
    shape: 'plaque',
    fill: '#FFD65C',
    shadow: '#B8860B',
    icon: 'trophy',
    tint: '#FFB703',
    at: [64, 22],
    turn: 2,
    lamps: true,
  },
};

// On one line, or on two of about the same length.
function lines(text) {
  if (text.length <= 8) return [text];
  const words = text.split(' ');
  if (words.length === 1) return [text];
  const cut = words
    .map((_, i) => i)
    .slice(1)
    .sort((a, b) => widest(words, a) - widest(words, b))[0];
  return [words.slice(0, cut).join(' '), words.slice(cut).join(' ')];
}
const widest = (words, cut) =>
  Math.max(words.slice(0, cut).join(' ').length, words.slice(cut).join(' ').length);

export function title(item, roll) {
  const {
    shape,
    fill,
    letters = ink,
    shadow,
    icon: name,
    tint,
    at,
    turn,
    edge,
    lamps,
  } = titles[item.id];
  const [body, [width, height, middle]] = shapes[shape](roll);
  const rows = lines(item.text);
  const each = rows.length === 1 ? Math.min(height, 26) : height / 2 - 2;
  // Lamps along both long sides.
  const bulbs = lamps
    ? [0, 1, 2, 3, 4].flatMap((i) =>
        [32, 96].map((y) => path(circle(20 + i * 22, y, 2.6), { fill: '#FFF6E5' })),
      )
    : [];
  return [
    group(
      [
        print(body, fill, { shadow, by: [5, 6] }),
        bulbs,
        edge ? line(box(14, 36, 100, 56, roll, 2), 3, edge) : [],
        rows.map((row, i) =>
          lettering(
            row,
            64,
            rows.length === 1 ? middle : middle + (i * 2 - 1) * (each / 2 + 3.5),
            width,
            each,
            roll,
            { colour: letters },
          ),
        ),
      ],
      `rotate(${turn} 64 64)`,
    ),
    place(
      [
        path(circle(0, 0, 20), { fill: paper, stroke: ink, 'stroke-width': 4 }),
        icon(name, tint, 3.6),
      ],
      ...at,
      0.78,
      turn + 6,
    ),
  ];
}

// ---- packs: a printed paper bag and what is in it -------------------------------------------------------------

const packs = {
  reactions_snacks: {
    fill: '#FF6B6B',
    shadow: '#FFB703',
    icons: ['pizza', 'donut', 'popcorn'],
    pattern: 'stripes',
  },
  reactions_zoo: {
    fill: '#B6E34B',
    shadow: '#2EC4A6',
    icons: ['duck', 'cat', 'owl'],
    tint: '#FF9F45',
    pattern: 'dots',
  },
  reactions_weather: {
    fill: '#A9D4FF',
    shadow: '#1B4DFF',
    icons: ['bolt', 'cloud', 'sun'],
    tint: '#FFFFFF',
    pattern: 'rain',
  },
  reactions_drama: {
    fill: '#D7263D',
    shadow: '#6A2C91',
    icons: ['mask', 'tragic', 'blossom'],
    tint: '#F49AC2',
    pattern: 'curtain',
  },
  reactions_detective: {
    fill: '#C9A26B',
    shadow: '#14213D',
    icons: ['lens', 'prints', 'clip'],
    tint: '#8DE0F2',
    pattern: 'plain',
  },
  reactions_office: {
    fill: '#FFF6E5',
    shadow: '#7FB2FF',
    icons: ['cup', 'clock', 'chart'],
    tint: '#2EC4A6',
    pattern: 'grid',
  },
  reactions_space: {
    fill: '#0E1530',
    shadow: '#C3A6FF',
    icons: ['rocket', 'planet', 'badge'],
    tint: '#FF9F45',
    pattern: 'stars',
  },
  reactions_royal: {
    fill: '#6A2C91',
    shadow: '#FFB703',
    icons: ['crown', 'castle', 'trophy'],
    tint: '#FFB703',
    pattern: 'diamonds',
  },
};

const bag = 'M22 18L31 24L40 18L48 24L56 18L64 24L72 18L80 24L88 18L97 24L106 18L110 112H18Z';
const clipped = (parts) => [
  `<clipPath id="b"><path d="${bag}"/></clipPath>`,
  `<g clip-path="url(#b)">${parts.flat(9).join('')}</g>`,
];
const patterns = {
  plain: () => [line('M64 24V112M18 40H110', 3, '#A87F45')],
  stripes: () => [26, 50, 74, 98].map((x) => line(`M${x} 16L${x - 4} 114`, 11, '#FFF6E5')),
  dots: (s) => screen('s', bag, s, { size: 13, dot: 3 }),
  rain: () => [
    line(
      'M30 34l-6 14M56 30l-6 14M84 32l-6 14M104 44l-6 14M28 84l-6 14M106 88l-6 14M64 100l-4 10',
      4,
      '#1B4DFF',
    ),
  ],
  curtain: () =>
    [28, 46, 64, 82, 100].map((x) => line(`M${x} 18Q${x - 6} 60 ${x} 114`, 6, '#8F1526')),
  grid: () => [
    line(
      'M18 38H110M18 56H110M18 74H110M18 92H110M36 18V114M55 18V114M74 18V114M92 18V114',
      1.5,
      '#7FB2FF',
    ),
  ],
  stars: (_, roll) =>
    Array.from({ length: 13 }, () =>
      path(star(4, 4.5, 1.5, [24 + 80 * roll(), 30 + 76 * roll()]), { fill: '#FFF6E5' }),
    ),
  diamonds: () => [screen('s', bag, '#8A46B8', { size: 16, dot: 5 })],
};

export function reactions(item, roll) {
  const {
    fill,
    shadow,
    icons: [big, left, right],
    tint,
    pattern,
  } = packs[item.id];
  const sticker = (name, x, y, scale, turn) =>
    place(
      [
        path(circle(0, 0, 25, roll, 0.06), { fill: '#FFFFFF', stroke: ink, 'stroke-width': 4 }),
        icon(name, tint),
      ],
      x,
      y,
      scale,
      turn,
    );
  return [
    print(bag, fill, { shadow, by: [5, 6] }),
    clipped(patterns[pattern](shadow, roll)),
    line(bag, 5),
    line('M20 34H108', 3, ink, { 'stroke-dasharray': '5 6' }),
    sticker(left, 30, 94, 0.72, -14),
    sticker(right, 99, 95, 0.72, 12),
    sticker(big, 64, 64, 1.18, -5),
  ];
}
