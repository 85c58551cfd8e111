import { describe, expect, it } from 'vitest';
import { SUBGROUP_TARGET } from '../../test/kernel-target.ts';
import type { TuningRecords } from '../hub/tuning-records.ts';
import { DEFAULT_KNOBS, type KernelKnobs, type KernelTarget } from '../kernels/kernel.ts';
import type { DecodeMatrix } from './decode-matrices.ts';
import { MAX_ATTEMPTS, TUNING_BUDGET_MS, Tuner, type TunerParts } from './tuner.ts';

const TARGET: KernelTarget = {
  ...SUBGROUP_TARGET,
  f16: true,
  integerDot: false,
  maxInvocations: 1024,
  maxWorkgroupBytes: 49_152,
};
const Q4: DecodeMatrix = {
  format: { bits: 4, group: 32, asymmetric: false },
  rows: 16_384,
  stride: 4096,
  paired: false,
  count: 4,
};
const Q8: DecodeMatrix = { ...Q4, format: { bits: 8, group: 64, asymmetric: false } };
const F16: DecodeMatrix = { ...Q4, format: 'f16', stride: 8192 };

/** A tuner with a clock that only samples and compiling move on. */
class Fake {
  nowMs = 5000;
  compiled: (knobs: KernelKnobs) => Promise<void> = async () => undefined;
  samples: KernelKnobs[] = [];
  opened = 0;
  disposed = 0;
  kept = new Map<string, string>();
  /** Milliseconds of a sample; an error for what does not compile. */
  ms: (knobs: KernelKnobs, rows: number) => number | Error = () => 10;
  openMs = 0;
  version = 'browser 1';

  readonly records: TuningRecords = {
    get: async (key) => this.kept.get(key),
    put: async (key, text) => void this.kept.set(key, text),
  };

  tuner(parts: Partial<TunerParts> = {}): Tuner {
    return new Tuner({
      target: TARGET,
      key: 'adapter',
      version: this.version,
      openTimer: async (_matrices, _mostBytes, _candidates, rows) => {
        this.opened++;
        this.nowMs += this.openMs;
        return {
          prepare: (knobs) => this.compiled(knobs),
          time: async (knobs) => {
            this.samples.push(knobs);
            const ms = this.ms(knobs, rows);
            if (typeof ms !== 'number') throw ms;
            this.nowMs += Math.max(ms, 1);
            return ms;
          },
          dispose: () => {
            this.disposed++;
          },
        };
      },
      now: () => this.nowMs,
      waitFor: async (work) => void (await work),
      ...parts,
    });
  }

  knobs(...matrices: DecodeMatrix[]): Promise<KernelKnobs> {
    return this.tuner().knobs(matrices, this.records);
  }
}

describe('the tuner', () => {
  it('takes the fastest', async () => {
    const fake = new Fake();
    fake.ms = ({ q4 }) => (q4.groups === 4 ? 9 : q4.groups === 16 ? 8 : 10);
    expect(await fake.knobs(Q4)).toEqual({ ...DEFAULT_KNOBS, q4: { ...DEFAULT_KNOBS.q4, groups: 16 } });
    expect(fake.disposed).toBe(1);
  });

  it('keeps the default unless another is 3 % faster', async () => {
    const fake = new Fake();
    fake.ms = (knobs) => (knobs.q4.groups === 4 ? 9.71 : 10);
    expect(await fake.knobs(Q4)).toEqual(DEFAULT_KNOBS);
    fake.kept.clear();
    fake.ms = (knobs) => (knobs.q4.groups === 4 ? 9.69 : 10);
    expect((await fake.knobs(Q4)).q4.groups).toBe(4);
  });

  it('counts the best sample of each, and none that says nothing', async () => {
    const fake = new Fake();
    fake.ms = (knobs) => {
      const isFirst = fake.samples.filter((each) => each === knobs).length === 1;
      if (knobs.q4.groups === 16) return isFirst ? 0 : -1;
      return knobs.q4.groups === 8 && isFirst ? 40 : 10;
    };
    expect(await fake.knobs(Q4)).toEqual(DEFAULT_KNOBS);
  });

  it('measures each class of weights that the model has, and no other', async () => {
    const fake = new Fake();
    fake.ms = ({ q4, q8, float }) => (q4.groups === 4 || !q8.direct || float.rows === 2 ? 5 : 10);
    const knobs = await fake.knobs(Q4, Q8);
    expect([knobs.q4.groups, knobs.q8.direct]).toEqual([4, false]);
    expect(knobs.float).toEqual(DEFAULT_KNOBS.float);
    expect((await fake.knobs(F16)).float.rows).toBe(2);
    expect([fake.opened, fake.disposed]).toEqual([3, 3]);
  });

  it('leaves out candidates that make the same shapes on these matrices', async () => {
    const fake = new Fake();
    // So few rows that every group has one of them whatever makes a GPU busy; so narrow that no cap on invocations counts.
    await fake.knobs({ ...Q4, rows: 64 }, { ...F16, stride: 256 });
    const seen = new Set(fake.samples.map((knobs) => JSON.stringify(knobs)));
    expect([...seen].filter((text) => text.includes('"busyGroups":512'))).toEqual([]);
    expect([...seen].filter((text) => text.includes('"workgroup":64'))).toEqual([]);
  });

  it('passes over candidates that do not compile', async () => {
    const fake = new Fake();
    fake.ms = (knobs) => (knobs.q4.groups === 4 ? new Error('no') : knobs.q4.groups === 16 ? 5 : 10);
    expect((await fake.knobs(Q4)).q4.groups).toBe(16);
    expect(fake.samples.filter(({ q4 }) => q4.groups === 4).length).toBe(1);
  });
});

