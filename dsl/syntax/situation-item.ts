import type { Diagnostic } from '../text/diagnostic.ts';
import { insertBefore } from '../text/fix.ts';
import { strayItem } from './block-items.ts';
import { type Place, spanOfToken, written } from './place.ts';
import { problem } from './problem.ts';
import { type BlockKind, blockTitles, itemWords } from './words.ts';

/** E0105: the statement begins with what no statement of its block begins with. */
export function wrongItem(place: Place): Diagnostic | undefined {
  const { around, statement, at } = place;
  const head = statement[0] ?? at;
  if (head.kind === 'line' || head.kind === 'end') return undefined;
  const span = spanOfToken(place, head);
  if (around === 'retry') return head.text === 'on' ? undefined : notOn(place);
  if (around === 'fields' || around === 'record' || around === 'map') {
    if (head.kind === 'word' || (around === 'map' && head.kind === 'string')) return undefined;
    if (/^[)\]}]$/.test(head.text)) return undefined;
    const form = around === 'record' ? '`NAME: TYPE`' : '`NAME = VALUE`';
    const message = `\`${written(place, head)}\` is not the name of a field`;
    return problem('E0105', span, message, { hint: `fields are written ${form}` });
  }
  if (around === 'file' || around === 'expression') return undefined;
  if (/^[)\]}]$/.test(head.text) || itemWords[around].includes(head.text)) return undefined;
  if (head.kind === 'word') {
    const isArgument = around === 'call' && (statement[1] ?? at).text === '=';
    return isArgument ? undefined : strayItem(around, { text: head.text, span });
  }
  return noWord(place, around);
}

function notOn(place: Place): Diagnostic {
  const head = place.statement[0] ?? place.at;
  const message = `\`${written(place, head)}\` is not something \`retry\` can contain`;
  const isCause = /^(oom|timeout|exit|lost|preempted|missing|any)$/.test(head.text);
  return problem('E0105', spanOfToken(place, head), message, {
    fixes: isCause ? [insertBefore(spanOfToken(place, head), 'on ')] : [],
    hint: isCause
      ? `\`on ${head.text} { ... }\``
      : 'each line is `on CAUSE { FIELD = VALUE }`; causes are `oom timeout exit(n) lost preempted missing any`',
  });
}

function noWord(place: Place, block: BlockKind): Diagnostic {
  const head = place.statement[0] ?? place.at;
  const message = `\`${written(place, head)}\` is not something ${blockTitles[block]} can contain`;
  const hint =
    head.kind === 'block' ? 'a script begins with its language: `script bash """`' : undefined;
  const isScript = block === 'step' && hint !== undefined;
  return problem('E0105', spanOfToken(place, head), message, {
    fixes: isScript ? [insertBefore(spanOfToken(place, head), 'script bash ')] : [],
    hint: hint ?? `each line begins with a word: ${itemWords[block].slice(0, 6).join(', ')}, ...`,
  });
}
