// Capitals as a marker draws them: strokes on a grid of 10 x 14, baseline at 14.
import { line } from './ink.mjs';

const strokes = {
  A: [9, 'M0 14L4.5 0L9 14M1.8 9.5L7.4 9.2'],
  B: [8, 'M0 0V14M0 0Q8 0 7 3.4Q6.4 6.6 0 6.6Q8.6 6.6 8 10.4Q7.4 14 0 14'],
  C: [8, 'M8 2.4Q5 -1.4 1.8 2Q-1.4 7 1.6 12Q5 15.4 8 11.6'],
  D: [8.5, 'M0 0V14M0 0Q8.6 0 8.4 7Q8.2 14 0 14'],
  E: [7, 'M7 0H0V14H7.2M0 6.8H5.6'],
  F: [7, 'M7 0H0V14M0 6.8H5.6'],
  G: [8.6, 'M8 2.4Q5 -1.4 1.8 2Q-1.4 7 1.6 12Q5 15.6 8.4 12V7.6H5'],
  H: [8, 'M0 0V14M8 0V14M0 7H8'],
  I: [1, 'M.5 0V14'],
  J: [6, 'M5.6 0V10.4Q5 15 1.6 13.6Q.2 13 0 11'],
  K: [8, 'M0 0V14M7.6 0L0 8.2M2.8 5.6L8 14'],
  L: [6.6, 'M0 0V14H6.6'],
  M: [10, 'M0 14L.8 0L5 9L9.2 0L10 14'],
  N: [8, 'M0 14V0L8 14V0'],
  O: [9, 'M4.5 0Q-.2 0 0 7Q.2 14 4.5 14Q9 14 9 7Q9 0 4.5 0'],
  P: [7.6, 'M0 14V0Q8 -.4 7.6 4Q7.2 8 0 7.6'],
  Q: [9, 'M4.5 0Q-.2 0 0 7Q.2 14 4.5 14Q9 14 9 7Q9 0 4.5 0M5.4 10L9.4 14.8'],
  R: [8, 'M0 14V0Q8 -.4 7.6 3.8Q7.2 7.4 0 7.2M3.6 7.2L8 14'],
  S: [7.4, 'M7 2Q3.6 -1.4 1 1.6Q-.8 5 3.8 6.6Q8.6 8.6 6.8 12Q4 15.2 0 12'],
  T: [8, 'M0 0H8M4 0V14'],
  U: [8, 'M0 0V9Q.4 14 4 14Q7.6 14 8 9V0'],
  V: [8.6, 'M0 0L4.3 14L8.6 0'],
  W: [12, 'M0 0L3 14L6 4L9 14L12 0'],
  X: [8, 'M0 0L8 14M8 0L0 14'],
  Y: [8, 'M0 0L4 7L8 0M4 7V14'],
  Z: [7.6, 'M0 0H7.4L0 14H7.6'],
  ' ': [4, ''],
};
const gap = 4.2;

const widthOf = (text) =>
  [...text].reduce((sum, letter) => sum + strokes[letter][0] + gap, 0) - gap;

// Centred at (x, y), at most `width` wide and `height` high; every letter leans its own way.
export function lettering(text, x, y, width, height, roll, { weight_max = 4.4, colour } = {}) {
  const capitals = text.toUpperCase();
  const natural = widthOf(capitals);
  const scale = Math.min(width / natural, height / 14);
  const weight = Math.min(weight_max, 2.3 * scale); // thin enough to read where letters are small
  let pen = x - (natural * scale) / 2;
  const fixed = (value) => value.toFixed(1).replace(/\.0$/, '');
  return [...capitals].map((letter) => {
    const [advance, d] = strokes[letter];
    const lean = 5 * (2 * roll() - 1);
    const top = y - 7 * scale + scale * (2 * roll() - 1) * 0.6;
    const move = `translate(${fixed(pen)} ${fixed(top)})rotate(${fixed(lean)})scale(${scale.toFixed(2)})`;
    pen += (advance + gap) * scale;
    return d && line(d, fixed(weight / scale), colour, { transform: move });
  });
}
