// x as a tile takes it, in the order of the pairs that `group` listed, tile by tile: lib/x_parts.wgsl or lib/x_integers.wgsl.
// Dispatch: (ceil(K / 64), LINES / 16 · an upper bound of the tiles; the surplus exits).

// @use shape
// DEPTH, LINES (of a tile)

override K8: u32; // padded width of x in units of 8
override X_DIVISOR: u32; // x has one row for as many pairs

@group(0) @binding(0) var<storage, read> tiles: array<vec4u>; // number of tiles; then expert, first and end in `pairs` of each
@group(0) @binding(1) var<storage, read> pairs: array<u32>; // by expert
@group(0) @binding(2) var<storage, read> x: array<vec4f>; // [R, K] or [R · slots, K]
@group(0) @binding(3) var<storage, read_write> parts: array<Part>; // as the snippet lays them out

// @use parts

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let index = group.y / (LINES / 16u);
  if (index >= tiles[0].x) {
    return;
  }
  let tile = tiles[1u + index];
  let line = lid / 16u;
  let pair = min(tile.y + group.y % (LINES / 16u) * 16u + line, tile.z - 1u);
  put_parts(group.y, line, group.x * 16u + lid % 16u, pairs[pair] / X_DIVISOR * 2u * K8);
}
