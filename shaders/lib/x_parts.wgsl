// x in two parts of f16 for tiles of subgroup matrices: what f16 holds of it, and what is left, in blocks of 16 rows × 16 of k. Once for
// a product, not once for each of its tiles. Workgroups of 256 take 16 rows × 64 of k. The shader has `x`, `high_part` and K8.
// DEPTH: rows are padded with zeros to a multiple of it
alias Part = vec4<f16>;

fn put_parts(block: u32, line: u32, vector: u32, x_base: u32) {
  let steps = (K8 * 8u + DEPTH - 1u) / DEPTH * (DEPTH / 16u);
  if (vector / 4u >= steps) {
    return;
  }
  var value = vec4f(0.0);
  if (vector < 2u * K8) {
    value = x[x_base + vector];
  }
  let high = high_part(value);
  let at = (block * steps + vector / 4u) * 128u + line * 4u + vector % 4u;
  parts[at] = vec4<f16>(high);
  parts[at + 64u] = vec4<f16>(value - high);
}
