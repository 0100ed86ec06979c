import { didYouMean, explain, explainPages } from '../../dsl/index.ts';
import { type Context, type ExitCode, UsageError } from '../context.ts';

/** `braid explain CODE`: what a code means, with a wrong and a right example. */
export async function explainCode(context: Context, code: string): Promise<ExitCode> {
  const page = explain(code.toUpperCase());
  if (!page) {
    const near = didYouMean(
      code.toUpperCase(),
      explainPages.map((known) => known.code),
    );
    throw new UsageError(
      `there is no code \`${code}\``,
      near ? `did you mean \`${near}\`?` : undefined,
    );
  }
  const parts = [`${page.code}: ${page.title}`, '', page.text.trim()];
  if (page.wrong) parts.push('', 'Wrong:', '', indent(page.wrong));
  if (page.right) parts.push('', 'Right:', '', indent(page.right));
  context.stdout.write(`${parts.join('\n')}\n`);
  return 0;
}

function indent(text: string): string {
  return text
    .replace(/^\n+|\s+$/g, '')
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
}
