// y[r, n] = act(Σ_k W[n, k] · x[r, k] + b[n]) + residual[r, n] for many rows: register-tiled, 64 rows × 64 columns a
// workgroup of 128 invocations, each holding 8 × 4 sums; tiles of x and W pass through workgroup memory, transposed.
// When ACT is set, rows 2i and 2i + 1 of W are gate and up, and y[r, i] = act(gate) · up.
// Dispatch: (ceil(N / 64), ceil(rows / 64)). Sums in f32. Widths are padded with zeros to multiples of 8.

const TILE = 64u;
const DEPTH = 32u; // k per round
const QUADS = TILE / 4u; // groups of four rows in a tile

// @use step
// @use weights
// @use activation
// @use gemm

var<workgroup> x_tile: array<vec4f, DEPTH * QUADS>; // [DEPTH, TILE], four rows of x a vector
var<workgroup> w_tile: array<vec4f, DEPTH * QUADS>; // [DEPTH, TILE], four rows of W a vector

fn x_at(row: u32, vector: u32, rows: u32) -> vec4f {
  if (row >= rows || vector >= 2u * K8) {
    return vec4f(0.0);
  }
  return x[row * 2u * K8 + vector];
}

fn w_at(row: u32, unit: u32, rows: u32) -> Eight {
  if (row >= rows || unit >= K8) {
    return Eight(vec4f(0.0), vec4f(0.0));
  }
  return weight_unit(row * K8 + unit);
}

fn finish(row: u32, column: u32, rows: u32, columns: u32, sums: vec4f) {
  if (row < rows && column < columns) {
    put_result(row, column, sums);
  }
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  let rows = step[ROWS];
  let columns = weight_rows();
  let row0 = group.y * TILE;
  let column0 = group.x * TILE;
  let m0 = (lid / 16u) * 8u; // this invocation's 8 rows
  let n0 = (lid % 16u) * 4u; // and 4 columns
  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  var s4 = vec4f(0.0);
  var s5 = vec4f(0.0);
  var s6 = vec4f(0.0);
  var s7 = vec4f(0.0);
  // Each invocation brings four rows × four columns of x, each of the first half four rows × eight columns of W,
  // and turns them in registers, so that workgroup memory is written and read a vector at a time.
  let quad = lid % QUADS;
  let part = lid / QUADS; // 0 to 7
  for (var round = 0u; round < (K8 + 3u) / 4u; round++) {
    let vector = round * 8u + part;
    let a0 = x_at(row0 + quad * 4u, vector, rows);
    let a1 = x_at(row0 + quad * 4u + 1u, vector, rows);
    let a2 = x_at(row0 + quad * 4u + 2u, vector, rows);
    let a3 = x_at(row0 + quad * 4u + 3u, vector, rows);
    let x_base = part * 4u * QUADS + quad;
    x_tile[x_base] = vec4f(a0.x, a1.x, a2.x, a3.x);
    x_tile[x_base + QUADS] = vec4f(a0.y, a1.y, a2.y, a3.y);
    x_tile[x_base + 2u * QUADS] = vec4f(a0.z, a1.z, a2.z, a3.z);
    x_tile[x_base + 3u * QUADS] = vec4f(a0.w, a1.w, a2.w, a3.w);
    if (part < 4u) {
      let unit = round * 4u + part;
      let b0 = w_at(column0 + quad * 4u, unit, columns);
      let b1 = w_at(column0 + quad * 4u + 1u, unit, columns);
      let b2 = w_at(column0 + quad * 4u + 2u, unit, columns);
      let b3 = w_at(column0 + quad * 4u + 3u, unit, columns);
      let w_base = part * 8u * QUADS + quad;
      w_tile[w_base] = vec4f(b0.lo.x, b1.lo.x, b2.lo.x, b3.lo.x);
      w_tile[w_base + QUADS] = vec4f(b0.lo.y, b1.lo.y, b2.lo.y, b3.lo.y);
      w_tile[w_base + 2u * QUADS] = vec4f(b0.lo.z, b1.lo.z, b2.lo.z, b3.lo.z);
      w_tile[w_base + 3u * QUADS] = vec4f(b0.lo.w, b1.lo.w, b2.lo.w, b3.lo.w);
      w_tile[w_base + 4u * QUADS] = vec4f(b0.hi.x, b1.hi.x, b2.hi.x, b3.hi.x);
      w_tile[w_base + 5u * QUADS] = vec4f(b0.hi.y, b1.hi.y, b2.hi.y, b3.hi.y);
      w_tile[w_base + 6u * QUADS] = vec4f(b0.hi.z, b1.hi.z, b2.hi.z, b3.hi.z);
      w_tile[w_base + 7u * QUADS] = vec4f(b0.hi.w, b1.hi.w, b2.hi.w, b3.hi.w);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let a = x_tile[k * QUADS + m0 / 4u];
      let b = x_tile[k * QUADS + m0 / 4u + 1u];
      let c = w_tile[k * QUADS + n0 / 4u];
      s0 += a.x * c;
      s1 += a.y * c;
      s2 += a.z * c;
      s3 += a.w * c;
      s4 += b.x * c;
      s5 += b.y * c;
      s6 += b.z * c;
      s7 += b.w * c;
    }
    workgroupBarrier();
  }
  let row = row0 + m0;
  let column = column0 + n0;
  finish(row, column, rows, columns, s0);
  finish(row + 1u, column, rows, columns, s1);
  finish(row + 2u, column, rows, columns, s2);
  finish(row + 3u, column, rows, columns, s3);
  finish(row + 4u, column, rows, columns, s4);
  finish(row + 5u, column, rows, columns, s5);
  finish(row + 6u, column, rows, columns, s6);
  finish(row + 7u, column, rows, columns, s7);
}
