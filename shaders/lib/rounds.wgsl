// The rounds of a tile that are a split's: from the first to before the second.
fn rounds_of(split: u32, splits: u32) -> vec2u {
  let all = (K8 * 8u + DEPTH - 1u) / DEPTH;
  let each = (all + splits - 1u) / splits;
  return min(vec2u(split, split + 1u) * each, vec2u(all));
}
