/** Lines of a difference that are shown at most. */
const shownLines = 12;

/**
 * The first place where two texts differ, line by line, with one line around it: `-` is of the first
 * text, `+` of the second. Empty if they are equal.
 */
export function lineDifference(before: string, after: string): string {
  if (before === after) return '';
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  let first = 0;
  while (old[first] === fresh[first]) first++;
  const { removed, added } = firstChange(old.slice(first), fresh.slice(first));
  const lines = [
    ...old.slice(Math.max(0, first - 1), first).map((line) => `   ${line}`),
    ...removed.map((line) => ` - ${line}`),
    ...added.map((line) => ` + ${line}`),
  ];
  const more = lines.length > shownLines ? [`   (${lines.length - shownLines} more lines)`] : [];
  const shown = [...lines.slice(0, shownLines), ...more];
  return `  line ${first + 1}:\n${shown.map((line) => `  ${line}`.trimEnd()).join('\n')}\n`;
}

/** The shortest stretches at the beginning of both after which a line is the same again. */
function firstChange(
  old: readonly string[],
  fresh: readonly string[],
): { removed: readonly string[]; added: readonly string[] } {
  const reach = Math.min(old.length + fresh.length, 200);
  for (let distance = 1; distance < reach; distance++) {
    for (let added = 0; added <= distance; added++) {
      const removed = distance - added;
      const [left, right] = [old[removed], fresh[added]];
      if (left !== undefined && left === right) {
        return { removed: old.slice(0, removed), added: fresh.slice(0, added) };
      }
    }
  }
  return { removed: old, added: fresh };
}
