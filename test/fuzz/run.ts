/**
 * The long fuzz run: `node test/fuzz/run.ts --inputs 20000 --seed 1 [--from 0]`, then how time and memory grow
 * with the size of a text (`--sizes` alone does only that). Prints figures; ends with 1 at the first input that
 * throws, or that takes longer than any text of its size may.
 */
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { sourcesUnder } from '../unit/dsl/syntax/corpus.ts';
import { examine } from './examine.ts';
import { inputOf } from './inputs.ts';
import { measure } from './sizes.ts';

/** An input of some kilobytes that is at work for so long hangs. */
const hangMs = 60_000;

interface Piece {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

type Message =
  | { readonly kind: 'begun'; readonly index: number }
  | {
      readonly kind: 'threw';
      readonly index: number;
      readonly text: string;
      readonly error: string;
    }
  | {
      readonly kind: 'done';
      readonly counts: Readonly<Record<string, number>>;
      readonly slowestMs: number;
    };

if (isMainThread) await main();
else await work(workerData as Piece);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
      sizes: { type: 'boolean', default: false },
    },
  });
  const from = Number(values.from);
  if (!values.sizes) {
    const good = await run({ seed: Number(values.seed), from, to: from + Number(values.inputs) });
    if (!good) process.exit(1);
  }
  if (from === 0) for (const line of measure()) console.log(line);
}

/** Runs the inputs in a thread of their own, so that one that hangs can be named. */
function run(piece: Piece): Promise<boolean> {
  const worker = new Worker(new URL(import.meta.url), { workerData: piece });
  const started = performance.now();
  let index = piece.from;
  return new Promise((resolve) => {
    const end = (good: boolean, text: string) => {
      console.log(text);
      clearTimeout(alarm);
      void worker.terminate().then(() => resolve(good));
    };
    const hangs = () => end(false, `input ${index} of seed ${piece.seed} hangs`);
    let alarm = setTimeout(hangs, hangMs);
    worker.on('message', (message: Message) => {
      switch (message.kind) {
        case 'begun':
          index = message.index;
          clearTimeout(alarm);
          alarm = setTimeout(hangs, hangMs);
          break;
        case 'threw':
          end(
            false,
            `input ${message.index} of seed ${piece.seed}:\n${message.text}\n${message.error}`,
          );
          break;
        case 'done': {
          const seconds = (performance.now() - started) / 1000;
          const { counts, slowestMs } = message;
          end(
            true,
            `${piece.to - piece.from} inputs of seed ${piece.seed} from ${piece.from} in ${seconds.toFixed(0)} s: ` +
              `${JSON.stringify(counts)}, the slowest took ${slowestMs.toFixed(0)} ms`,
          );
        }
      }
    });
    worker.on('error', (error) =>
      end(false, `input ${index} of seed ${piece.seed}: ${error.stack}`),
    );
  });
}

async function work({ seed, from, to }: Piece): Promise<void> {
  const corpus = sourcesUnder('workflows');
  const counts = { faulty: 0, checked: 0, planned: 0 };
  let slowestMs = 0;
  const tell = (message: Message) => parentPort?.postMessage(message);
  for (let index = from; index < to; index++) {
    tell({ kind: 'begun', index });
    const { name, text } = inputOf(seed, index, corpus);
    const started = performance.now();
    try {
      counts[await examine(name, text)]++;
    } catch (error) {
      tell({ kind: 'threw', index, text, error: String((error as Error).stack) });
      return;
    }
    slowestMs = Math.max(slowestMs, performance.now() - started);
  }
  tell({ kind: 'done', counts, slowestMs });
}
