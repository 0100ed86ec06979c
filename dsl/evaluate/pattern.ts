/**
 * A regular expression in a subset that matches in time proportional to text × pattern, whatever is
 * written: characters, `.`, `[a-z]`, `[^...]`, `\d \w \s`, `( )`, `|`, `? * +`, `{m}`, `{m,}`, `{m,n}`.
 * Simulated as a set of states (K. Thompson, CACM 11, 1968). Anchors are not needed: the whole text
 * must match.
 */
export interface Pattern {
  matches(text: string): boolean;
}

type Node =
  | { readonly kind: 'one'; readonly accepts: (codePoint: number) => boolean }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly items: readonly Node[] }
  | { readonly kind: 'repeat'; readonly item: Node; readonly min: number; readonly max: number };

interface State {
  readonly accepts: ((codePoint: number) => boolean) | undefined;
  readonly next: number[];
}

/** States of a compiled pattern: `(a{99}){99}` is refused instead of expanded. */
const maxStates = 20_000;

/** Compiles a pattern; a string says what is wrong with it. */
export function compilePattern(pattern: string): Pattern | string {
  try {
    const parser = { text: [...pattern], at: 0, depth: 0 };
    const node = choice(parser);
    if (parser.at < parser.text.length) throw 'a `)` without its `(`';
    const states: State[] = [{ accepts: undefined, next: [] }];
    const start = build(node, 0, states);
    return { matches: (text) => run(states, start, text) };
  } catch (problem) {
    if (typeof problem === 'string') return problem;
    throw problem;
  }
}

interface Parser {
  readonly text: readonly string[];
  at: number;
  depth: number;
}

function choice(parser: Parser): Node {
  if (++parser.depth > 200) throw 'parentheses are nested too deeply';
  const items = [sequence(parser)];
  while (parser.text[parser.at] === '|') {
    parser.at++;
    items.push(sequence(parser));
  }
  parser.depth--;
  return items.length === 1 ? (items[0] as Node) : { kind: 'choice', items };
}

function sequence(parser: Parser): Node {
  const items: Node[] = [];
  for (;;) {
    const next = parser.text[parser.at];
    if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', items };
    items.push(repeated(parser, atom(parser)));
  }
}

function atom(parser: Parser): Node {
  const next = parser.text[parser.at++] as string;
  switch (next) {
    case '(': {
      if (parser.text[parser.at] === '?') throw '`(?` has no meaning here';
      const inner = choice(parser);
      if (parser.text[parser.at++] !== ')') throw 'a `(` is never closed';
      return inner;
    }
    case '[':
      return { kind: 'one', accepts: characterClass(parser) };
    case '.':
      return { kind: 'one', accepts: () => true };
    case '\\':
      return { kind: 'one', accepts: escaped(parser) };
    case '*':
    case '+':
    case '?':
    case '{':
      throw `\`${next}\` has nothing to repeat`;
    case '^':
    case '$':
      throw `\`${next}\` is not needed: the whole text must match`;
    default:
      return { kind: 'one', accepts: exactly(next) };
  }
}

function exactly(character: string): (codePoint: number) => boolean {
  const wanted = character.codePointAt(0);
  return (codePoint) => codePoint === wanted;
}

const classes: Readonly<Record<string, RegExp>> = { d: /^[0-9]$/, w: /^[A-Za-z0-9_]$/, s: /^\s$/ };

function escaped(parser: Parser): (codePoint: number) => boolean {
  const next = parser.text[parser.at++];
  if (next === undefined) throw 'a `\\` has nothing to escape';
  if (next === 'n') return exactly('\n');
  if (next === 't') return exactly('\t');
  const known = classes[next.toLowerCase()];
  if (known) {
    const wanted = next === next.toLowerCase();
    return (codePoint) => known.test(String.fromCodePoint(codePoint)) === wanted;
  }
  if (/[A-Za-z0-9]/.test(next)) throw `\`\\${next}\` has no meaning here`;
  return exactly(next);
}

