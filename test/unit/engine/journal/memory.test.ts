import { describe } from 'vitest';
import { memoryStore, openMemoryJournal } from '../../../../engine/journal/memory.ts';
import { journalConformance } from '../../../conformance/journal.ts';

describe('the journal in memory', () => {
  journalConformance(() => {
    const store = memoryStore();
    return {
      open: (options) => openMemoryJournal(store, options),
      full(is) {
        store.faults.full = is;
      },
    };
  });
});
