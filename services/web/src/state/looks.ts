// What items look like on others: asked for once, when somebody in the room wears something.
import { signal } from '@preact/signals';

export interface Dress {
  value?: string; // colours: of the plate …
  ink?: string; // … and of the text on it
  text?: string; // titles
  reactions?: string[]; // packs
  faces?: string[]; // how each of them looks
}

const known = signal<Record<string, Dress>>({});
let asked = false;

// undefined: nothing worn, or it is not known yet (then the signal says when).
export function dressOf(id: string | null | undefined): Dress | undefined {
  if (!id) return undefined;
  if (!asked) {
    asked = true;
    fetch('/cosmetics/looks.json')
      .then((answer) => answer.json())
      .then(
        (table) => {
          known.value = table;
        },
        () => {
          asked = false; // the next who looks asks again
        },
      );
  }
  return known.value[id];
}

export const pictureOf = (id: string): string => `/cosmetics/${id}.svg`;
