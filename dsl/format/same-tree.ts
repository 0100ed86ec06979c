/** What says where something was written, not what. */
const places = new Set(['span', 'source']);

/** True if two syntax trees, or parts of them, differ at most in where they were written. */
export function sameTree(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return Object.is(one, other);
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = namesOf(one);
  const others = namesOf(other);
  return (
    names.length === others.length &&
    names.every((name) => sameTree(Reflect.get(one, name), Reflect.get(other, name)))
  );
}

function namesOf(part: object): string[] {
  return Object.keys(part).filter((name) => !places.has(name));
}
