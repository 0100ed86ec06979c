/** One word of a POSIX shell, whatever the text holds. Text with a NUL cannot be passed to a program at all: see {@link hasNul}. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function hasNul(text: string): boolean {
  return text.includes('\0');
}

/** What a shell takes as a variable's name. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
