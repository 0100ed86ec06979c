import type { Type } from '../check/type.ts';
import type { Expression } from '../syntax/tree.ts';

/** What the compiler of scripts asks the checker. */
export interface ScriptContext {
  /** The type of an interpolated expression, after checking; `unknown` after an error of its own. */
  typeOf(expression: Expression): Type;
  isSecret(name: string): boolean;
  /**
   * True of a name that `@{name}` could mean in this script (scatter names, `in`s, `out`s, `let`s, params)
   * and that the step's `vars` do not set: `$name` is then probably a slip (W0604).
   */
  isName(name: string): boolean;
}
