import { type Failpoint, failpointNames } from '../../engine/index.ts';
import { UsageError } from '../context.ts';

/** What `BRAID_FAILPOINT` says: at the `count`-th passing of `name` the process is killed, or stopped. */
interface Asked {
  readonly name: string;
  readonly count: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

let known: { readonly text: string; readonly at: Failpoint } | undefined;

/**
 * The failpoint of this process, for tests of what survives it: `BRAID_FAILPOINT=NAME:N` kills it with SIGKILL at
 * the n-th passing, `NAME:N:stop` stops it with SIGSTOP. Undefined without that variable. Throws UsageError.
 */
export function failpointHere(text = process.env.BRAID_FAILPOINT): Failpoint | undefined {
  if (!text) return undefined;
  if (known?.text !== text) known = { text, at: failpointOf(parse(text)) };
  return known.at;
}

function parse(text: string): Asked {
  const [name = '', count = '1', how = 'kill', ...rest] = text.split(':');
  const isName = failpointNames.some((one) => one === name);
  if (!isName || !/^[1-9][0-9]*$/.test(count) || !/^(kill|stop)$/.test(how) || rest.length > 0) {
    throw new UsageError(
      `\`BRAID_FAILPOINT=${text}\` is no failpoint`,
      `write NAME:N or NAME:N:stop; names are ${failpointNames.join(', ')}`,
    );
  }
  return { name, count: Number(count), signal: how === 'stop' ? 'SIGSTOP' : 'SIGKILL' };
}

function failpointOf({ name, count, signal }: Asked): Failpoint {
  let passed = 0;
  return (at) => {
    // The signal has its effect before `kill` returns.
    if (at === name && ++passed === count) process.kill(process.pid, signal);
  };
}
