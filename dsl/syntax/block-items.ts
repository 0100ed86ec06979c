import { sameCodeMax } from '../text/cap.ts';
import type { Diagnostic, Fix } from '../text/diagnostic.ts';
import { insertBefore, meaning, remove, suggestion } from '../text/fix.ts';
import type { Span } from '../text/source.ts';
import { didYouMean } from '../text/suggest.ts';
import { problem } from './problem.ts';
import type { AnyItem } from './read-item.ts';
import { checkReserved, type Reader } from './reader.ts';
import type { StepItem } from './tree.ts';
import { type BlockKind, blockTitles, endStates, foreignWords, itemWords } from './words.ts';

/** The items that may stand in a block; for each of the others an error has been told (E0105). */
export function blockItems(
  reader: Reader,
  block: BlockKind,
  items: readonly AnyItem[],
): StepItem[] {
  const allowed: StepItem[] = [];
  let strays = 0;
  for (const item of items) {
    if (item.kind === 'argument' && block !== 'call') {
      const stray = strayArgument(block, item.name, strays < sameCodeMax);
      if (stray.code === 'E0105') strays++;
      reader.diagnostics.push(stray);
    } else if (item.kind === 'argument') {
      reader.diagnostics.push(...checkReserved(item.name));
    } else if (itemWords[block].includes(item.kind)) {
      allowed.push(item);
      if (item.kind === 'after') reader.diagnostics.push(...checkStates(item.statuses));
    } else {
      reader.diagnostics.push(strayItem(block, itemWord(item)));
    }
  }
  return allowed;
}

type Suggestion = Pick<Diagnostic, 'hint' | 'fixes'>;

/** E0105: a word that begins no item of the block. */
export function strayItem(
  block: BlockKind,
  word: { readonly text: string; readonly span: Span },
): Diagnostic {
  const { text, span } = word;
  return problem('E0105', span, cannotContain(block, text), itemMeant(block, text, span));
}

function cannotContain(block: BlockKind, text: string): string {
  return `\`${text}\` is not something ${blockTitles[block]} can contain`;
}

function itemMeant(block: BlockKind, text: string, span: Span): Suggestion {
  const known = itemWords[block];
  const foreign = foreignWords.get(text);
  if (foreign !== undefined && block === 'step') return { hint: `in Braid this is ${foreign}` };
  const near = suggestion(span, text, known);
  if (near.hint !== undefined) return near;
  const glued = known.find((word) => word.length > 1 && text.startsWith(word));
  if (glued !== undefined) return meaning(span, `${glued} ${text.slice(glued.length)}`);
  return {
    hint: `${blockTitles[block]} can contain ${known.map((word) => `\`${word}\``).join(', ')}`,
  };
}

/** `NAME = ...` outside a call: most often an `in` or `let` that was forgotten. */
function strayArgument(
  block: BlockKind,
  name: { readonly text: string; readonly span: Span },
  wantsHint: boolean,
): Diagnostic {
  if (itemWords[block].includes(name.text)) {
    const message = `a name is missing between \`${name.text}\` and \`=\``;
    const wanted = /^(in|out|let)$/.test(name.text);
    return wanted
      ? problem('E0104', name.span, message, { hint: `\`${name.text} NAME = ...\`` })
      : problem('E0109', name.span, `\`${name.text}\` takes no \`=\``, {
          hint: `\`${name.text} ...\`, without \`=\``,
          fixes: withoutEquals(name.span),
        });
  }
  if (!wantsHint) return problem('E0105', name.span, cannotContain(block, name.text));
  const isResource = /^(cpus|memory|time|disk|gpus)$/.test(name.text);
  const stray = strayItem(block, name);
  if (isResource)
    return { ...stray, hint: `put it in \`resources { ${name.text} = ... }\``, fixes: [] };
  if (block !== 'step' || stray.hint?.startsWith('did you mean')) return stray;
  const hint = `\`in ${name.text} = ...\` reads a step's output, \`let ${name.text} = ...\` names a value`;
  const fixes = ['in', 'let'].map((word) => insertBefore(name.span, `${word} `));
  return { ...stray, hint, fixes };
}

function withoutEquals({ source, end }: Span): readonly Fix[] {
  const at = source.text.indexOf('=', end);
  return source.text.slice(end, at).trim() === ''
    ? [remove({ source, start: at, end: at + 1 })]
    : [];
}

/** The word with which an item begins, and its place. */
function itemWord(item: StepItem): { readonly text: string; readonly span: Span } {
  const { source, start } = item.span;
  return { text: item.kind, span: { source, start, end: start + item.kind.length } };
}

/** E0105 for each state in which no instance ends. */
export function checkStates(
  states: readonly { readonly text: string; readonly span: Span }[],
): Diagnostic[] {
  return states
    .filter(({ text }) => !(endStates as readonly string[]).includes(text))
    .map(({ text, span }) => {
      const meant = foreignStates.get(text.toLowerCase()) ?? didYouMean(text, endStates);
      return problem('E0105', span, `\`${text}\` is not a way in which an instance can end`, {
        hint: `it can be ${endStates.map((state) => `\`${state}\``).join(', ')}`,
        ...(meant ? meaning(span, meant) : {}),
      });
    });
}

/** The SLAC Pipeline's and others' words. */
const foreignStates: ReadonlyMap<string, string> = new Map(
  Object.entries({
    success: 'succeeded',
    ok: 'succeeded',
    done: 'finished',
    ended: 'finished',
    complete: 'finished',
    completed: 'succeeded',
    failure: 'failed',
    error: 'failed',
  }),
);
