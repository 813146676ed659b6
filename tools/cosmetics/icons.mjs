// Small things, about 40 x 40 around the origin, each a list of [path, ink] from back to front; an ink of null is
// a line only.
import { around, circle, line, path, smooth, star } from './ink.mjs';

const o = (x, y, r) => circle(x, y, r);
const petals = (n, r, size) => around(n, r, 0, [0, 0]).map(([x, y]) => [o(x, y, size), 'main']);

// `main` stands for the colour that the caller gives.
export const icons = {
  sheet: [
    ['M-13 -17H6L14 -9V17H-13Z', '#FFFFFF'],
    ['M6 -17V-9H14', null],
    ['M-7 -5H7M-7 2H8M-7 9H3', null],
  ],
  leaf: [
    ['M-15 14Q-18 -12 15 -16Q17 15 -15 14Z', 'main'],
    ['M-15 14Q-2 2 8 -8M-4 4L-5 -5M2 -2L9 0', null],
  ],
  slice: [
    [o(0, 0, 17), 'main'],
    [o(0, 0, 12), '#FFF6E5'],
    ['M0 -12V12M-10 -6L10 6M-10 6L10 -6', null],
  ],
  wedge: [
    ['M-18 -6A18 18 0 0 0 18 -6Z', 'main'],
    ['M-12 -5A12 12 0 0 0 12 -5Z', '#FFF6E5'],
    ['M0 -5V7M-7 -4L-4 4M7 -4L4 4', null],
  ],
  peach: [
    ['M0 -8Q-18 -16 -17 3Q-14 18 0 17Q14 18 17 3Q18 -16 0 -8Z', 'main'],
    ['M0 -8Q-6 2 0 8', null],
    ['M0 -9Q4 -20 15 -17Q12 -8 0 -9Z', '#2EC4A6'],
  ],
  blossom: [...petals(5, 10, 8), [o(0, 0, 5), '#FFB703']],
  cloud: [['M-16 11Q-22 2 -12 -2Q-10 -14 2 -11Q12 -14 13 -3Q22 0 17 11Z', 'main']],
  bubble: [
    [o(0, 0, 17), 'main'],
    ['M-10 -3Q-8 -10 -1 -11', null],
    [o(16, 15, 4), 'main'],
  ],
  bricks: [
    ['M-18 -14H18V14H-18Z', 'main'],
    ['M-18 -5H18M-18 5H18M-4 -14V-5M9 -5V5M-10 -5V5M1 5V14', null],
  ],
  waves: [
    ['M-19 -8Q-12 -18 -5 -8T9 -8T20 -10', null],
    ['M-19 3Q-12 -7 -5 3T9 3T20 1', null],
    ['M-19 14Q-12 4 -5 14T9 14T20 12', null],
  ],
  crown: [
    ['M-18 12L-19 -9L-9 0L0 -15L9 0L19 -9L18 12Z', 'main'],
    ['M-17 6H17', null],
    [o(0, -15, 3), '#D7263D'],
  ],
  coin: [
    [o(0, 0, 17), 'main'],
    [star(5, 10, 4.5, [0, 0]), '#FFF6E5'],
  ],
  pizza: [
    ['M-17 -11Q0 -20 17 -11L0 19Z', '#FFB703'],
    ['M-15 -7Q0 -15 15 -7', null],
    [o(-4, -1, 4), '#D7263D'],
    [o(6, -3, 3.4), '#D7263D'],
    [o(1, 8, 3), '#D7263D'],
  ],
  donut: [
    [o(0, 0, 16), '#F49AC2'],
    [o(0, 0, 6), '#FFF6E5'],
    ['M-10 -4L-7 -8M8 -9L11 -5M-6 10L-9 8M6 9L10 8', null],
  ],
  duck: [
    ['M-16 6Q-18 18 0 18Q17 18 17 4Q10 6 4 2Q-12 -2 -16 6Z', '#FFB703'],
    [o(-8, -6, 10), '#FFB703'],
    ['M-17 -5L-25 -2L-16 1Z', '#FF6B6B'],
    ['M-8 -8V-7M2 9Q8 12 12 8', null],
  ],
  bolt: [['M4 -20L-13 3H-2L-6 20L13 -5H2Z', '#FFB703']],
  sun: [
    [star(9, 19, 12, [0, 0]), '#FFB703'],
    [o(0, 0, 9), '#FF9F45'],
  ],
  mask: [
    ['M-17 -13Q0 -7 17 -13Q20 14 0 18Q-20 14 -17 -13Z', '#FFFFFF'],
    ['M-10 -3Q-6 -7 -3 -3M4 -3Q7 -7 11 -3', null],
    ['M-8 6Q0 15 9 6Q0 9 -8 6Z', '#D7263D'],
  ],
  tragic: [
    ['M-17 -13Q0 -7 17 -13Q20 14 0 18Q-20 14 -17 -13Z', '#7FB2FF'],
    ['M-10 -4L-4 -2M5 -2L11 -4M-7 11Q0 3 8 11', null],
  ],
  lens: [
    ['M9 9L20 20', null, 9],
    [o(-3, -3, 14), 'main'],
    ['M-10 -5Q-8 -11 -1 -11', null],
  ],
  prints: [
    ['M-11 -16Q-3 -18 -3 -8Q-4 0 -9 0Q-15 -2 -15 -9Z', 'main'],
    ['M-12 4L-5 5Q-5 11 -9 11Q-13 11 -12 4Z', 'main'],
    ['M6 -6Q14 -8 14 2Q13 10 8 10Q2 8 2 1Z', 'main'],
    ['M5 14L12 15Q12 20 8 20Q4 20 5 14Z', 'main'],
  ],
  cup: [
    ['M12 -2Q22 -3 20 6Q18 11 10 10', null],
    ['M-16 -6H13L10 15Q-2 20 -12 15Z', 'main'],
    ['M-9 -11Q-12 -15 -8 -19M0 -11Q-3 -15 1 -19', null],
  ],
  clip: [
    ['M-9 -4V10Q-9 19 0 19Q9 19 9 10V-11Q9 -18 3 -18Q-4 -18 -4 -11V8Q-4 12 0 12Q4 12 4 8V-4', null],
  ],
  chart: [
    ['M-17 -16V16H18', null],
    ['M-11 16V6H-5V16ZM-1 16V-2H5V16ZM9 16V-11H15V16Z', 'main'],
  ],
  rocket: [
    ['M-8 8L-17 16L-6 17ZM8 8L17 16L6 17Z', '#D7263D'],
    ['M0 -21Q12 -8 9 13H-9Q-12 -8 0 -21Z', '#FFFFFF'],
    [o(0, -4, 4.5), '#7FB2FF'],
    ['M-5 13L0 24L5 13Z', '#FFB703'],
  ],
  planet: [
    [o(0, 0, 12), 'main'],
    ['M-11 5Q-24 12 -19 3Q-14 -2 -11 -3M11 -5Q24 -13 20 -4Q12 8 -8 8', null],
  ],
  castle: [
    ['M-17 17V-12H-10V-6H-4V-12H4V-6H10V-12H17V17Z', 'main'],
    ['M-5 17V8Q0 2 5 8V17Z', '#14213D'],
    ['M0 -12V-21L9 -18L0 -15', '#D7263D'],
  ],
  owl: [
    ['M-16 -15L-8 -11Q0 -14 8 -11L16 -15Q19 17 0 18Q-19 17 -16 -15Z', 'main'],
    [o(-7, -3, 6), '#FFFFFF'],
    [o(7, -3, 6), '#FFFFFF'],
    ['M-7 -3V-2M7 -3V-2', null, 5],
    ['M-3 4L0 9L3 4Z', '#FFB703'],
  ],
  sprout: [
    ['M0 17V-2', null],
    ['M0 0Q-16 2 -16 -13Q-1 -14 0 0Z', 'main'],
    ['M0 -3Q3 -17 17 -15Q16 -2 0 -3Z', 'main'],
  ],
  talk: [
    ['M-18 -13Q0 -19 18 -13Q21 3 14 8Q4 11 -3 9L-12 18L-10 8Q-22 4 -18 -13Z', 'main'],
    ['M-9 -6H9M-9 1H4', null],
  ],
  hush: [
    ['M-17 0Q-6 -10 0 -4Q6 -10 17 0Q0 16 -17 0Z', 'main'],
    ['M-17 0Q0 5 17 0M-3 -13L2 15', null],
  ],
  cards: [
    ['M-15 -11L1 -16L8 9L-8 14Z', '#FFFFFF'],
    ['M-2 -14L15 -10L9 15L-8 10Z', 'main'],
    [star(4, 7, 3.2, [3, 1]), '#D7263D'],
  ],
  belly: [
    ['M0 17Q-20 3 -17 -8Q-11 -19 0 -8Q11 -19 17 -8Q20 3 0 17Z', 'main'],
    ['M-12 -1H-6L-3 -8L2 7L5 -1H12', null],
  ],
  finger: [
    ['M-6 17V3Q-14 4 -14 -3Q-13 -7 -5 -6V-17Q-1 -22 3 -17V-3Q14 -6 15 3Q15 12 10 17Z', 'main'],
    ['M3 -3V3M9 -3V3', null],
  ],
  cat: [
    ['M-15 -17L-7 -10H7L15 -17Q21 15 0 16Q-21 15 -15 -17Z', 'main'],
    ['M-7 -2V0M7 -2V0M-3 6L0 8L3 6M-12 5L-21 3M12 5L21 3', null],
  ],
  clock: [
    [o(0, 0, 17), '#FFFFFF'],
    ['M0 -10V0L8 5', null],
    ['M-13 -15L-18 -10M13 -15L18 -10', null],
  ],
  badge: [
    [star(6, 19, 11, [0, 0]), 'main'],
    [o(0, 0, 6), '#FFF6E5'],
  ],
  die: [
    ['M-14 -10L2 -17L15 -7L13 9L-2 17L-15 7Z', 'main'],
    ['M-7 -3V-2M3 -10V-9M8 0V1M-3 8V9M2 2V3', null, 5],
  ],
  brain: [
    ['M0 -15Q-11 -20 -14 -9Q-21 -3 -15 5Q-13 17 0 14Q13 17 15 5Q21 -3 14 -9Q11 -20 0 -15Z', 'main'],
    ['M0 -15V14M-14 -9Q-8 -9 -7 -4M14 -9Q8 -8 8 -3M-15 5Q-9 2 -6 7M15 5Q10 3 6 8', null],
  ],
  trophy: [
    ['M-11 -17H11Q12 3 0 6Q-12 3 -11 -17Z', 'main'],
    ['M-11 -12Q-21 -13 -17 -4Q-14 0 -9 -1M11 -12Q21 -13 17 -4Q14 0 9 -1M0 6V12', null],
    ['M-9 12H9V18H-9Z', 'main'],
  ],
  popcorn: [
    ['M-12 -4L-8 18H8L12 -4Z', '#FF6B6B'],
    [smooth(around(9, 9, 0, [0, -9])), '#FFF6E5'],
    ['M-4 -3L-3 17M5 -3L4 17', null],
  ],
};

export function icon(name, colour, width = 3) {
  return icons[name].map(([d, fill, stroke]) => [
    fill && path(d, { fill: fill === 'main' ? colour : fill, transform: 'translate(1 .8)' }),
    line(d, stroke ?? width),
  ]);
}
