/** What a text may be at most. Long data belongs in tables, which have no such limits. */

/** Characters of a file (1 MiB). */
export const fileCharactersMax = 1 << 20;

/** Characters of one declaration, its scripts, comments and superfluous blanks not counted (32 KiB). */
export const declarationCharactersMax = 1 << 15;

/** Brackets inside brackets. */
export const bracketNestingMax = 64;

/** Characters of one `@{...}`: whoever needs more gives it a name. */
export const interpolationCharactersMax = 1 << 12;

/** Strings inside `@{...}` inside strings. */
export const stringNestingMax = 8;

/** Errors in the strings of one declaration, after which nobody looks for more of them. */
export const stringFaultsMax = 20;

/** Operators inside operators; deeper trees would exhaust the stack of whoever walks them. */
export const expressionNestingMax = 200;
