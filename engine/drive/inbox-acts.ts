import { answerArrivals, readArrivals } from '../inbox.ts';
import type { Recorded } from '../run/reduce.ts';
import type { Acting } from './engine.ts';

export interface InboxActs {
  readInbox(): void;
  /** Answers the interventions among events that are durable. */
  answer(events: readonly Recorded[]): void;
}

/** Reading the inbox and answering what is in it. */
export function inboxActs(acting: Acting): InboxActs {
  const { engine } = acting;
  const { files, records: directory = engine.options.directory } = engine.options;
  const { state } = engine.scene;
  // The state may be ahead of the journal: what it has answered is said only once that is durable.
  const answered = new Set(
    [...state.interventions].flatMap(([id, { answer }]) => (answer ? [id] : [])),
  );
  return {
    readInbox() {
      acting.begin('inbox', async () => {
        const arrivals = await readArrivals(files, directory);
        const fresh = arrivals.filter(({ id }) => !answered.has(id));
        for (const arrival of fresh) engine.mail.add({ kind: 'intervention', arrival });
        const known = arrivals.map(({ id }) => id).filter((id) => answered.has(id));
        await answerArrivals(files, directory, state, known);
      });
    },
    answer(events) {
      const ids = events.flatMap(({ event }) =>
        event.kind === 'intervention.answered' ? [event.id] : [],
      );
      if (ids.length === 0) return;
      for (const id of ids) answered.add(id);
      acting.begin('inbox', () => answerArrivals(files, directory, state, ids));
    },
  };
}
