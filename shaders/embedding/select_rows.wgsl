// y[i, :] = x[rows[i], :], for keeping only the rows that the head needs.
// Dispatch: (ceil(vectors / 64), kept rows).
override VECTORS: u32; // padded width / 4

@group(0) @binding(0) var<storage, read> rows: array<u32>; // [K]
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [R, M]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [K, M]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  if (at.x >= VECTORS) {
    return;
  }
  y[at.y * VECTORS + at.x] = x[rows[at.y] * VECTORS + at.x];
}
