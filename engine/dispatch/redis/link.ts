import type { Redis, RedisOptions } from 'ioredis';
import type { Diagnostic } from '../../../dsl/index.ts';

/**
 * Connections to one Redis (6.2 or later; Valkey is one too). All keys begin with `braid:`; names of sites and
 * ids of runs hold no `:`. Redis holds nothing that the journal and the attempts' directories do not have:
 * it may be emptied at any time.
 */
export interface Link {
  /** For commands; a command waits while there is no connection. */
  readonly commands: Redis;
  /** One more connection, for what blocks or subscribes. Closed with the link. */
  another(): Redis;
  /** When the present connection was made; undefined while there is none. */
  connectedMs(): number | undefined;
  close(): void;
}

export type Linked =
  | { readonly kind: 'linked'; readonly link: Link }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic };

export interface LinkOptions {
  readonly nowMs: () => number;
  /** Whatever goes wrong with a connection; it is made again by itself. */
  readonly onTrouble?: (text: string) => void;
  /** How long the first connection may take; default 5 s. */
  readonly timeoutMs?: number;
}

/** BullMQ's Lua scripts need 6.2; older ones have defects that drop jobs. */
const OLDEST = [6, 2] as const;
const TIMEOUT_MS = 5_000;
/**
 * A connection on which an answer is due for so long is given up: whatever is between may have forgotten it. Longer
 * than `BLOCK_MS`, since those who wait for something say nothing before.
 */
const MUTE_MS = 5_000;
/** The longest that a command may ask Redis to wait, in milliseconds. */
export const BLOCK_MS = 2_000;
/** Between two tries to connect, at most. */
const AGAIN_MS = 1_000;

/**
 * Connects to `redis://`, `rediss://` or `unix:///path` and checks that this Redis may be used: E0930 it
 * cannot be reached, E0931 it is too old, E0932 it would throw keys away, E0933 it refuses commands.
 */
export async function linkTo(url: string, options: LinkOptions): Promise<Linked> {
  const target = targetOf(url);
  if (!target) return refused(badUrl(url));
  const { Redis } = await import('ioredis');
  let sinceMs: number | undefined;
  const open: Redis[] = [];
  let isLinked = false;
  const make = () => {
    const setting: Target = {
      ...target,
      maxRetriesPerRequest: null,
      enableReadyCheck: true,
      connectTimeout: options.timeoutMs ?? TIMEOUT_MS,
      socketTimeout: MUTE_MS,
      retryStrategy: (times) => Math.min(AGAIN_MS, 20 * 2 ** Math.min(times, 6)),
    };
    const redis = new Redis(setting);
    // What goes wrong with the first one is the diagnostic's to say.
    redis.on('error', (error: Error) => isLinked && options.onTrouble?.(error.message));
    open.push(redis);
    return redis;
  };
  const commands = make();
  commands.on('ready', () => {
    sinceMs = options.nowMs();
  });
  commands.on('close', () => {
    sinceMs = undefined;
  });
  const close = () => {
    for (const redis of open) redis.disconnect();
  };
  const diagnostic = await probe(commands, url, options.timeoutMs ?? TIMEOUT_MS);
  if (diagnostic) {
    close();
    return refused(diagnostic);
  }
  isLinked = true;
  const link = { commands, another: make, connectedMs: () => sinceMs, close };
  return { kind: 'linked', link };
}

/** Replies are read as always. */
type Target = Omit<RedisOptions, 'replyMapping'>;

function refused(diagnostic: Diagnostic): Linked {
  return { kind: 'refused', diagnostic };
}

function targetOf(text: string): Target | undefined {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    return path.startsWith('/') ? { path } : undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'redis:' && url.protocol !== 'rediss:')) return undefined;
  const database = Number(url.pathname.slice(1) || 0);
  if (!Number.isInteger(database)) return undefined;
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1',
    port: Number(url.port || 6379),
    db: database,
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

/** A URL as it may be shown: without its password. */
export function shownUrl(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//');
}

async function probe(
  redis: Redis,
  url: string,
  timeoutMs: number,
): Promise<Diagnostic | undefined> {
  let last = 'no answer';
  redis.on('error', (error: Error) => {
    last = error.message;
  });
  const info = await within(timeoutMs, redis.info()).catch((error: unknown) => error as Error);
  if (info === undefined) return unreachable(url, last);
  if (typeof info !== 'string') return forbidden(url, info.message);
  return tooOld(url, info) ?? evicting(url, info) ?? (await forbids(redis, url));
}

