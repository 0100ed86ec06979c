import type { MatchResult } from 'ohm-js';

/**
 * A node of a match: a rule with its parts, a repeated or optional part (`_iter`), or a sign
 * (`_terminal`). Made anew whenever it is asked for, so that none outlives its reading. Ohm's own nodes with operations would do the same, at four
 * times the price of the match itself.
 */
export interface Node {
  /** The rule that matched, as `ParamDecl` or `Exp_if`. */
  readonly ctorName: string;
  /** Offsets in the text that was matched. */
  readonly source: { readonly startIdx: number; readonly endIdx: number };
  readonly sourceString: string;
  readonly numChildren: number;
  readonly children: readonly Node[];
  /** The part at `index`, which the grammar says is there. */
  child(index: number): Node;
}

/** Rules that look ahead before they ask one of many. */
const choices: ReadonlySet<string> = new Set(['Decl', 'Item', 'SiteItem']);

/** How a kind of tree is built from nodes: by rule, with the node and its parts. */
export type Actions<Context, Tree> = Readonly<
  Record<string, (context: Context, node: Node, ...parts: Node[]) => Tree>
>;

/**
 * Applies the action for a node; a rule without one that is nothing but another rule stands for that,
 * and so does one that looks ahead first, at the sign or word by which it chose that other rule.
 *
 * @throws if the grammar has a rule here that nobody reads: a fault of ours, not of the text
 */
export function act<Context, Tree>(
  actions: Actions<Context, Tree>,
  context: Context,
  node: Node,
): Tree {
  let at = node;
  for (;;) {
    const action = actions[at.ctorName];
    if (action) return action(context, at, ...at.children);
    const chosen = choices.has(at.ctorName) ? 1 : 0;
    if (at.numChildren !== chosen + 1) throw new Error(`nothing reads a \`${at.ctorName}\``);
    at = at.child(chosen);
  }
}

/** The root of a match that succeeded. */
export function rootOf(result: MatchResult): Node {
  // Not in ohm's types; its exact version is pinned, and every test of the parser stands on it.
  const { input, _cst, _cstOffset } = result as MatchResult & {
    readonly input: string;
    readonly _cst: Matched;
    readonly _cstOffset: number;
  };
  return new MatchNode(input, _cst, _cstOffset, _cstOffset);
}

/** What ohm's matcher makes. */
interface Matched {
  readonly ctorName: string;
  readonly matchLength: number;
  /** Absent from signs. */
  readonly children?: readonly Matched[];
  /** From the beginning of the innermost rule around them. */
  readonly childOffsets?: readonly number[];
}

class MatchNode implements Node {
  readonly #text: string;
  readonly #matched: Matched;
  readonly #start: number;
  /** What the offsets of the parts are counted from. */
  readonly #base: number;

  constructor(text: string, matched: Matched, start: number, ruleStart: number) {
    this.#text = text;
    this.#matched = matched;
    this.#start = start;
    this.#base = matched.ctorName === '_iter' ? ruleStart : start;
  }

  get ctorName(): string {
    return this.#matched.ctorName;
  }

  get source(): { readonly startIdx: number; readonly endIdx: number } {
    return { startIdx: this.#start, endIdx: this.#start + this.#matched.matchLength };
  }

  get sourceString(): string {
    return this.#text.slice(this.#start, this.#start + this.#matched.matchLength);
  }

  get numChildren(): number {
    return this.#matched.children?.length ?? 0;
  }

  get children(): readonly MatchNode[] {
    const { children = [] } = this.#matched;
    return children.map((_, index) => this.child(index));
  }

  child(index: number): MatchNode {
    const { children = [], childOffsets = [] } = this.#matched;
    const start = this.#base + (childOffsets[index] ?? 0);
    return new MatchNode(this.#text, children[index] as Matched, start, this.#base);
  }
}
