/** What `braid explain CODE` prints: one page per diagnostic code. */
export interface ExplainPage {
  /** For example `E0301`. */
  readonly code: string;
  /** One line, lower case, without a full stop: what is wrong. */
  readonly title: string;
  /** Why it is wrong and what to do, in plain sentences; blank lines divide paragraphs. */
  readonly text: string;
  /** The smallest text that gives this message; empty where no text can show it. */
  readonly wrong: string;
  /** The same text put right. */
  readonly right: string;
}
