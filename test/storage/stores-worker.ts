// Runs the stores in a worker, where files have synchronous handles.
import { openStores } from '../../src/storage/stores.ts';
import { checkStore } from './store-contract.ts';

self.addEventListener('message', async () => {
  try {
    const { chunks, preferred } = await openStores();
    const passed: string[] = [];
    for (const [name, store] of chunks) {
      await checkStore(async () => store);
      passed.push(name);
    }
    self.postMessage({ passed, preferred });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
});
