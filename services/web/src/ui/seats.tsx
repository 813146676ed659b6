// How players look: a seat is a colour, a shape and a pattern (never colour alone); a person is an avatar.
import { avatars } from '../state/session';

interface SeatStyle {
  color: string;
  shape: string;
  name: string;
}

// viewBox 0 0 48 48
const seatStyles: SeatStyle[] = [
  { color: '#FFB703', name: 'circle', shape: 'M24 3a21 21 0 1 1 0 42 21 21 0 0 1 0-42z' },
  { color: '#2EC4A6', name: 'triangle', shape: 'M24 3 46 43H2z' },
  { color: '#FF6B6B', name: 'square', shape: 'M5 5h38v38H5z' },
  { color: '#7FB2FF', name: 'diamond', shape: 'M24 1 47 24 24 47 1 24z' },
  {
    color: '#B6E34B',
    name: 'star',
    shape: 'm24 1 6.6 15.2L47 17.8 34.6 28.7 38.3 45 24 36.4 9.7 45l3.7-16.3L1 17.8l16.4-1.6z',
  },
  {
    color: '#F49AC2',
    name: 'heart',
    shape:
      'M24 45C8 33 2 25 2 16 2 8 8 3 14 3c5 0 8 3 10 7 2-4 5-7 10-7 6 0 12 5 12 13 0 9-6 17-22 29z',
  },
  { color: '#FFFFFF', name: 'cross', shape: 'M15 2h18v13h13v18H33v13H15V33H2V15h13z' },
  { color: '#C3A6FF', name: 'hexagon', shape: 'M13 4h22l12 20-12 20H13L1 24z' },
  {
    color: '#FF9F45',
    name: 'drop',
    shape: 'M24 1c9 12 16 18 16 28a16 16 0 0 1-32 0C8 19 15 13 24 1z',
  },
  {
    color: '#8DE0F2',
    name: 'moon',
    shape: 'M31 2C16 3 6 13 6 25s10 21 22 21c8 0 13-3 16-8-14 2-23-5-23-16C21 12 25 6 31 2z',
  },
];

export function seatStyle(seat: number): SeatStyle {
  return seatStyles[((seat % 10) + 10) % 10]!;
}

// One drawing per pattern, laid over the seat's colour. Rendered once per page.
const patterns = [
  <circle cx="4" cy="4" r="1.3" />,
  <path d="M0 4h8" />,
  <path d="M4 0v8" />,
  <path d="M0 0 8 8" />,
  <path d="M8 0 0 8" />,
  <path d="M0 0 8 8M8 0 0 8" />,
  <path d="M0 4h8M4 0v8" />,
  <path d="m0 6 4-4 4 4" />,
  <path d="M0 4q2-3 4 0t4 0" />,
  <rect x="2.5" y="2.5" width="3" height="3" />,
];

export function SeatPatterns() {
  return (
    <svg width="0" height="0" class="defs" aria-hidden="true">
      <defs>
        {patterns.map((drawing, i) => (
          <pattern id={`seat-${i}`} width="8" height="8" patternUnits="userSpaceOnUse">
            <g fill="none" stroke="#14213D" stroke-width="1" opacity=".3">
              {drawing}
            </g>
          </pattern>
        ))}
      </defs>
    </svg>
  );
}