function characterClass(parser: Parser): (codePoint: number) => boolean {
  const negated = parser.text[parser.at] === '^';
  if (negated) parser.at++;
  const tests: ((codePoint: number) => boolean)[] = [];
  for (let first = true; ; first = false) {
    const next = parser.text[parser.at++];
    if (next === undefined) throw 'a `[` is never closed';
    if (next === ']' && !first) break;
    if (next === '\\') {
      tests.push(escaped(parser));
      continue;
    }
    const to = parser.text[parser.at + 1];
    if (parser.text[parser.at] === '-' && to !== undefined && to !== ']') {
      parser.at += 2;
      const [from, until] = [next.codePointAt(0) as number, to.codePointAt(0) as number];
      if (from > until) throw `the range \`${next}-${to}\` is empty`;
      tests.push((codePoint) => codePoint >= from && codePoint <= until);
    } else tests.push(exactly(next));
  }
  return (codePoint) => tests.some((test) => test(codePoint)) !== negated;
}

function repeated(parser: Parser, item: Node): Node {
  const next = parser.text[parser.at];
  const bounds: Readonly<Record<string, readonly [number, number]>> = {
    '?': [0, 1],
    '*': [0, Number.POSITIVE_INFINITY],
    '+': [1, Number.POSITIVE_INFINITY],
  };
  let [min, max] = bounds[next ?? ''] ?? [1, 1];
  if (next === '{') {
    const text = parser.text.slice(parser.at).join('');
    const found = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(text);
    if (!found) throw 'a repetition is written `{2}`, `{2,}` or `{2,5}`';
    min = Number(found[1]);
    max = found[2] === undefined ? min : Number(found[3] ?? Number.POSITIVE_INFINITY);
    if (max < min) throw `the repetition \`${found[0]}\` is empty`;
    parser.at += found[0].length;
  } else if (bounds[next ?? '']) parser.at++;
  else return item;
  if (/^[?*+{]$/.test(parser.text[parser.at] ?? '')) throw 'one repetition directly after another';
  return { kind: 'repeat', item, min, max };
}

/** The first state of `node` when `next` follows it; state 0 is the end. */
function build(node: Node, next: number, states: State[]): number {
  if (states.length > maxStates) throw 'the pattern is too large';
  switch (node.kind) {
    case 'one':
      return states.push({ accepts: node.accepts, next: [next] }) - 1;
    case 'sequence':
      return node.items.reduceRight((follow, item) => build(item, follow, states), next);
    case 'choice': {
      const starts = node.items.map((item) => build(item, next, states));
      return states.push({ accepts: undefined, next: starts }) - 1;
    }
    case 'repeat':
      return buildRepeat(node, next, states);
  }
}

function buildRepeat(
  { item, min, max }: Extract<Node, { kind: 'repeat' }>,
  next: number,
  states: State[],
): number {
  let follow = next;
  if (max === Number.POSITIVE_INFINITY) {
    const loop = states.push({ accepts: undefined, next: [next] }) - 1;
    states[loop]?.next.push(build(item, loop, states));
    follow = loop;
  }
  for (let i = min; i < max && max !== Number.POSITIVE_INFINITY; i++) {
    const once = build(item, follow, states);
    follow = states.push({ accepts: undefined, next: [once, next] }) - 1;
  }
  for (let i = 0; i < min; i++) follow = build(item, follow, states);
  return follow;
}

function run(states: readonly State[], start: number, text: string): boolean {
  const marks = new Uint32Array(states.length);
  let round = 1;
  let present: number[] = [];
  const enter = (first: number, into: number[]): void => {
    const open = [first];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (marks[at] === round) continue;
      marks[at] = round;
      const state = states[at] as State;
      if (state.accepts || at === 0) into.push(at);
      else open.push(...state.next);
    }
  };
  enter(start, present);
  for (const character of text) {
    const codePoint = character.codePointAt(0) as number;
    round++;
    const following: number[] = [];
    for (const at of present) {
      const state = states[at] as State;
      if (state.accepts?.(codePoint)) enter(state.next[0] as number, following);
    }
    present = following;
    if (present.length === 0) return false;
  }
  return present.includes(0);
}
