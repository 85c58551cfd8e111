// Moves packed rows (src/quant/packed.ts), each with its quants and then its scales, to their places in a matrix, where all quants lie
// before all scales. One invocation moves one word. Dispatch: (ceil(words of a row / 64), rows).

// @use batch
// BITS, GROUP, ASYMMETRIC (0 or 1)

@group(0) @binding(1) var<storage, read> source: array<u32>; // packed rows
@group(0) @binding(2) var<storage, read_write> destination: array<u32>; // [N, K] quants, then [N] scales

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let width = batch.units * 8u;
  let quant_words = width * BITS / 32u;
  let scale_words = (width / GROUP + 1u - ASYMMETRIC) / (2u - ASYMMETRIC);
  let row_words = quant_words + scale_words;
  let rows = arrayLength(&destination) / row_words;
  let row = destination_row(at.y);
  if (at.x >= row_words || row >= rows) {
    return;
  }
  let quant_place = row * quant_words + at.x;
  let scale_place = rows * quant_words + row * scale_words + at.x - quant_words;
  destination[select(scale_place, quant_place, at.x < quant_words)] = source[at.y * row_words + at.x];
}
