import { afterEach, expect, it } from 'vitest';
import type { Holder, Liveness } from '../../engine/journal/holder.ts';
import { Fenced, type Journal, JournalFull, type NewEvent } from '../../engine/ports.ts';

/** One place that several engines may open, as the suite needs it. */
export interface JournalPlace {
  open(options: {
    readonly holder: Holder;
    readonly takeOver?: boolean;
    readonly wallMs?: () => number;
    readonly liveness?: (holder: Holder) => Liveness;
  }):
    | { readonly kind: 'opened'; readonly journal: Journal }
    | { readonly kind: 'held'; readonly lease: { readonly holder: Holder | undefined } }
    | { readonly kind: 'unusable' };
  /** From now on (or no longer) every write finds the disk full; absent where that cannot be had. */
  readonly full?: ((is: boolean) => void) | undefined;
}

export function holderNamed(host: string): Holder {
  return { host, pid: 4711, startTicks: '1', bootId: 'b', pidNamespace: 'pid:[1]' };
}

export function eventsOf(...kinds: string[]): NewEvent[] {
  return kinds.map((kind, i) => ({ at: '2026-01-01T00:00:00.000Z', runMs: i, event: { kind } }));
}

export async function kindsIn(journal: Pick<Journal, 'read'>, fromSeq = 1): Promise<string[]> {
  const kinds: string[] = [];
  for await (const batch of journal.read(fromSeq)) {
    for (const stored of batch) kinds.push(`${stored.seq} ${stored.epoch} ${stored.event.kind}`);
  }
  return kinds;
}

