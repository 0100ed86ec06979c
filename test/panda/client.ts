import type { Token } from './server/tokens.ts';

/** Calls of `/api/v1` as one identity. Throws where the server does not say `success`. */
export interface Client {
  get(method: string, query?: Query): Promise<unknown>;
  post(method: string, body: object): Promise<unknown>;
}

/** A list is a key repeated. */
type Query = Readonly<Record<string, string | number | readonly number[]>>;

interface Answer {
  readonly success: boolean;
  readonly message: string;
  readonly data: unknown;
}

export class RefusedError extends Error {}

const TRIES = 5;
const RETRY_MS = 500;

/** The server drops connections when it starts itself again: what is lost so is sent again (a test may do that). */
export function clientOf(url: string, { token, origin }: Token): Client {
  const headers = {
    Accept: 'application/json',
    'Content-Type': 'application/json',
    Authorization: `Bearer ${token}`,
    Origin: origin,
  };
  async function call(method: string, query: string, init: RequestInit): Promise<unknown> {
    for (let tried = 1; ; tried++) {
      try {
        const answer = await fetch(`${url}/api/v1/${method}${query}`, { headers, ...init });
        const text = await answer.text();
        if (answer.status !== 200) throw new Error(`${method}: ${answer.status} ${text}`);
        const { success, message, data } = JSON.parse(text) as Answer;
        if (!success) throw new RefusedError(message);
        return data;
      } catch (error) {
        if (error instanceof RefusedError || tried === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS * tried));
      }
    }
  }
  return {
    get(method, query = {}) {
      const pairs = Object.entries(query).flatMap(([key, value]) =>
        (typeof value === 'object' ? value : [value]).map((v): [string, string] => [key, `${v}`]),
      );
      return call(method, `?${new URLSearchParams(pairs)}`, {});
    },
    post: (method, body) => call(method, '', { method: 'POST', body: JSON.stringify(body) }),
  };
}
