/** A fenced block of a page of the book: what it holds, and what its info string says of it. */
export interface Block {
  readonly language: string;
  /** `name=value` words behind the language; a word alone is `true`. */
  readonly words: ReadonlyMap<string, string>;
  readonly text: string;
  /** Of its first line in the page. */
  readonly line: number;
}

/** The fenced blocks of a Markdown text, in order. */
export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open:
    | { language: string; words: Map<string, string>; lines: string[]; line: number }
    | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\w*)\s*(.*)$/.exec(line);
    if (open && fence) {
      blocks.push({ ...open, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (fence) {
      const [, language = '', rest = ''] = fence;
      open = { language, words: wordsOf(rest), lines: [], line: index + 2 };
    }
  }
  if (open) throw new Error(`the block of line ${open.line - 1} is never closed`);
  return blocks;
}

function wordsOf(text: string): Map<string, string> {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return new Map(
    words.map((word) => {
      const [name = '', value = 'true'] = word.split('=', 2);
      return [name, value];
    }),
  );
}

/** Words that a block of each language may carry. */
const known: Readonly<Record<string, readonly string[]>> = {
  braid: [
    'name',
    'with',
    'file',
    'error',
    'warning',
    'instances',
    'set',
    'at',
    'run',
    'library',
    'waits',
  ],
  text: ['file', 'plan', 'messages'],
  csv: ['file'],
  json: ['file'],
  sh: [],
  python: ['file'],
  groovy: [],
  xml: [],
  yaml: [],
};

/** Words that no test reads: a misspelt one would silently check nothing. */
export function unknownWords({ language, words }: Block): readonly string[] {
  const mine = known[language];
  return [...words.keys()].filter((word) => !mine?.includes(word));
}

export interface Example {
  readonly block: Block;
  /** A whole file: blocks that it names by `with` stand before it; a header is added if it has none. */
  readonly text: string;
  /** Codes that it must give, sorted; empty for a good one. */
  readonly codes: readonly string[];
}

export interface Page {
  readonly examples: readonly Example[];
  /** Files that the page shows, by name: tables and libraries. */
  readonly files: Readonly<Record<string, string>>;
  readonly sites: readonly Block[];
  /** Printed texts and the name of the block that they are of. */
  readonly printed: readonly {
    readonly block: Block;
    readonly what: 'plan' | 'messages';
    readonly of: string;
  }[];
}

/** The examples of a page with what they need. */
export function pageOf(markdown: string): Page {
  const blocks = blocksOf(markdown);
  const files: Record<string, string> = {};
  for (const { words, text } of blocks) {
    const file = words.get('file');
    if (file) files[file] = withHeader(text, file);
  }
  const isSite = ({ words }: Block) => words.get('file')?.endsWith('.site') === true;
  const examples = blocks
    .filter((block) => block.language === 'braid' && !isSite(block))
    .map((block): Example => {
      const text = [...before(block, blocks), block].map((part) => part.text).join('\n');
      const codes = ['error', 'warning'].flatMap((word) => block.words.get(word)?.split(',') ?? []);
      return { block, text: withHeader(text), codes: codes.sort() };
    });
  const printed = blocks.flatMap((block) =>
    (['plan', 'messages'] as const).flatMap((what) => {
      const of = block.words.get(what);
      return of === undefined ? [] : [{ block, what, of }];
    }),
  );
  return { examples, files, sites: blocks.filter(isSite), printed };
}

/** The blocks that this one needs, and what those need, each once and in the order of the page. */
function before(block: Block, blocks: readonly Block[]): readonly Block[] {
  const wanted = (block.words.get('with') ?? '').split(',').filter((name) => name !== '');
  const found = wanted.flatMap((name) => {
    const named = blocks.find(({ words }) => words.get('name') === name);
    if (!named) throw new Error(`line ${block.line}: no block is named ${name}`);
    return [...before(named, blocks), named];
  });
  return blocks.filter((one) => found.includes(one));
}

function withHeader(text: string, file = 'example.braid'): string {
  if (!file.endsWith('.braid')) return text;
  return /^workflow\s/m.test(text) ? text : `workflow example\n\n${text}`;
}