// Ink drawings in 24 x 24; `f` parts are filled with ink.
const faces: Record<string, { d: string; f?: string }> = {
  fox: {
    d: 'M3 4l5 4h8l5-4-2 10-7 7-7-7zM9 17l3 2 3-2',
    f: 'M8 11h2v2H8zM14 11h2v2h-2zM11 17h2l-1 2z',
  },
  owl: {
    d: 'M4 4l4 3h8l4-3v10c0 5-4 7-8 7s-8-2-8-7zM12 12l-1.5 3h3z',
    f: 'M8 9a2 2 0 1 0 .1 0zM16 9a2 2 0 1 0 .1 0z',
  },
  cat: {
    d: 'M4 3l5 4h6l5-4v11a8 7 0 0 1-16 0zM1 13l5 1M1 17l5-1M23 13l-5 1M23 17l-5-1M12 15v2l-2 1M12 17l2 1',
    f: 'M8 10h1.6v3H8zM14.4 10H16v3h-1.6zM11 14h2l-1 1.5z',
  },
  crab: {
    d: 'M4 15a8 5 0 0 1 16 0c0 3-4 5-8 5s-8-2-8-5zM9 10V6M15 10V6M4 13C1 11 1 6 4 4l1 3 3-1M20 13c3-2 3-7 0-9l-1 3-3-1M10 16h4',
    f: 'M9 4a1.5 1.5 0 1 0 .1 0zM15 4a1.5 1.5 0 1 0 .1 0z',
  },
  ghost: {
    d: 'M5 21V10a7 7 0 0 1 14 0v11l-2.5-2-2.2 2L12 19l-2.3 2-2.2-2z',
    f: 'M9 9a1.5 2 0 1 0 .1 0zM15 9a1.5 2 0 1 0 .1 0zM11 15h2v2h-2z',
  },
  moth: {
    d: 'M12 8v12M12 9C8 2 2 3 2 8s4 7 10 5M12 9c4-7 10-6 10-1s-4 7-10 5M12 14c-5 0-7 3-6 6s5 1 6-3M12 14c5 0 7 3 6 6s-5 1-6-3M12 8 9 3M12 8l3-5',
    f: 'M6 7a1.5 1.5 0 1 0 .1 0zM18 7a1.5 1.5 0 1 0 .1 0z',
  },
  toad: {
    d: 'M3 14c0-5 4-7 9-7s9 2 9 7-4 7-9 7-9-2-9-7zM5 9a3 3 0 1 1 5-2M19 9a3 3 0 1 0-5-2M7 15q5 4 10 0',
    f: 'M7 6a1.3 1.3 0 1 0 .1 0zM17 6a1.3 1.3 0 1 0 .1 0z',
  },
  bun: {
    d: 'M2 16C2 9 7 6 12 6s10 3 10 10c0 3-20 3-20 0zM12 6q-2-2 0-4M8 9q1-2 4-3M16 9q-1-2-4-3M10 16q2 2 4 0',
    f: 'M8 12h1.8v2H8zM14 12h1.8v2H14z',
  },
  lamp: {
    d: 'M12 1v3M8 4h8M6 8q6-4 12 0v9q-6 4-12 0zM8 21h8M12 20v3M6 11h12M6 15h12',
    f: 'M9 12h1.8v2H9zM13.2 12H15v2h-1.8z',
  },
  fish: {
    d: 'M2 12c4-7 12-7 16-1l4-4v10l-4-4c-4 6-12 6-16-1zM9 9q3 3 0 6M3 13h3',
    f: 'M6 9.5a1.3 1.3 0 1 0 .1 0z',
  },
  pot: {
    d: 'M5 8h14l1 6c0 5-3 7-8 7s-8-2-8-7zM4 8h16M10 5h4M20 10c4 0 4 5 0 6M10 16h4',
    f: 'M8.5 11h1.8v2.5H8.5zM13.7 11h1.8v2.5h-1.8zM11 3h2v2h-2z',
  },
  imp: {
    d: 'M5 13a7 7 0 0 1 14 0c0 5-3 8-7 8s-7-3-7-8zM6 9C3 8 2 5 3 2c2 1 4 3 5 5M18 9c3-1 4-4 3-7-2 1-4 3-5 5M8 16q4 4 8 0',
    f: 'M8 11l3 1.5-2.5 1zM16 11l-3 1.5 2.5 1z',
  },
};

function faceOf(avatar: string, id: string): { d: string; f?: string } {
  const known = faces[avatar];
  if (known) return known;
  let hash = 7;
  for (const letter of id + avatar) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return faces[avatars[hash % avatars.length]!]!;
}

function Face({ avatar, id }: { avatar: string; id: string }) {
  const face = faceOf(avatar, id);
  return (
    <>
      <path
        d={face.d}
        fill="none"
        stroke="#14213D"
        stroke-width="1.8"
        stroke-linejoin="round"
        stroke-linecap="round"
      />
      {face.f && <path d={face.f} fill="#14213D" />}
    </>
  );
}

export function Avatar({ avatar, size = 44 }: { avatar: string; size?: number }) {
  return (
    <svg class="avatar" viewBox="-2 -2 28 28" width={size} height={size} aria-hidden="true">
      <Face avatar={avatar} id={avatar} />
    </svg>
  );
}

interface BadgeProps {
  seat: number;
  avatar?: string;
  id?: string;
  size?: number;
  dim?: boolean;
}

// The mark of a seat; names stand beside it, so it is hidden from screen readers.
export function SeatBadge({ seat, avatar, id = '', size = 48, dim = false }: BadgeProps) {
  const style = seatStyle(seat);
  return (
    <svg
      class={`badge${dim ? ' dim' : ''}`}
      viewBox="-3 -3 56 56"
      width={size}
      height={size}
      aria-hidden="true"
    >
      <path d={style.shape} transform="translate(3 3)" fill="var(--shadow, #D7263D)" />
      <path d={style.shape} fill={style.color} />
      <path
        d={style.shape}
        fill={`url(#seat-${seat % 10})`}
        stroke="#14213D"
        stroke-width="3"
        stroke-linejoin="round"
      />
      {avatar !== undefined && (
        <g transform="translate(10 11.5) scale(1.15)">
          <Face avatar={avatar} id={id} />
        </g>
      )}
    </svg>
  );
}

// A small mark for counts ("who suspects whom"): the plain shape.
export function Pip({ seat, label }: { seat: number; label?: string }) {
  const style = seatStyle(seat);
  return (
    <svg
      class="pip"
      viewBox="-3 -3 54 54"
      width="20"
      height="20"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : 'true'}
    >
      <path
        d={style.shape}
        fill={style.color}
        stroke="#14213D"
        stroke-width="5"
        stroke-linejoin="round"
      />
    </svg>
  );
}
