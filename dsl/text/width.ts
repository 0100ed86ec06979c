/** Tab stops as most terminals have them are every 8; a narrower one keeps excerpts short. */
const tabWidth = 4;

/** The text with tabs replaced by blanks up to the next stop, counted in terminal cells. */
export function expandTabs(text: string): string {
  if (!text.includes('\t')) return text;
  let expanded = '';
  let width = 0;
  for (const character of text) {
    if (character === '\t') {
      const blanks = tabWidth - (width % tabWidth);
      expanded += ' '.repeat(blanks);
      width += blanks;
    } else {
      expanded += character;
      width += cellsOf(character);
    }
  }
  return expanded;
}

/** How many terminal cells a text takes; tabs must have been expanded. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += cellsOf(character);
  return width;
}

/** Wide are East Asian wide and full-width forms (UAX 11) and emoji; marks and joiners take nothing. */
function cellsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300) return 1;
  if (/^[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) return 0;
  return isWide(code) || /^\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0x303e) ||
    (code >= 0x3041 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}
