// The numbers of a batch of rows (batch.wgsl).
override SOURCE: u32; // 0 f32, 1 f16, 2 bf16

@group(0) @binding(1) var<storage, read> source: array<u32>; // [rows, columns], packed

// The element of a row of the batch; 0 in the padding.
fn source_element(row: u32, column: u32) -> f32 {
  if (column >= batch.columns) {
    return 0.0;
  }
  let i = row * batch.columns + column;
  if (SOURCE == 0u) {
    return bitcast<f32>(source[i]);
  }
  let half = (source[i / 2u] >> (16u * (i % 2u))) & 0xffffu;
  if (SOURCE == 1u) {
    return unpack2x16float(half).x;
  }
  return bitcast<f32>(half << 16u);
}
