import type { Diagnostic } from '../text/diagnostic.ts';
import { suggestion } from '../text/fix.ts';
import { sourceSpan } from './masked.ts';
import { problem } from './problem.ts';
import type { Region } from './scan.ts';
import { foreignWords, itemWords } from './words.ts';

/** E0105 for text at the left margin that begins with none of the declaration words. */
export function unknownDeclaration(region: Region, keywords: readonly string[]): Diagnostic {
  const { masked } = region;
  const isSite = keywords.includes('site');
  const where = isSite ? 'a site file' : 'a workflow file';
  const first = /^(?:[\p{L}_][\p{L}\p{N}_]*|\S)/u.exec(masked.text)?.[0] ?? '';
  const word = region.keyword === '' ? first : region.keyword;
  const span = sourceSpan(
    masked,
    0,
    masked.text.startsWith('"') ? masked.text.length : word.length,
  );
  const message =
    region.keyword === ''
      ? `no declaration of ${where} begins with \`${word}\``
      : `\`${word}\` is not something ${where} can contain`;
  const near = suggestion(span, word, keywords);
  return problem('E0105', span, message, { hint: hintFor(word, keywords, isSite), ...near });
}

function hintFor(word: string, keywords: readonly string[], isSite: boolean): string {
  if (isSite && itemWords.site.includes(word)) return `put it inside \`site NAME { ... }\``;
  if (isSite) return 'a site file holds `site NAME { ... }`';
  if (word === 'site') return 'sites are in files of their own, with the extension `.site`';
  if (itemWords.step.includes(word)) return `put it inside \`step NAME { ... }\``;
  const foreign = foreignWords.get(word);
  if (foreign !== undefined) return `in Braid this is ${foreign}`;
  return `it can contain ${keywords.map((keyword) => `\`${keyword}\``).join(', ')}`;
}
