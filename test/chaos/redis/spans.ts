import { textOf } from '../field.ts';
import type { Shape } from '../shapes.ts';

/**
 * Payloads that say ten times a second that they run, so that it is seen from outside when each of their attempts
 * began and ended. How long they last is their host's to say: `seconds` by its name, else `otherwise`; none lasts longer when
 * there is the file `COUNT.gate`.
 */
export function spanning(
  count: number,
  seconds: Readonly<Record<string, number>>,
  otherwise: number,
): Shape {
  const cases = Object.entries(seconds).map(([host, s]) => `${host}) n=${s * 10} ;;`);
  return {
    name: 'spanning',
    text: `workflow spanning
param count: string
param nap: string

step work for each i in 1..${count} {
  out f: file = "f"
  retry 3 { on lost }
  script bash """
    say() { printf '%s %s %s %s\\n' "$BRAID_STEP[$BRAID_KEY]" "$BRAID_ATTEMPT" "$$" "$PPID" >> @{count}; }
    beat() { echo "@{i} $BRAID_ATTEMPT $EPOCHREALTIME $(hostname)" >> @{count}.beats; }
    say
    case $(hostname) in
      ${cases.join('\n      ')}
      *) n=${otherwise * 10} ;;
    esac
    while [ $n -gt 0 ] && [ ! -e @{count}.gate ]; do beat; sleep 0.1; n=$((n - 1)); done
    beat
    echo @{i} > @{f}
  """
}
`,
    executions: new Map(
      Array.from({ length: count }, (_, at) => [`work[i=${at + 1}]`, 1] as const),
    ),
    results: {},
  };
}

/** One attempt, from its first sign of life to its last. */
export interface Span {
  readonly instance: number;
  readonly attempt: number;
  readonly host: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** By instance and attempt. */
export function spansIn(count: string): Span[] {
  const spans = new Map<string, { -readonly [K in keyof Span]: Span[K] }>();
  for (const line of textOf(`${count}.beats`).split('\n')) {
    const [instance, attempt, seconds, host = ''] = line.split(' ');
    if (attempt === undefined) continue;
    const atMs = Number(seconds) * 1000;
    const key = `${instance} ${attempt} ${host}`;
    const span = spans.get(key);
    if (span) span.toMs = Math.max(span.toMs, atMs);
    else {
      const [i, number] = [Number(instance), Number(attempt)];
      spans.set(key, { instance: i, attempt: number, host, fromMs: atMs, toMs: atMs });
    }
  }
  return [...spans.values()].sort((a, b) => a.instance - b.instance || a.fromMs - b.fromMs);
}

/** Two of one instance at one time, in words. */
export function overlapsIn(spans: readonly Span[]): string[] {
  return spans.flatMap((span, at) => {
    const next = spans[at + 1];
    if (next?.instance !== span.instance || next.fromMs > span.toMs) return [];
    return [`${span.instance}: ${JSON.stringify(span)} overlaps ${JSON.stringify(next)}`];
  });
}
