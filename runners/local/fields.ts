import type { FieldTable } from '../fields.ts';

/** The fields of `runner local { }`. */
export const LOCAL_FIELDS = {
  slots: { type: 'int', about: 'cpus to give out at once; default: those of the machine' },
  memory: { type: 'size', about: 'memory to give out; default: that of the machine' },
  grace: {
    type: 'duration',
    about: 'between asking a payload to end and killing it; default 10 s',
  },
} as const satisfies FieldTable;