describe('prompts', () => {
  const target = { ...TARGET, integerDot: true };

  it('are timed apart from decoding, behind it and with its knobs', async () => {
    const fake = new Fake();
    fake.ms = ({ q4 }, rows) => (rows === 1 ? (q4.groups === 4 ? 5 : 10) : q4.integerTiles ? 4 : 10);
    const knobs = await fake.tuner({ target }).knobs([Q4, F16], fake.records);
    expect(knobs.q4).toEqual({ ...DEFAULT_KNOBS.q4, groups: 4, integerTiles: true });
    // Of q4 both, of floats decoding alone.
    expect([fake.opened, fake.disposed]).toEqual([3, 3]);
    expect(JSON.parse(fake.kept.get('adapter') ?? '').knobs.q4).toEqual(knobs.q4);
  });

  it('keep the plain tiles where the others are no faster, do not compile or come too late', async () => {
    for (const ms of [10, new Error('no'), 2000]) {
      const fake = new Fake();
      fake.ms = ({ q4 }, rows) => (rows > 1 && (q4.integerTiles || ms === 2000) ? ms : q4.groups === 4 ? 8 : 10);
      const { q4 } = await fake.tuner({ target }).knobs([Q4], fake.records);
      // Prompts come before what promises little for decoding.
      expect(q4).toEqual({ ...DEFAULT_KNOBS.q4, groups: ms === 2000 ? 8 : 4 });
    }
  });

  it('keep the plain tiles where those cannot be timed, and decoding keeps what was found', async () => {
    const fake = new Fake();
    fake.ms = ({ q4 }, rows) => (rows === 1 ? (q4.groups === 4 ? 8 : 10) : q4.integerTiles ? 1 : new Error('no'));
    const { q4 } = await fake.tuner({ target }).knobs([Q4], fake.records);
    expect(q4).toEqual({ ...DEFAULT_KNOBS.q4, groups: 4 });
  });

  it('take integer tiles where there was no time for them and decoding is faster so, until there is', async () => {
    const fake = new Fake();
    fake.ms = ({ q4 }, rows) => (rows > 1 ? 2000 : q4.integerDot ? 5 : 10);
    const { q4 } = await fake.tuner({ target }).knobs([Q4], fake.records);
    expect(q4).toMatchObject({ integerDot: true, integerTiles: true });
    expect(JSON.parse(fake.kept.get('adapter') ?? '').attempts).toEqual({ q4: 1 });
    fake.ms = ({ q4 }, rows) => (rows > 1 ? 20 : q4.integerDot ? 5 : 10);
    const later = await fake.tuner({ target }).knobs([Q4], fake.records);
    expect(later.q4).toMatchObject({ integerDot: true, integerTiles: false });
  });

  it('are not timed where subgroup matrices multiply them', async () => {
    const fake = new Fake();
    await fake.tuner({ target: { ...target, matrices: true } }).knobs([Q4], fake.records);
    expect(fake.opened).toBe(1);
  });
});

