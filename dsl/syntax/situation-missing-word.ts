import type { Diagnostic, Fix } from '../text/diagnostic.ts';
import { insertAfter, insertBefore, replaceBy } from '../text/fix.ts';
import { isLineEnd, type Place, spanAfter, spanOfToken, written } from './place.ts';
import { problem } from './problem.ts';
import type { Token } from './tokens.ts';
import { type BlockKind, itemWords } from './words.ts';

/** E0104: a name, a type, a sign or a word that belongs in the form of a statement is not there. */
export function missingWord(place: Place): Diagnostic | undefined {
  const head = place.statement[0];
  if (!head || !place.before) return undefined;
  return (
    scriptForm(place, head) ??
    missingUnit(place, place.before) ??
    missingName(place, place.before, head) ??
    missingType(place, place.before, head) ??
    missingBetween(place, head) ??
    missingEach(place, place.before) ??
    missingThenElse(place) ??
    missingAlternative(place, place.before, head) ??
    missingEquals(place, place.before, head) ??
    missingBlock(place, head)
  );
}

/** `x to` */
function missingUnit(place: Place, before: Token): Diagnostic | undefined {
  if (before.text !== 'to' || before === place.statement[0] || place.at.kind === 'word') {
    return undefined;
  }
  const publish = place.statement.findIndex(({ text }) => text === 'publish');
  if (publish >= 0 && place.at.kind === 'string') {
    const wrong = place.statement[publish + 1] ?? before;
    const span = { ...spanOfToken(place, wrong), end: spanOfToken(place, before).end };
    return problem('E0112', span, '`publish` is a part of its `output`', {
      hint: `\`output NAME: TYPE = STEP.OUTPUT publish ${written(place, place.at)}\``,
    });
  }
  return problem('E0104', spanAfter(place, before), 'a unit is missing after `to`', {
    hint: '`x to s`, `x to GB`',
  });
}

/** `5.` */
function noFraction(place: Place, point: Token): Diagnostic {
  const number = place.statement.at(-2)?.text ?? '';
  return problem('E0117', spanOfToken(place, point), 'digits are missing after the point', {
    hint: `\`${number}.0\``,
    fixes: [insertAfter(spanOfToken(place, point), '0')],
  });
}

/** After these stands a name that is declared or meant. */
const beforeName = new Set(
  'workflow step param let secret location record type output env call as in out pin register over per by key site runner tune after'.split(
    ' ',
  ),
);

function missingName(place: Place, before: Token, head: Token): Diagnostic | undefined {
  const { at } = place;
  const isClause = /^(as|over|per|by|key)$/.test(before.text);
  const names = before === head ? beforeName.has(before.text) : isClause;
  const isFieldName = before.text === '.';
  if (isFieldName && place.statement.at(-2)?.kind === 'number') return noFraction(place, before);
  if (at.kind === 'word' || before.kind === 'string' || (!names && !isFieldName)) return undefined;
  if (before.text === 'env' && head !== before) return undefined;
  if (at.kind === 'string') {
    const plain = /^"[\p{L}_][\p{L}\p{N}_]*"$/u.test(written(place, at));
    const hint = plain
      ? `\`${before.text} ${written(place, at).slice(1, -1)}\``
      : 'names are letters, digits and `_`';
    const span = spanOfToken(place, at);
    const fixes = plain ? [replaceBy(span, written(place, at).slice(1, -1))] : [];
    return problem('E0104', span, 'a name is written without quotes', { hint, fixes });
  }
  if (at.kind === 'number') {
    const message = 'a name begins with a letter or `_`';
    return problem('E0104', spanOfToken(place, at), message, {
      hint: `\`${before.text} n${at.text}${place.next?.kind === 'word' ? place.next.text : ''}\``,
      fixes: [insertBefore(spanOfToken(place, at), 'n')],
    });
  }
  const message = `a name is missing after \`${before.text}\``;
  const hint = isFieldName ? '`STEP.OUTPUT`, `ROW.COLUMN`' : `\`${before.text} NAME\``;
  return problem('E0104', spanAfter(place, before), message, { hint });
}

