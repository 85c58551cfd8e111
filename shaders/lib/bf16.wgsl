// The nearest bfloat16, ties to even, in the low half of a word; exact where the value is one already.
fn to_bf16(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
}
