// x as integers in blocks of 32 (integers.wgsl) for tiles of the packed dot product, row by row: the nearest of a block, what is left of
// them, then its scale and what its two sixteens sum to. Once for a product, not once for each of its tiles. Workgroups of 256 take
// 16 rows × 64 of k. The shader has `x` and K8.
// DEPTH: rows are padded with zeros to a multiple of it
alias Part = u32;
const BLOCK_WORDS = 20u;
var<workgroup> tops: array<f32, 256>;
var<workgroup> sums: array<i32, 256>;

fn put_parts(block: u32, line: u32, vector: u32, x_base: u32) {
  let lid = line * 16u + vector % 16u;
  var value = vec4f(0.0);
  if (vector < 2u * K8) {
    value = x[x_base + vector];
  }
  tops[lid] = largest_of(value);
  workgroupBarrier();
  var largest = 0.0;
  for (var i = 0u; i < 8u; i++) {
    largest = max(largest, tops[lid / 8u * 8u + i]);
  }
  let four = four_of(value, inverse_of(largest));
  sums[lid] = dot4I8Packed(four.x, ONES.x) * i32(REST) + dot4I8Packed(four.y, ONES.x);
  workgroupBarrier();
  let blocks = (K8 * 8u + DEPTH - 1u) / DEPTH * (DEPTH / 32u);
  if (vector / 8u >= blocks) {
    return;
  }
  let place = vector % 8u;
  let at = ((block * 16u + line) * blocks + vector / 8u) * BLOCK_WORDS;
  parts[at + place] = four.x;
  parts[at + 8u + place] = four.y;
  let scale = scale_of_largest(largest);
  if (place == 0u) {
    parts[at + 16u] = bitcast<u32>(scale);
  }
  if (place % 4u == 0u) {
    parts[at + 17u + place / 4u] = bitcast<u32>(f32(sums[lid] + sums[lid + 1u] + sums[lid + 2u] + sums[lid + 3u]) * scale);
  }
}
