import type { Cause } from '../../engine/index.ts';

/** A cause in words, with what is known more: `exit 3`, `timeout: longer than 10 min`. */
export function failureSummary(cause: Cause, text: string | undefined): string {
  const word = causeText(cause);
  return text ? `${word}: ${text}` : word;
}

export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case 'exit':
      return `exit ${cause.code}`;
    case 'signal':
      return `signal ${cause.signal}`;
    case 'oom':
      return 'out of memory';
    case 'missing':
      return 'an output is missing';
    case 'invalid':
      return 'a value does not fit';
    case 'timeout':
    case 'lost':
    case 'preempted':
    case 'infrastructure':
      return cause.kind;
  }
}

/** A payload's words on a terminal: control characters (and with them escape sequences) are shown as `?`. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?');
}

/** The same as one line, whatever the words are. */
export function oneLine(text: string): string {
  return plainText(text.replace(/\s*\n\s*/g, ' '));
}