describe('the budget', () => {
  it('is for what promises most first, and by what a token reads of each class', async () => {
    const fake = new Fake();
    const target = { ...TARGET, integerDot: true };
    fake.ms = ({ q4, q8 }) => (q4.integerDot || q4.integerTiles || q8.integerDot ? 90 : 100);
    const few = { ...Q8, rows: 1024 };
    expect((await fake.tuner({ target }).knobs([few, Q4], fake.records)).q4).toMatchObject({
      integerDot: true,
      integerTiles: true,
    });
    const changes = fake.samples.slice(0, 5).map(({ q4: { integerDot, integerTiles } }) => [integerDot, integerTiles]);
    expect(changes.slice(0, 4)).toEqual([
      [false, false],
      [true, false],
      [false, false],
      [false, true],
    ]);
    expect(fake.samples.filter(({ q8 }) => q8 !== DEFAULT_KNOBS.q8).length).toBeLessThanOrEqual(2);
  });

  it('goes to what is compiled, and does not wait for the rest', async () => {
    const fake = new Fake();
    fake.ms = ({ q4 }) => (q4.groups === 16 ? 5 : 10);
    fake.compiled = ({ q4 }) => (q4.groups === 4 ? new Promise(() => undefined) : Promise.resolve());
    const waitFor = async (work: Promise<unknown>) =>
      void (await Promise.race([work, new Promise((resolve) => setTimeout(resolve, 20))]));
    const { q4 } = await fake.tuner({ waitFor }).knobs([Q4], fake.records);
    expect(q4.groups).toBe(16);
    expect(fake.samples.some((knobs) => knobs.q4.groups === 4)).toBe(false);
  });

  it.each([1, 30, 120, 400, 2000])('ends where samples take %i ms', async (ms) => {
    const fake = new Fake();
    fake.ms = ({ q4, q8 }) => (q4.groups === 4 || !q8.direct ? ms * 0.9 : ms);
    const began = fake.nowMs;
    const knobs = await fake.knobs(Q4, Q8);
    // What begins in time may end behind it.
    expect(fake.nowMs - began).toBeLessThanOrEqual(TUNING_BUDGET_MS + ms);
    // Whatever was measured by then counts.
    expect(knobs.q4.groups).toBe(ms <= 120 ? 4 : 8);
    expect(fake.disposed).toBe(fake.opened);
  });

  it('goes to the next class where one leaves of it', async () => {
    const fake = new Fake();
    fake.ms = () => 100;
    await fake.knobs(Q4, Q8);
    const ofQ8 = fake.samples.length - fake.samples.findIndex(({ q8 }) => q8 !== DEFAULT_KNOBS.q8);
    expect(fake.samples.length).toBeLessThanOrEqual(10);
    expect(ofQ8).toBeGreaterThanOrEqual(3);
  });

  it('does not wait for what is never compiled', async () => {
    const fake = new Fake();
    const waits: number[] = [];
    const tuner = fake.tuner({
      openTimer: () => new Promise(() => undefined),
      waitFor: async (_, ms) => void waits.push(ms),
    });
    expect(await tuner.knobs([Q4], fake.records)).toEqual(DEFAULT_KNOBS);
    expect(waits).toEqual([TUNING_BUDGET_MS]);
  });

  it('is spent again in later loads where it was not enough, but no more than three times', async () => {
    const fake = new Fake();
    fake.openMs = 3000;
    for (let load = 1; load <= 5; load++) {
      expect(await fake.knobs(Q4)).toEqual(DEFAULT_KNOBS);
      expect(fake.opened).toBe(Math.min(load, MAX_ATTEMPTS));
    }
    expect(fake.samples).toEqual([]);
  });

  it('is spent once in a load, and no more after a load in which it was enough', async () => {
    const fake = new Fake();
    fake.openMs = 3000;
    const tuner = fake.tuner();
    await tuner.knobs([Q4], fake.records);
    await tuner.knobs([Q4], fake.records);
    expect(fake.opened).toBe(1);
    fake.openMs = 0;
    fake.ms = ({ q4 }) => (q4.groups === 16 ? 5 : 10);
    for (let load = 0; load < 3; load++) expect((await fake.knobs(Q4)).q4.groups).toBe(16);
    expect(fake.opened).toBe(2);
    expect(JSON.parse(fake.kept.get('adapter') ?? '').attempts).toEqual({});
  });

  it('of a candidate that does not compile is not waited for again', async () => {
    const fake = new Fake();
    fake.ms = ({ q4 }) => (q4.groups === 4 ? new Error('does not compile') : 10);
    await fake.knobs(Q4);
    await fake.knobs(Q4);
    expect(fake.opened).toBe(1);
  });
});

