import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel } from '../../dsl/index.ts';
import type { Delivery, NoticeMessage } from '../../engine/index.ts';

export interface DeliverOptions {
  readonly channels: ReadonlyMap<string, Channel>;
  /** What commands inherit. */
  readonly environment: NodeJS.ProcessEnv;
  /** Of one try. */
  readonly timeoutMs?: number;
  readonly tries?: number;
  /** Before the second try; doubled for each further one. */
  readonly waitMs?: number;
}

/** What one try came to; `again` where another may help. */
type Try = Delivery & { readonly again?: boolean };

/**
 * Delivers a notice to its channel: JSON to a command's standard input or to a web address, a mail by
 * `sendmail`. A few tries of bounded time; a channel's fault is an answer, never thrown. Addresses may hold
 * keys, so that no answer repeats one.
 */
export async function deliver(message: NoticeMessage, options: DeliverOptions): Promise<Delivery> {
  const channel = options.channels.get(message.channel);
  if (!channel) {
    const text = `no site or user file says where \`${message.channel}\` leads`;
    return { delivered: false, text };
  }
  const { tries = 3, waitMs = 1_000 } = options;
  for (let n = 1; ; n++) {
    const { again, ...delivery } = await tryOnce(channel, message, options);
    if (delivery.delivered || !again || n >= tries) return delivery;
    await sleep(waitMs * 2 ** (n - 1));
  }
}

function tryOnce(channel: Channel, message: NoticeMessage, options: DeliverOptions): Promise<Try> {
  switch (channel.kind) {
    case 'webhook':
      return post(channel.url, message, options.timeoutMs ?? 10_000);
    case 'command':
      return command(channel.command, `${JSON.stringify(message)}\n`, message, options);
    case 'mail': {
      const program = ['/usr/sbin/sendmail', '/usr/lib/sendmail'].find((path) => existsSync(path));
      if (program)
        return command([program, '-t', '-i'], mail(channel.address, message), message, options);
      return Promise.resolve({ delivered: false, text: 'there is no sendmail on this machine' });
    }
  }
}

function mail(address: string, message: NoticeMessage): string {
  const failures = message.failures.map((name) => `failed: ${name}\n`).join('');
  const subject = `[braid] ${message.text}`;
  return `To: ${address}\nSubject: ${subject}\nMessage-ID: <${message.id}@braid>\n\n${message.text}\n${failures}`;
}

async function post(url: string, message: NoticeMessage, timeoutMs: number): Promise<Try> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': message.id },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    const { ok, status } = answer;
    const again = status >= 500 || status === 408 || status === 429;
    return { delivered: ok, text: `status ${status}`, again };
  } catch (error) {
    const { name, cause } = error as { name?: string; cause?: { code?: string } };
    const isLate = name === 'TimeoutError';
    const text = isLate ? `no answer in ${timeoutMs / 1000} s` : (cause?.code ?? 'not reachable');
    return { delivered: false, text, again: true };
  }
}

function command(
  [program = '', ...rest]: readonly string[],
  input: string,
  message: NoticeMessage,
  { environment, timeoutMs = 10_000 }: DeliverOptions,
): Promise<Try> {
  return new Promise((resolve) => {
    const { run, workflow, state } = message;
    const child = spawn(program, rest, {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...environment, BRAID_RUN: run, BRAID_WORKFLOW: workflow, BRAID_STATE: state },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-500);
    });
    // One that does not read its input is no fault.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ delivered: false, text: `\`${program}\`: ${error.code ?? 'not started'}` }),
    );
    child.on('exit', (code, signal) => {
      // What it left behind may hold the pipe open.
      child.stderr.destroy();
      const last = said.trim().split('\n').at(-1) ?? '';
      if (code === 0) resolve({ delivered: true, text: '' });
      else if (signal) resolve({ delivered: false, text: `not done in ${timeoutMs / 1000} s` });
      else resolve({ delivered: false, text: `exit ${code}${last && `: ${last}`}`, again: true });
    });
  });
}