/** The contract of `Journal`, and of opening one; `makePlace` gives an empty one a test. */
export function journalConformance(makePlace: () => JournalPlace): void {
  const opened: Journal[] = [];
  afterEach(async () => {
    for (const journal of opened.splice(0)) await journal.close();
  });
  const alive = () => 'alive' as const;
  const open = (place: JournalPlace, options: Parameters<JournalPlace['open']>[0]): Journal => {
    const result = place.open({ liveness: alive, ...options });
    if (result.kind !== 'opened') throw new Error(`not opened: ${result.kind}`);
    opened.push(result.journal);
    return result.journal;
  };

  it('numbers events from 1 and gives them back in order', async () => {
    const journal = open(makePlace(), { holder: holderNamed('a') });
    expect(await journal.append(eventsOf('run.created', 'run.started'))).toBe(2);
    expect(await journal.append(eventsOf('run.ended'))).toBe(3);
    expect(await journal.append([])).toBe(3);
    expect(await kindsIn(journal)).toEqual(['1 1 run.created', '2 1 run.started', '3 1 run.ended']);
    expect(await kindsIn(journal, 3)).toEqual(['3 1 run.ended']);
    expect(await kindsIn(journal, 4)).toEqual([]);
  });

  it('keeps all of an event: time, clock and fields', async () => {
    const journal = open(makePlace(), { holder: holderNamed('a') });
    const event = { kind: 'attempt.ended', text: 'é \u0000 "', none: null, list: [1.5, true] };
    await journal.append([{ at: '2026-07-01T12:00:00.123Z', runMs: 1234.5, event }]);
    for await (const [stored] of journal.read(1)) {
      const { at, runMs } = stored ?? {};
      expect({ at, runMs, event: stored?.event }).toEqual({
        at: '2026-07-01T12:00:00.123Z',
        runMs: 1234.5,
        event,
      });
    }
    expect.assertions(1);
  });

  it('reads what is more than one batch', async () => {
    const journal = open(makePlace(), { holder: holderNamed('a') });
    await journal.append(eventsOf(...Array.from({ length: 4_500 }, () => 'tick')));
    const kinds = await kindsIn(journal, 2);
    expect(kinds.length).toBe(4_499);
    expect(kinds.at(-1)).toBe('4500 1 tick');
  });

  it('gives the run to one of two engines', async () => {
    const place = makePlace();
    open(place, { holder: holderNamed('a') });
    const second = place.open({ holder: holderNamed('b'), liveness: alive });
    expect(second.kind === 'held' && second.lease.holder?.host).toBe('a');
  });

  it('gives the run to the next engine, with the next epoch, once the first has closed', async () => {
    const place = makePlace();
    const first = open(place, { holder: holderNamed('a') });
    await first.append(eventsOf('run.created'));
    await first.close();
    const second = open(place, { holder: holderNamed('b') });
    await second.append(eventsOf('run.resumed'));
    expect(await kindsIn(second)).toEqual(['1 1 run.created', '2 2 run.resumed']);
  });

  it('gives the run of a dead holder away at once, of an unreachable one after a minute', async () => {
    const place = makePlace();
    open(place, { holder: holderNamed('a'), wallMs: () => 1_000_000 });
    const ask = (liveness: () => Liveness, nowMs: number) => {
      const result = place.open({ holder: holderNamed('b'), liveness, wallMs: () => nowMs });
      if (result.kind === 'opened') opened.push(result.journal);
      return result.kind;
    };
    expect(ask(() => 'elsewhere', 1_059_000)).toBe('held');
    expect(ask(() => 'elsewhere', 1_061_000)).toBe('opened');
    expect(ask(() => 'alive', 9_000_000)).toBe('held');
    expect(ask(() => 'dead', 1_061_000)).toBe('opened');
  });

  it('fences an engine whose run was taken: none of its later events is kept', async () => {
    const place = makePlace();
    const old = open(place, { holder: holderNamed('a') });
    await old.append(eventsOf('run.created'));
    const next = open(place, { holder: holderNamed('b'), takeOver: true });
    await expect(old.append(eventsOf('late'))).rejects.toBeInstanceOf(Fenced);
    await expect(old.snapshot(new Uint8Array(1), 1)).rejects.toBeInstanceOf(Fenced);
    await next.append(eventsOf('run.resumed'));
    await expect(old.append(eventsOf('late'))).rejects.toBeInstanceOf(Fenced);
    expect(await kindsIn(next)).toEqual(['1 1 run.created', '2 2 run.resumed']);
    await old.close();
    // Closing must not free what the other one holds.
    expect(place.open({ holder: holderNamed('c'), liveness: alive }).kind).toBe('held');
  });

  it('writes nothing of a batch when the disk is full, and goes on when there is room', async (context) => {
    const place = makePlace();
    const full = place.full ?? context.skip('no disk of its own to fill');
    const journal = open(place, { holder: holderNamed('a') });
    await journal.append(eventsOf('run.created'));
    full(true);
    const many = eventsOf(...Array.from({ length: 500 }, () => 'x'.repeat(400)));
    await expect(journal.append(many)).rejects.toBeInstanceOf(JournalFull);
    expect(await kindsIn(journal)).toEqual(['1 1 run.created']);
    full(false);
    expect(await journal.append(eventsOf('run.started'))).toBe(2);
    expect(await kindsIn(journal)).toEqual(['1 1 run.created', '2 1 run.started']);
  });

  it('keeps the latest snapshot', async () => {
    const journal = open(makePlace(), { holder: holderNamed('a') });
    expect(await journal.latest()).toBeUndefined();
    await journal.append(eventsOf('a', 'b', 'c', 'd'));
    await journal.snapshot(Uint8Array.of(1, 2), 2);
    await journal.snapshot(Uint8Array.of(3, 0, 255), 4);
    const latest = await journal.latest();
    expect(latest?.seq).toBe(4);
    expect([...(latest?.state ?? [])]).toEqual([3, 0, 255]);
  });

  it('tells those who watch, until they stop', async () => {
    const journal = open(makePlace(), { holder: holderNamed('a') });
    const seen: number[] = [];
    const stop = journal.watch((seq) => seen.push(seq));
    await journal.append(eventsOf('a', 'b'));
    await Promise.resolve();
    stop();
    await journal.append(eventsOf('c'));
    await Promise.resolve();
    expect(seen).toEqual([2]);
  });
}
