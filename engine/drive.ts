import { startEngine } from './drive/loop.ts';
import type { DriveOptions, Driving } from './drive/options.ts';

/**
 * Drives a run, new or begun, to its end: reads the journal, folds it, finds out what became of what was
 * under way, then appends, reduces, decides and acts. The only caller of the ports; takes its time and
 * identity from them and nothing from elsewhere, so that a simulator replays it.
 */
export async function drive(options: DriveOptions): Promise<Driving> {
  const engine = await startEngine(options);
  return {
    state: engine.scene.state,
    left: engine.left,
    drain: () => engine.mail.add({ kind: 'drain' }),
    cancel: () => engine.mail.add({ kind: 'cancel' }),
    abandon: () => engine.leave({ kind: 'abandoned' }),
  };
}
