// A QR code drawn as one SVG path.
import { generate } from 'lean-qr/nano';

interface QrProps {
  text: string;
  label: string;
}

export default function Qr({ text, label }: QrProps) {
  const code = generate(text);
  let path = '';
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  }
  const edge = 3; // quiet zone, in modules
  const side = code.size + 2 * edge;
  return (
    <svg
      class="qr"
      viewBox={`${-edge} ${-edge} ${side} ${side}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect x={-edge} y={-edge} width={side} height={side} fill="#FFFFFF" />
      <path d={path} fill="#14213D" />
    </svg>
  );
}