function missingType(place: Place, before: Token, head: Token): Diagnostic | undefined {
  const { at, statement } = place;
  if (before.text === ':' || before.text === '<') {
    if (at.kind === 'word' || statement.some(({ text }) => text === '=')) return undefined;
    if (before.text === ':' && (at.kind === 'string' || at.kind === 'number')) {
      const stem = statement.slice(0, -1).map((token) => written(place, token));
      const message = '`:` stands before a type; to give a value, write `=`';
      return problem('E0109', spanOfToken(place, before), message, {
        hint: `\`${stem.join(' ')} = ${written(place, at)}\``,
        fixes: [replaceBy(spanOfToken(place, before), ' =', 'write `=`')],
      });
    }
    const message = `a type is missing after \`${before.text}\``;
    const isList = at.text === '[' && place.next?.kind === 'word';
    const hint = isList
      ? `a list is written \`list<${written(place, place.next)}>\``
      : 'types are `int float bool string file list<int> ...`';
    return problem('E0104', spanAfter(place, before), message, { hint });
  }
  const isTyped = place.around !== 'site' && /^(out|param|location)$/.test(head.text);
  const typed = isTyped && statement.length === 2;
  const inRecord = place.around === 'record' && statement.length === 1;
  if (!(typed || inRecord) || before.kind !== 'word') return undefined;
  const example = head.text === 'param' || inRecord ? 'int' : 'file';
  const stem = inRecord ? before.text : `${head.text} ${before.text}`;
  if (at.kind === 'word') {
    const message = `\`:\` is missing between \`${before.text}\` and its type`;
    return problem('E0104', spanAfter(place, before), message, {
      hint: `\`${stem}: ${at.text}${place.next?.text === '<' ? '<...>' : ''}\``,
      fixes: [insertAfter(spanOfToken(place, before), ':')],
    });
  }
  const message = `the type of \`${before.text}\` is missing`;
  const fixes = [insertAfter(spanOfToken(place, before), `: ${example}`)];
  return problem('E0104', spanAfter(place, before), message, {
    hint: `\`${stem}: ${example}\``,
    fixes,
  });
}

/** Words in the middle of a form, and how the form goes. */
const forms: ReadonlyMap<string, readonly (readonly [word: string, form: string])[]> = new Map(
  Object.entries({
    use: [['as', 'use "FILE.braid" as NAME']],
    call: [['as', 'call IMPORT as NAME { ... }']],
    notify: [['on', 'notify "CHANNEL" on failed']],
    register: [
      ['as', 'register OUTPUT as "TYPE" at "/PATH"'],
      ['at', 'register OUTPUT as "TYPE" at "/PATH"'],
    ],
  }),
);

function missingBetween(place: Place, head: Token): Diagnostic | undefined {
  const { statement, before, at } = place;
  if (head.text === 'use' && statement.length === 1 && at.kind !== 'string') {
    return problem('E0104', spanOfToken(place, at), 'the path of the file is missing after `use`', {
      hint: '`use "FILE.braid" as NAME`',
    });
  }
  if (before?.text === 'version' && /^(workflow|use)$/.test(head.text) && at.kind !== 'string') {
    const message = 'the version, a string, is missing after `version`';
    return problem('E0104', spanAfter(place, before), message, { hint: '`version "1.0"`' });
  }
  const missing = (forms.get(head.text) ?? []).find(
    ([word]) => !statement.some((token) => token.text === word && token.kind === 'word'),
  );
  if (!missing || !before || statement.length < 2 || place.group) return undefined;
  const message = `\`${missing[0]}\` is missing after \`${written(place, before)}\``;
  return problem('E0104', spanAfter(place, before), message, {
    hint: `\`${missing[1]}\``,
    fixes: clauseFor(place, missing[0], head),
  });
}

/** The clause that is missing, where it can be told: `as NAME` after the path of a `use`. */
function clauseFor(place: Place, word: string, head: Token): readonly Fix[] {
  const last = spanAfter(place, place.before ?? head);
  if (head.text === 'notify') return [insertAfter(last, ' on failed')];
  const path = place.statement[1];
  if (word !== 'as' || head.text !== 'use' || path?.kind !== 'string') return [];
  const name = /([\p{L}_][\p{L}\p{N}_]*)(?:\.braid)?"$/u.exec(written(place, path))?.[1];
  return name === undefined ? [] : [insertAfter(last, ` as ${name}`)];
}

