/** A command that the README shows. */
export interface ShownCommand {
  /** Without the comment behind it. */
  readonly text: string;
  /** The heading of its part; empty above the first. */
  readonly part: string;
}

interface Block {
  readonly language: string;
  readonly part: string;
  readonly lines: readonly string[];
}

/** The fenced blocks of a Markdown text, each with the heading that it stands under. */
function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let part = '';
  let open: { language: string; part: string; lines: string[] } | undefined;
  for (const line of markdown.split('\n')) {
    const fence = /^```(\w*)\s*$/.exec(line);
    if (open) {
      if (fence) open = undefined;
      else open.lines.push(line);
    } else if (fence) {
      open = { language: fence[1] ?? '', part, lines: [] };
      blocks.push(open);
    } else part = /^##\s+(.*)$/.exec(line)?.[1] ?? part;
  }
  return blocks;
}

/** Every command of the `sh` blocks, in order; `a && b` are two. */
export function commandsOf(markdown: string): ShownCommand[] {
  return blocksOf(markdown)
    .filter((block) => block.language === 'sh')
    .flatMap(({ part, lines }) =>
      lines
        .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
        .flatMap((line) => line.split(/\s*&&\s*/))
        .filter((text) => text !== '')
        .map((text) => ({ text, part })),
    );
}

/** Texts of the blocks in this language. */
export function textsOf(markdown: string, language: string): string[] {
  return blocksOf(markdown)
    .filter((block) => block.language === language)
    .map(({ lines }) => `${lines.join('\n')}\n`);
}

/** Verbs of Braid that the prose names, as in `braid plan --why` between backticks. */
export function verbsInProse(markdown: string): string[] {
  return [...markdown.matchAll(/`braid ([a-z]+)[^`]*`/g)].map((match) => match[1] ?? '');
}
