// What changes from step to step, written by the CPU before each submit: see src/kernels/step.ts for the twin.
@group(0) @binding(0) var<storage, read> step: array<u32>;
const STEP_TOKENS = 0u; // T, new tokens per sequence
const STEP_PAST = 1u; // S, cached slots before this step
const STEP_KEPT = 2u; // rows per sequence that go on to the head
const STEP_COUNTER = 3u; // tokens sampled so far, for the random numbers
const STEP_SPLITS = 4u; // splits of the cache in decode attention
const STEP_CAPACITY = 5u; // slots per sequence in the cache
const STEP_TOKEN_ROWS = 6u; // B · T
const STEP_KEPT_ROWS = 7u; // B · kept
const STEP_ROPE = 8u; // then, for each row and frequency: cos, sin

fn capacity() -> u32 {
  return step[STEP_CAPACITY];
}