function missingEach(place: Place, before: Token): Diagnostic | undefined {
  const { statement, at, group } = place;
  const hint = '`for each NAME in LIST`';
  if (before.text === 'for' && !group) {
    const after = spanAfter(place, before);
    const fixes = [insertAfter(after, ' each')];
    return problem('E0104', after, '`each` is missing after `for`', { hint, fixes });
  }
  if (before.text === 'each' || (before.text === 'for' && group)) {
    if (at.kind === 'word') return undefined;
    const message = `a name is missing after \`${before.text}\``;
    return problem('E0104', spanAfter(place, before), message, { hint });
  }
  const generator = statement.findLastIndex(
    ({ text }) => text === 'each' || text === 'for' || text === ',',
  );
  const isFor = statement.some(({ text }) => text === 'for');
  const rest = statement.slice(generator + 1);
  if (!isFor || generator < 0 || rest.some(({ text }) => text === 'in')) return undefined;
  const message = `\`in\` is missing after \`${written(place, before)}\``;
  const after = spanAfter(place, before);
  return problem('E0104', after, message, { hint, fixes: [insertAfter(after, ' in')] });
}

function missingThenElse(place: Place): Diagnostic | undefined {
  const { statement, before } = place;
  const from = statement.findLastIndex(({ text }) => text === 'if');
  if (from < 0 || !before) return undefined;
  const words = statement.slice(from).map(({ text }) => text);
  const missing = ['then', 'else'].find((word) => !words.includes(word));
  if (missing === undefined || before.text === missing) return undefined;
  const outer = place.statement[from - 1];
  if (
    missing === 'then' &&
    outer &&
    /^(?:[-+*/<>]|[=!<>]=|\?\?|\.\.|and|or|not)$/.test(outer.text)
  ) {
    const span = spanOfToken(place, place.statement[from] as Token);
    const message = 'an `if` inside an expression stands in parentheses';
    const hint = `\`${outer.text} (if CONDITION then VALUE else VALUE)\``;
    return problem('E0104', span, message, { hint });
  }
  return problem('E0104', spanAfter(place, before), `\`${missing}\` is missing in this \`if\``, {
    labels: [{ span: spanOfToken(place, statement[from] as Token), text: 'it begins here' }],
    hint: '`if CONDITION then VALUE else VALUE`',
  });
}

/** `type T = a, b` */
function missingAlternative(place: Place, before: Token, head: Token): Diagnostic | undefined {
  const { at, around } = place;
  if (head.text !== 'type' || around !== 'file') return undefined;
  if (/^[=|]$/.test(before.text) && at.kind !== 'string') {
    const message = 'the values of a `type` are strings';
    const hint = at.kind === 'word' ? `\`"${at.text}"\`` : '`type NAME = "a" | "b"`';
    const span = spanOfToken(place, at);
    const fixes = at.kind === 'word' ? [replaceBy(span, `"${at.text}"`)] : [];
    return problem('E0104', span, message, { hint, fixes });
  }
  if (before.kind !== 'string' || at.text !== ',') return undefined;
  const message = 'the values of a `type` are parted by `|`';
  const span = spanOfToken(place, at);
  const fixes = [replaceBy(span, ' |', 'write `|`')];
  return problem('E0109', span, message, { hint: '`type NAME = "a" | "b"`', fixes });
}

