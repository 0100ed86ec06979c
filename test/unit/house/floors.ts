import { dirname, join, normalize } from 'node:path';

/**
 * The table of floors: which folder may import which, by its entry. Type imports count. The reason is
 * the message.
 */
export interface Floor {
  readonly name: string;
  /** Other floors it may enter, each through its `index.ts`. */
  readonly floors: readonly string[];
  /** Packages, with the path prefixes in which they may be imported. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  readonly reason: string;
}

export const floors: readonly Floor[] = [
  {
    name: 'dsl',
    floors: [],
    packages: { 'ohm-js': ['dsl/syntax/'] },
    reason: 'the language is pure: text in, Program out; only its parser knows ohm',
  },
  {
    name: 'engine',
    floors: ['dsl'],
    packages: {
      graphology: ['engine/plan/'],
      'graphology-types': ['engine/plan/'],
      elkjs: ['engine/graph/'],
      bullmq: ['engine/dispatch/redis/'],
      ioredis: ['engine/dispatch/redis/'],
      'node:sqlite': ['engine/journal/'],
    },
    reason: 'the engine knows the language and ports, never a kind of place',
  },
  {
    name: 'runners',
    floors: ['engine'],
    packages: {},
    reason: 'a runner gets finished scripts: it needs no language and decides nothing',
  },
  {
    name: 'cli',
    floors: ['dsl', 'engine', 'runners'],
    packages: { commander: ['cli/'], pino: ['cli/'] },
    reason: 'the composition root: verbs, terminal views',
  },
];

/** Node's own modules that a pure floor may not touch. */
const worldly =
  /^node:(fs|child_process|net|http|https|os|process|worker_threads|timers|dns|sqlite)/;

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

/** Specifiers of every static, type and dynamic import of a source text. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(importPattern)].map((match) => match[1] ?? match[2] ?? '');
}

/** Breaches of the table in one file, as sentences. `path` is relative to the repository. */
export function breachesOf(path: string, text: string): string[] {
  const floor = floors.find((f) => path.startsWith(`${f.name}/`));
  if (!floor) return [];
  const breaches: string[] = [];
  for (const specifier of importsOf(text)) {
    if (specifier.startsWith('.')) {
      const target = normalize(join(dirname(path), specifier));
      const other = target.split('/')[0] ?? '';
      if (other === floor.name || target === 'package.json') continue;
      if (!floor.floors.includes(other)) {
        breaches.push(`${path}: imports ${target}; ${floor.reason}`);
      } else if (target !== `${other}/index.ts`) {
        breaches.push(`${path}: enters ${other}/ by ${target}; a floor is entered by its index.ts`);
      }
      continue;
    }
    const known = Object.entries(floor.packages).find(([name]) => packageOf(specifier) === name);
    if (known) {
      if (!known[1].some((prefix) => path.startsWith(prefix))) {
        breaches.push(`${path}: imports ${specifier}, which belongs in ${known[1].join(', ')}`);
      }
    } else if (!specifier.startsWith('node:') || specifier === 'node:sqlite') {
      breaches.push(`${path}: imports ${specifier}, which is not in the table of ${floor.name}/`);
    } else if (floor.name === 'dsl' && worldly.test(specifier)) {
      breaches.push(`${path}: imports ${specifier}; ${floor.reason}`);
    }
  }
  return breaches;
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

/** Import cycles among files (paths → text), each as the list of files on it; type imports count. */
export function cyclesOf(files: ReadonlyMap<string, string>): string[][] {
  const targets = new Map<string, string[]>();
  for (const [path, text] of files) {
    const within = importsOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => normalize(join(dirname(path), specifier)))
      .filter((target) => files.has(target));
    targets.set(path, within);
  }
  return strongComponents(targets).filter((component) => component.length > 1);
}

/** Tarjan's strongly connected components. */
function strongComponents(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const components: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.get(node) ?? 0);
    stack.push(node);
    onStack.add(node);
    for (const target of targets.get(node) ?? []) {
      if (!order.has(target)) visit(target);
      if (onStack.has(target)) {
        low.set(node, Math.min(low.get(node) ?? 0, low.get(target) ?? 0));
      }
    }
    if (low.get(node) !== order.get(node)) return;
    const component: string[] = [];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      onStack.delete(top);
      component.push(top);
      if (top === node) break;
    }
    components.push(component);
  };
  for (const node of targets.keys()) if (!order.has(node)) visit(node);
  return components;
}
