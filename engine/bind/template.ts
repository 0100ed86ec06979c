import {
  type CompiledScript,
  type Expression,
  type Hole,
  inOneLine,
  spanText,
} from '../../dsl/index.ts';
import { digestOf, textOf } from './identity.ts';

/** A script as a fingerprint sees it: what is fixed, and the holes whose values are bound. */
export interface Template {
  /** Digest of language, text and quoting; nothing of where it stands or what its holes are called. */
  readonly digest: string;
  readonly holes: readonly Hole[];
}

/** `fileText` is the text of `script file` bodies: what counts is their content, not their path. */
export function templateOf(script: CompiledScript, fileText: string | undefined): Template {
  switch (script.form) {
    case 'inline': {
      const holes: Hole[] = [];
      let text = textOf(script.language);
      for (const segment of script.segments) {
        if (segment.kind === 'text') text += textOf(segment.text);
        else {
          holes.push(segment);
          text += `@${segment.quoting}`;
        }
      }
      return { digest: digestOf(text), holes };
    }
    case 'file': {
      const text = `${textOf(script.language)}file${textOf(fileText ?? '')}${marks(script.arguments)}`;
      return { digest: digestOf(text), holes: script.arguments };
    }
    case 'exec':
      return { digest: digestOf(`exec${marks(script.arguments)}`), holes: script.arguments };
  }
}

function marks(holes: readonly Hole[]): string {
  return holes.map((hole) => `@${hole.quoting}`).join('');
}

/**
 * The meaning of an expression that is not evaluated (`json("fit.json").m200`), without places: equal
 * for texts that differ in layout only, and for names of a library whatever the call is called.
 */
export function expressionText(expression: Expression): string {
  return JSON.stringify(expression, (key, value) => {
    if (key === 'name' && value?.span !== undefined) return { text: spanText(value.span) };
    return key === 'span' ? undefined : value;
  });
}

/** How a hole is called in front of people: its own text in one line. */
export function holeName(hole: Hole): string {
  return inOneLine(hole.expression.span);
}
