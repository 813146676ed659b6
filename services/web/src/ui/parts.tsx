// Small parts that many screens share.
import { signal, useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { has, t } from '../i18n';
import { play } from '../sound';

// ---- what is said to screen readers ----------------------------------------------------------------------

const polite = signal('');
const urgent = signal('');

export function announce(text: string, now = false): void {
  const box = now ? urgent : polite;
  box.value = '';
  setTimeout(() => {
    box.value = text;
  }, 60); // the same text twice is said twice
}

export function LiveRegions() {
  return (
    <div class="sr">
      <div aria-live="polite">{polite}</div>
      <div aria-live="assertive">{urgent}</div>
    </div>
  );
}

// ---- toasts ----------------------------------------------------------------------------------------------

interface Toast {
  n: number;
  text: string;
  bad: boolean;
}
const toasts = signal<Toast[]>([]);
let toastCount = 0;

export function toast(text: string, bad = false): void {
  const n = ++toastCount;
  toasts.value = [...toasts.value.slice(-2), { n, text, bad }];
  if (bad) play('no');
  setTimeout(
    () => {
      toasts.value = toasts.value.filter((item) => item.n !== n);
    },
    bad ? 6_000 : 3_500,
  );
}

// What went wrong, in words for people.
export function errorText(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  if (code && has(`error.${code}`)) return t(`error.${code}`);
  return message || t('error.unknown');
}

export function oops(error: unknown): void {
  toast(errorText(error), true);
}

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {toasts.value.map((item) => (
        <p key={item.n} class={`toast${item.bad ? ' bad' : ''}`}>
          {item.text}
        </p>
      ))}
    </div>
  );
}

// ---- controls --------------------------------------------------------------------------------------------

type ButtonProps = JSX.HTMLAttributes<HTMLButtonElement> & {
  kind?: 'main' | 'plain' | 'quiet' | 'danger';
  busy?: boolean;
  disabled?: boolean;
  type?: 'button' | 'submit';
  children?: ComponentChildren;
};

export function Button({
  kind = 'plain',
  busy = false,
  disabled,
  class: extra,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled}
      aria-busy={busy || undefined}
      class={`btn ${kind}${busy ? ' busy' : ''}${extra ? ` ${String(extra)}` : ''}`}
    >
      {children}
    </button>
  );
}

// Runs an async action with a busy flag and shows what went wrong.
export function useAction(): {
  busy: boolean;
  run: (work: () => Promise<unknown>) => Promise<boolean>;
} {
  const busy = useSignal(false);
  const run = async (work: () => Promise<unknown>) => {
    if (busy.value) return false;
    busy.value = true;
    try {
      await work();
      return true;
    } catch (error) {
      oops(error);
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy: busy.value, run };
}

interface SheetProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

// A panel from below (phone) or in the middle; the browser's dialog gives focus, Escape and the backdrop.
export function Sheet({ open, title, onClose, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    if (open && !element.open) element.showModal();
    if (!open && element.open) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="sheet-body">
        <header>
          <h2>{title}</h2>
          <Button kind="quiet" aria-label={t('close')} onClick={onClose}>
            ✕
          </Button>
        </header>
        {open && children}
      </div>
    </dialog>
  );
}

interface FieldProps extends JSX.InputHTMLAttributes<HTMLInputElement> {
  label: string;
  error?: string | undefined;
  hint?: string;
}

export function Field({ label, error, hint, ...rest }: FieldProps) {
  const id = `field-${String(rest.name)}`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        {...rest}
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={error || hint ? `${id}-more` : undefined}
      />
      {(error || hint) && (
        <p id={`${id}-more`} class={error ? 'wrong' : 'hint'}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: { value: T; text: string }[];
  onPick: (value: T) => void;
  disabled?: boolean;
}

// One of a few: a row of radio buttons that look like stamps.
export function Choice<T extends string>({
  label,
  value,
  options,
  onPick,
  disabled,
}: ChoiceProps<T>) {
  const name = `choice-${label.replace(/\W/g, '')}`;
  return (
    <fieldset class="choice" disabled={disabled}>
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} class={option.value === value ? 'on' : ''}>
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onPick(option.value)}
          />
          {option.text}
        </label>
      ))}
    </fieldset>
  );
}

export function Toggle({
  label,
  value,
  onPick,
  disabled,
}: {
  label: string;
  value: boolean;
  onPick: (value: boolean) => void;
  disabled?: boolean;
}) {
  return (
    <label class="toggle">
      <input
        type="checkbox"
        role="switch"
        checked={value}
        disabled={disabled}
        onChange={(event) => onPick(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

export function Logo({ small = false }: { small?: boolean }) {
  return (
    <span class={`logo${small ? ' small' : ''}`} role="img" aria-label="Whoosh">
      <i aria-hidden="true" />
      <b aria-hidden="true">Whoosh</b>
    </span>
  );
}

// Three speed lines, behind whatever just arrived.
export function Streaks() {
  return (
    <span class="streaks" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

export function Loading() {
  return (
    <div class="loading" role="status">
      <Logo />
      <span class="sr">{t('loading')}</span>
    </div>
  );
}

// A component whose code arrives later.
export function lazy<P extends object>(load: () => Promise<{ default: (props: P) => any }>) {
  const loaded = signal<((props: P) => any) | null>(null);
  const failed = signal(false);
  let asked = false;
  const ask = () => {
    asked = true;
    failed.value = false;
    load().then(
      (module) => {
        loaded.value = module.default;
      },
      () => {
        asked = false;
        failed.value = true;
      },
    );
  };
  return function Lazy(props: P) {
    const state = useComputed(() => ({ Component: loaded.value, failed: failed.value })).value;
    useEffect(() => {
      if (!asked) ask();
    }, []);
    if (state.Component) return <state.Component {...props} />;
    if (state.failed) {
      return (
        <div class="page center">
          <p>{t('error.offline')}</p>
          <Button kind="main" onClick={ask}>
            {t('again')}
          </Button>
        </div>
      );
    }
    return <Loading />;
  };
}
