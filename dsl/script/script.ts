import type { Type } from '../check/type.ts';
import type { Expression } from '../syntax/tree.ts';
import type { SourceText } from '../text/source.ts';

/**
 * A script body compiled for its interpreter: text with numbered holes. The template is what counts in
 * the fingerprint; values are bound when an attempt is prepared.
 */
export type CompiledScript =
  | {
      readonly form: 'inline';
      /** `bash`, `python`, or another interpreter's program name. */
      readonly language: string;
      readonly segments: readonly ScriptSegment[];
      readonly source: SourceText;
      /** Line of `source` (from 1) on which the first line of the body stands. */
      readonly firstLine: number;
    }
  | {
      readonly form: 'file';
      readonly language: string;
      /** Relative to the workflow's file. */
      readonly path: Expression;
      readonly arguments: readonly Hole[];
    }
  | { readonly form: 'exec'; readonly arguments: readonly Hole[] };

export type ScriptSegment =
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'hole' } & Hole);

export interface Hole {
  readonly expression: Expression;
  readonly type: Type;
  /**
   * How the value stands in the text. bash: `word` is unquoted in the source and gets quotes, `quoted`
   * is inside double quotes or a heredoc. `raw` pastes. `literal`: a python literal.
   */
  readonly quoting: 'word' | 'quoted' | 'raw' | 'literal';
}

/** A script ready to be written into an attempt's directory. */
export interface RenderedScript {
  /** The whole text of the file, prelude included; empty for `exec`. */
  readonly text: string;
  /** The command without the script's own path: `["bash"]`, or the whole argv of `exec`. */
  readonly command: readonly string[];
  /** Lines before the first line of the body in `text`. */
  readonly preludeLines: number;
}