function missingEquals(place: Place, before: Token, head: Token): Diagnostic | undefined {
  const { statement, around, group } = place;
  if (statement.some(({ text }) => text === '=') || group) return undefined;
  const isField = (around === 'fields' || around === 'map') && statement.length === 1;
  const isBound = around === 'site' ? /^(location|param|channel)$/ : /^(in|let|output|type)$/;
  const isNamed = isBound.test(head.text) && statement.length >= 2;
  if (place.at.text === '(' && before.kind === 'word' && statement.at(-2)?.text === ':') {
    const message = `\`:\` stands before a type, and \`${before.text}(...)\` is a value`;
    const stem = statement.slice(0, -2).map((token) => written(place, token));
    return problem('E0104', spanOfToken(place, before), message, {
      hint: `\`${stem.join(' ')}: TYPE = ${before.text}(...)\``,
    });
  }
  if (!isField && isTypedItem(place, head)) {
    const message = `\`=\` is missing after \`${written(place, before)}\``;
    return problem('E0104', spanAfter(place, before), message, {
      hint: /^[[(]$/.test(place.at.text) ? '`= ...`' : `\`= ${written(place, place.at)}\``,
      fixes: [insertAfter(spanAfter(place, before), ' =')],
    });
  }
  if (!isField && !isNamed) return undefined;
  const name = statement.length === 1 ? head : (statement[1] as Token);
  const message = `\`=\` is missing after \`${written(place, before)}\``;
  const stem = isField ? name.text : `${head.text} ${written(place, name)}`;
  const after = spanAfter(place, before);
  const fixes = isLineEnd(place.at) ? [] : [insertAfter(after, ' =')];
  return problem('E0104', after, message, { hint: `\`${stem} = ...\``, fixes });
}

/** `out x: file "x.txt"`: behind the type stands what can only be a value. */
function isTypedItem({ statement, at, next }: Place, head: Token): boolean {
  if (!/^(out|param|let|in|output)$/.test(head.text) || statement[2]?.text !== ':') return false;
  const isCalled = at.kind === 'word' && /^[(.]$/.test(next?.text ?? '');
  return isCalled || at.kind === 'string' || at.kind === 'number' || /^[[(]$/.test(at.text);
}

const blocks: ReadonlyMap<string, string> = new Map(
  Object.entries({
    step: 'step NAME { ... }',
    call: 'call IMPORT as NAME { ... }',
    env: 'env NAME { image = "..." }',
    record: 'record NAME { FIELD: TYPE }',
    defaults: 'defaults { ... }',
    policy: 'policy { failure = "continue" }',
    resources: 'resources { cpus = 4 }',
    vars: 'vars { NAME = "..." }',
    site: 'site NAME { ... }',
    storage: 'storage { work = "..." }',
    tune: 'tune STEP { ... }',
    batch: 'batch { partition = "..." }',
  }),
);

function missingBlock(place: Place, head: Token): Diagnostic | undefined {
  const { before, statement, group, around } = place;
  const form = blocks.get(head.text);
  const reference = head.text === 'env' && around !== 'file' && around !== 'site';
  if (form === undefined || reference || !before || group) return undefined;
  if (statement.some(({ text }) => text === '}')) return undefined;
  const wantsMore = before.kind === 'sign' && !/^[)\]]$/.test(before.text);
  if (wantsMore || !(isLineEnd(place.at) || beginsItem(place))) return undefined;
  const message = `\`{\` is missing after \`${written(place, before)}\``;
  return problem('E0104', spanAfter(place, before), message, { hint: `\`${form}\`` });
}

/** `step a in x = ...`: what belongs into the block begins. */
function beginsItem({ at, statement }: Place): boolean {
  const head = statement[0]?.text ?? '';
  const known = Object.hasOwn(itemWords, head) ? itemWords[head as BlockKind] : [];
  return at.kind === 'word' && known.includes(at.text);
}

/** `script LANGUAGE """`, `script LANGUAGE file "PATH"`, `script exec [...]`. */
function scriptForm(place: Place, head: Token): Diagnostic | undefined {
  const { statement, at, before } = place;
  if (!/^(script|undo)$/.test(head.text) || !before) return undefined;
  const language = statement[1];
  const form = `${head.text} ${language?.text ?? 'bash'} """ ... """`;
  if (!language) {
    const message = `the language is missing after \`${head.text}\``;
    const after = spanAfter(place, head);
    const fixes = place.at.kind === 'block' ? [insertAfter(after, ' bash')] : [];
    return problem('E0104', after, message, { hint: `\`${form}\``, fixes });
  }
  if (language.text === 'exec' && statement.length === 2) {
    const message = 'the command after `exec` is a list';
    const hint = `\`${head.text} exec ["program", argument]\``;
    return problem('E0104', spanOfToken(place, at), message, { hint });
  }
  if (before.text === 'file' && statement.length === 3) {
    const message = 'the path of the script is missing after `file`';
    return problem('E0104', spanAfter(place, before), message, {
      hint: `\`${head.text} ${language.text} file "bin/run.sh"\``,
    });
  }
  if (statement.length !== 2) return undefined;
  const message = `the text of this script is missing after \`${language.text}\``;
  const hint = `it stands between \`"""\`: \`${form}\``;
  return problem('E0104', spanAfter(place, before), message, { hint });
}
