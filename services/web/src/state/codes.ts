// Room codes: letters without I, L, O, so what looks like another letter can be folded.
const folds: Record<string, string> = {
  '0': 'Q',
  O: 'Q',
  '1': 'J',
  I: 'J',
  L: 'J',
  '5': 'S',
  '8': 'B',
  '2': 'Z',
  '6': 'G',
};

export const code_length_min = 4;
export const code_length_max = 5;

// What somebody typed or pasted (a link, lower case, spaces) -> at most five letters of a code.
export function foldCode(text: string): string {
  const tail =
    text
      .trim()
      .replace(/^https?:\/\/[^/]*/i, '')
      .replace(/[?#].*$/, '')
      .split('/')
      .filter(Boolean)
      .pop() ?? '';
  return [...tail.normalize('NFKD').toUpperCase()]
    .map((letter) => folds[letter] ?? letter)
    .filter((letter) => /^[A-Z]$/.test(letter))
    .join('')
    .slice(0, code_length_max);
}

export function isCode(text: string): boolean {
  return /^[A-HJKMNP-Z]{4,5}$/.test(text);
}

// A path like /BRTK (any case) -> "BRTK"; null: not a code.
export function codeOfPath(segment: string): string | null {
  const code = segment.toUpperCase();
  return isCode(code) ? code : null;
}