describe('a result', () => {
  /** One with another choice than the default, kept. */
  async function tuned(): Promise<Fake> {
    const fake = new Fake();
    fake.ms = ({ q4, q8 }) => (q4.groups === 16 || !q8.direct ? 5 : 10);
    await fake.knobs(Q4);
    expect(fake.opened).toBe(1);
    return fake;
  }

  it('is kept and not measured again', async () => {
    const fake = await tuned();
    expect((await fake.knobs(Q4)).q4.groups).toBe(16);
    expect(fake.opened).toBe(1);
  });

  it('of one class stays when another comes', async () => {
    const fake = await tuned();
    await fake.knobs(Q8);
    expect(fake.opened).toBe(2);
    const { q4, q8 } = await fake.knobs(Q4, Q8);
    expect([q4.groups, q8.direct]).toEqual([16, false]);
    expect(fake.opened).toBe(2);
  });

  it('is shared by models of one device, also while it is measured, and without storage', async () => {
    const fake = new Fake();
    fake.ms = ({ q4 }) => (q4.groups === 16 ? 5 : 10);
    const denied: TuningRecords = {
      get: () => Promise.reject(new Error('denied')),
      put: () => Promise.reject(new Error('denied')),
    };
    const tuner = fake.tuner();
    const both = await Promise.all([tuner.knobs([Q4], denied), tuner.knobs([Q4], denied)]);
    expect(both.map(({ q4 }) => q4.groups)).toEqual([16, 16]);
    expect((await tuner.knobs([Q4], denied)).q4.groups).toBe(16);
    expect(fake.opened).toBe(1);
  });

  it('of another browser or other kernels does not count', async () => {
    const fake = await tuned();
    fake.version = 'browser 2';
    fake.ms = () => 10;
    expect((await fake.knobs(Q4)).q4.groups).toBe(8);
    expect(fake.opened).toBe(2);
    expect(fake.kept.size).toBe(1);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{"version":'],
    ['null', 'null'],
    ['no object', '7'],
    ['no knobs', '{"version":"browser 1"}'],
    ['a knob missing', '{"version":"browser 1","knobs":{"q4":{"groups":4,"chunk":512}}}'],
    [
      'an absurd knob',
      '{"version":"browser 1","knobs":{"q4":{"groups":-4,"busyGroups":512,"lanes":64,"direct":false,"chunk":512,"integerDot":false,"integerTiles":false}}}',
    ],
    [
      'what runs elsewhere',
      '{"version":"browser 1","knobs":{"q4":{"groups":64,"busyGroups":512,"lanes":64,"direct":false,"chunk":512,"integerDot":false,"integerTiles":false}}}',
    ],
  ])('that is damaged is measured anew: %s', async (_, text) => {
    const fake = new Fake();
    fake.kept.set('adapter', text);
    fake.ms = ({ q4 }) => (q4.groups === 16 ? 5 : 10);
    expect((await fake.knobs(Q4)).q4.groups).toBe(16);
    expect(fake.opened).toBe(1);
    expect(JSON.parse(fake.kept.get('adapter') ?? '')).toEqual({
      version: 'browser 1',
      knobs: { q4: { ...DEFAULT_KNOBS.q4, groups: 16 } },
      attempts: {},
    });
  });

  it('is the default after an error, tried once on a device and not kept', async () => {
    const fake = new Fake();
    fake.ms = () => new Error('lost');
    const tuner = fake.tuner();
    expect(await tuner.knobs([Q4], fake.records)).toEqual(DEFAULT_KNOBS);
    expect(await tuner.knobs([Q4], fake.records)).toEqual(DEFAULT_KNOBS);
    expect([fake.opened, fake.disposed, fake.kept.size]).toEqual([1, 1, 0]);
  });
});
