// Whether this is the slow sweep (`npm run sweep`), which runs the combinations that `npm test` leaves out for the time they take.
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    sweep: boolean;
  }
}

export const IS_SWEEP = inject('sweep');
