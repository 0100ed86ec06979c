/** What pip or uv meant, in one line, and what to do about it. */
export interface PipFailure {
  readonly text: string;
  readonly hint: string;
  /** Trying again is in vain. */
  readonly permanent: boolean;
}

const NETWORK =
  /name resolution|NewConnectionError|ConnectTimeout|Network is unreachable|Failed to establish|dns error|error sending request|Could not fetch URL|Connection refused|ProxyError|Failed to fetch/i;

const KINDS: readonly (PipFailure & { readonly sign: RegExp })[] = [
  {
    sign: /DO NOT MATCH THE HASHES|Hash mismatch/i,
    text: 'a package is not what its hash promises',
    hint: 'check the hash in `pip`, or whether the package index was tampered with',
    permanent: true,
  },
  {
    sign: NETWORK,
    text: 'the package index cannot be reached',
    hint: 'is there a network here? set PIP_INDEX_URL, or HTTPS_PROXY, if there is a way out',
    permanent: false,
  },
  {
    sign: /ensurepip is not|No module named ensurepip|No module named venv/i,
    text: 'this python3 cannot make virtual environments',
    hint: 'install `uv`, or the package `python3-venv`',
    permanent: true,
  },
  {
    sign: /No matching distribution|No solution found|not found in the package registry/i,
    text: 'no such package or version for this python',
    hint: 'check name and version in `pip`',
    permanent: true,
  },
  {
    sign: /ResolutionImpossible|conflicting dependencies/i,
    text: 'these packages exclude each other',
    hint: 'loosen one of the versions in `pip`',
    permanent: true,
  },
  {
    sign: /No space left/i,
    text: 'the disk is full',
    hint: 'free some space and run again',
    permanent: false,
  },
];

/** Explains the last lines of a failed installation; always shows some of them. */
export function explainPip(tail: readonly string[], logPath: string): PipFailure {
  const all = tail.join('\n');
  const kind = KINDS.find(({ sign }) => sign.test(all));
  const errors = tail.filter((line) => /error|×|╰/i.test(line));
  const last = (errors.length > 0 ? errors : tail).slice(-6).join('\n');
  return {
    text: `${kind?.text ?? 'the packages could not be installed'}\n${last}`,
    hint: `${kind?.hint ?? 'the whole output may say more'}; all of it is in ${logPath}`,
    permanent: kind?.permanent ?? false,
  };
}
