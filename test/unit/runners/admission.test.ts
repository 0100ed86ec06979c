import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type LaneLoad, type Need, nextMove, usedBy } from '../../../runners/local/admission.ts';

const CAPACITY = { slots: 4, memoryBytes: 100 };
type Unit = Need & { readonly name: string };

const unit = (name: string, cpus = 1, memoryBytes = 0): Unit => ({ name, cpus, memoryBytes });
const lane = (name: string, ...units: Unit[]): LaneLoad<string, Unit> => ({
  lane: name,
  open: true,
  units,
});

/** `start x on A`, as a sentence. */
function move(first: Unit | undefined, ...loads: LaneLoad<string, Unit>[]): string {
  const next = nextMove<string, Unit>(first, loads, CAPACITY);
  if (!next) return 'wait';
  const from = next.kind === 'copy' ? ` from ${next.from}` : '';
  return `${next.kind} ${next.unit.name}${from} on ${next.lane ?? 'a new lane'}`;
}

it('starts on an idle lane, else on a new one while there are slots', () => {
  expect(move(unit('x'))).toBe('start x on a new lane');
  expect(move(unit('x'), lane('A', unit('a')), lane('B'))).toBe('start x on B');
});

it('puts one ahead of each running one that is at least as large', () => {
  const full = ['A', 'B', 'C', 'D'].map((name) => lane(name, unit(name)));
  expect(move(unit('x'), ...full)).toBe('ahead x on A');
  expect(move(unit('x', 2), ...full)).toBe('wait');
  expect(move(unit('x', 1, 1), ...full)).toBe('wait');
  const twice = full.map((load) => lane(load.lane, ...load.units, unit('next')));
  expect(move(unit('x'), ...twice)).toBe('wait');
});

it('puts several ahead where that is wanted, evenly, none larger than the one before it', () => {
  const full = ['A', 'B', 'C', 'D'].map((name) => lane(name, unit(name), unit('next')));
  const [first, ...rest] = full;
  const ahead = (next: Unit, ...loads: LaneLoad<string, Unit>[]) =>
    nextMove<string, Unit>(next, loads, CAPACITY, 2)?.lane;
  expect(ahead(unit('x'), ...full)).toBe('A');
  expect(ahead(unit('x'), ...rest, lane('E', unit('e')))).toBe('E');
  expect(ahead(unit('x'), ...(first ? [lane('A', ...first.units, unit('x'))] : []), ...rest)).toBe(
    'B',
  );
  const shrunk = full.map((load) => lane(load.lane, unit('large', 1, 9), unit('small', 1, 1)));
  expect(ahead(unit('x', 1, 5), ...shrunk)).toBe(undefined);
});

it('gives an idle lane what waits behind a long one', () => {
  expect(move(unit('x'), lane('A', unit('a'), unit('b')), lane('B'))).toBe('copy b from A on B');
  const longer = lane('C', unit('c'), unit('d'), unit('e'));
  expect(move(unit('x'), lane('A', unit('a'), unit('b')), lane('B'), longer)).toBe(
    'copy e from C on B',
  );
});

it('leaves alone what another engine started or what is being stopped', () => {
  const foreign = { ...lane('A', unit('a', 4)), open: false };
  expect(move(unit('x'), foreign)).toBe('wait');
});

const anyUnit = fc.record({
  name: fc.constant('u'),
  cpus: fc.integer({ min: 1, max: 4 }),
  memoryBytes: fc.integer({ min: 0, max: 100 }),
});

it('never gives out more than there is, and never rests while the first fits', () => {
  fc.assert(
    fc.property(
      fc.array(anyUnit, { maxLength: 20 }),
      fc.infiniteStream(fc.nat(9)),
      fc.integer({ min: 1, max: 5 }),
      (queue, dice, ahead) => {
        const waiting = [...queue];
        const lanes: { lane: number; open: boolean; units: Unit[] }[] = [];
        for (let turn = 0; waiting.length > 0 || lanes.some((l) => l.units.length > 0); turn++) {
          expect(turn).toBeLessThan(200);
          for (;;) {
            const next = nextMove<number, Unit>(waiting[0], lanes, CAPACITY, ahead);
            if (!next) break;
            if (next.kind === 'copy') {
              const from = lanes.find((l) => l.lane === next.from);
              from?.units.splice(from.units.indexOf(next.unit), 1);
            } else waiting.shift();
            const target = lanes.find((l) => l.lane === next.lane);
            if (target) target.units.push(next.unit);
            else lanes.push({ lane: lanes.length, open: true, units: [next.unit] });
            const used = usedBy(lanes);
            expect(used.cpus).toBeLessThanOrEqual(CAPACITY.slots);
            expect(used.memoryBytes).toBeLessThanOrEqual(CAPACITY.memoryBytes);
          }
          const busy = lanes.filter((l) => l.units.length > 0);
          expect(busy.length).toBeGreaterThan(0);
          busy[(dice.next().value ?? 0) % busy.length]?.units.shift();
        }
      },
    ),
  );
});