function tooOld(url: string, info: string): Diagnostic | undefined {
  const version = field(info, 'valkey_version') ?? field(info, 'redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return {
    code: 'E0931',
    severity: 'error',
    message: `the Redis at ${shownUrl(url)} is version ${version}, ${OLDEST.join('.')} is needed`,
    hint: 'start a newer Redis or Valkey, or leave out `--redis`',
  };
}

function evicting(url: string, info: string): Diagnostic | undefined {
  const policy = field(info, 'maxmemory_policy') ?? 'noeviction';
  if (policy === 'noeviction') return undefined;
  return {
    code: 'E0932',
    severity: 'error',
    message: `the Redis at ${shownUrl(url)} throws keys away when its memory is full (${policy})`,
    hint: 'give it `maxmemory-policy noeviction` (redis-cli CONFIG SET maxmemory-policy noeviction, and in its file), or use a Redis of its own',
  };
}

/** What BullMQ does in its scripts, on keys that are gone afterwards. */
const TRIAL = `
redis.call('HSET', KEYS[1], 'f', '1')
redis.call('ZADD', KEYS[2], 1, 'm')
redis.call('LPUSH', KEYS[3], 'e')
redis.call('XADD', KEYS[4], '*', 'f', '1')
redis.call('SET', KEYS[5], '1', 'PX', '1000')
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5])`;

/** What BullMQ and we cannot do without: scripts that write, streams, waiting, publishing. */
async function forbids(redis: Redis, url: string): Promise<Diagnostic | undefined> {
  const keys = ['hash', 'set', 'list', 'stream', 'string'].map((kind) => `braid:probe:${kind}`);
  try {
    await redis.eval(TRIAL, keys.length, ...keys);
    await redis.xlen('braid:probe');
    await redis.hgetall('braid:probe');
    await redis.bzpopmin('braid:probe', 0.01);
    await redis.publish('braid:probe', '');
    return undefined;
  } catch (error) {
    return forbidden(url, (error as Error).message);
  }
}

const RIGHTS =
  '~braid:* &braid:* +@read +@write +@pubsub +@scripting +@connection -@dangerous +info';
const WHO = `give user and password in the URL (\`redis://user:password@host\`); the user needs \`${RIGHTS}\``;
const FULL = 'make room there, or use a Redis of its own';

/** What its refusals begin with, in our words if they are clearer, and what helps. */
const REFUSALS: readonly (readonly [RegExp, string, string])[] = [
  [/^NOAUTH\b.*/, 'it wants a user and a password', WHO],
  [/^WRONGPASS\b.*/, 'user or password is wrong', WHO],
  [/^NOPERM /, '', WHO],
  [/^READONLY\b.*/, 'it is a replica that only reads', 'give the URL of the one that writes'],
  [/^OOM\b.*/, 'its memory is full', FULL],
  [/^MISCONF\b.*/, 'it cannot write to its disk', FULL],
];

function forbidden(url: string, text: string): Diagnostic {
  const known = REFUSALS.find(([pattern]) => pattern.test(text));
  // Of one in a script it names the script.
  const plain = text.replace(/^ERR /, '').replace(/ script: [0-9a-f]{40}.*/s, '');
  const reason = known ? text.replace(known[0], known[1]) : plain;
  return {
    code: 'E0933',
    severity: 'error',
    message: `the Redis at ${shownUrl(url)} refuses: ${reason}`,
    hint: known?.[2] ?? WHO,
  };
}

function unreachable(url: string, text: string): Diagnostic {
  return {
    code: 'E0930',
    severity: 'error',
    message: `the Redis at ${shownUrl(url)} cannot be reached: ${text}`,
    hint: 'is it running, and is the URL right? `--redis auto` starts one of its own',
  };
}

function badUrl(url: string): Diagnostic {
  return {
    code: 'E0930',
    severity: 'error',
    message: `\`${shownUrl(url)}\` is no URL of a Redis`,
    hint: 'write `redis://host:6379`, `rediss://user:password@host:6379`, `unix:///path/to/socket`, or `auto`',
  };
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

/** Undefined if it takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
