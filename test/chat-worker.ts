// The worker of worker.test.ts, as a user would write it.
import { serve } from '../src/worker.ts';

serve();
