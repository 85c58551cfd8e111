// npm run sweep: all tests with the combinations that npm test leaves out, a model of 4 GiB and twenty killed browsers.
// Ten minutes on two fast processors, half an hour on slow ones. Arguments go to Vitest.
Object.assign(process.env, { INTAB_SWEEP: '1', INTAB_LOAD_GIB: '4', INTAB_KILLS: '20' });
await import('./test.mjs');
