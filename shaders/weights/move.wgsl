// Moves rows of a checkpoint tensor that are as long and of the dtype as they will be, each to its place. One invocation moves
// 16 bytes. Dispatch: ceil(16 bytes of all rows / 64).

// @use batch
override VECTORS: u32; // of 8 weights: 2 for f32, 1 for 16 bits

@group(0) @binding(1) var<storage, read> source: array<vec4u>; // [rows, K]
@group(0) @binding(2) var<storage, read_write> destination: array<vec4u>; // [N, K]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let width = batch.units * VECTORS;
  let batch_row = at.x / width;
  let row = destination_row(batch_row);
  if (batch_row < batch.rows && row < arrayLength(&destination) / width) {
    destination[row * width + at.x % width] = source[at.x];
  }
}
