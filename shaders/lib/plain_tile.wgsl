// A tile of x · Wᵀ in f32: LINES (16 or 64) rows of x × COLUMNS rows of W, each invocation holding 4 · LINE_QUADS × 4 sums. Both pass
// through workgroup memory, transposed: each invocation brings four rows of a few columns and turns them in registers, so that memory
// is read along rows, and workgroup memory written and read a vector at a time. The shader has `begin`, `x_base`, `w_row` and `finish`.
// LINES, LINE_QUADS (1 or 2)
const COLUMNS = 64u;
const DEPTH = 32u; // k per round
const X_QUADS = LINES / 4u; // quads of lines in a tile
const W_QUADS = COLUMNS / 4u;
const GROUPS = X_QUADS / LINE_QUADS;
const WG = GROUPS * W_QUADS;

var<workgroup> x_tile: array<vec4f, DEPTH * X_QUADS>; // [DEPTH, LINES], four lines a vector
var<workgroup> w_tile: array<vec4f, DEPTH * W_QUADS>; // [DEPTH, COLUMNS], four columns a vector

// Where a quad lies in a row of k whose quarter is given: what an invocation and its neighbours write lies in different banks.
fn x_place(quad: u32, quarter: u32) -> u32 {
  return quad ^ (quarter % min(8u, X_QUADS));
}

fn w_place(quad: u32, quarter: u32) -> u32 {
  return quad ^ (quarter % 8u);
}

fn x_at(base: u32, vector: u32) -> vec4f {
  if (vector >= 2u * K8) {
    return vec4f(0.0);
  }
  return x[base + vector];
}

// Four rows × four columns, turned.
fn put_x(at: u32, four: mat4x4f) {
  let turned = transpose(four);
  x_tile[at] = turned[0];
  x_tile[at + X_QUADS] = turned[1];
  x_tile[at + 2u * X_QUADS] = turned[2];
  x_tile[at + 3u * X_QUADS] = turned[3];
}

fn put_w(at: u32, four: mat4x4f) {
  let turned = transpose(four);
  w_tile[at] = turned[0];
  w_tile[at + W_QUADS] = turned[1];
  w_tile[at + 2u * W_QUADS] = turned[2];
  w_tile[at + 3u * W_QUADS] = turned[3];
}

fn multiply_tile(lid: u32) {
  // Four lines × four columns of x, four rows × eight columns of W; neighbours are next to each other in their rows.
  let vector = lid % 8u;
  let x_quad = lid / 8u;
  let unit = lid % 4u;
  let w_quad = lid / 4u;
  let brings_x = x_quad < X_QUADS;
  let brings_w = w_quad < W_QUADS;
  var x_rows = vec4u(0u);
  var w_rows = vec4u(0u);
  if (brings_x) {
    x_rows = vec4u(x_base(4u * x_quad), x_base(4u * x_quad + 1u), x_base(4u * x_quad + 2u), x_base(4u * x_quad + 3u));
  }
  if (brings_w) {
    w_rows = vec4u(w_row(4u * w_quad), w_row(4u * w_quad + 1u), w_row(4u * w_quad + 2u), w_row(4u * w_quad + 3u));
  }
  let line_quad = lid / W_QUADS;
  let column_quad = lid % W_QUADS;
  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  var s4 = vec4f(0.0);
  var s5 = vec4f(0.0);
  var s6 = vec4f(0.0);
  var s7 = vec4f(0.0);
  for (var round = 0u; round < (K8 + 3u) / 4u; round++) {
    if (brings_x) {
      let from_vector = round * 8u + vector;
      let four = mat4x4f(x_at(x_rows.x, from_vector), x_at(x_rows.y, from_vector), x_at(x_rows.z, from_vector), x_at(x_rows.w, from_vector));
      put_x(4u * vector * X_QUADS + x_place(x_quad, vector), four);
    }
    if (brings_w) {
      var a = Eight();
      var b = Eight();
      var c = Eight();
      var d = Eight();
      let from_unit = round * 4u + unit;
      if (from_unit < K8) {
        let raw_a = raw_unit(w_rows.x, from_unit);
        let raw_b = raw_unit(w_rows.y, from_unit);
        let raw_c = raw_unit(w_rows.z, from_unit);
        let raw_d = raw_unit(w_rows.w, from_unit);
        a = eight_of(raw_a);
        b = eight_of(raw_b);
        c = eight_of(raw_c);
        d = eight_of(raw_d);
      }
      put_w(8u * unit * W_QUADS + w_place(w_quad, 2u * unit), mat4x4f(a.lo, b.lo, c.lo, d.lo));
      put_w((8u * unit + 4u) * W_QUADS + w_place(w_quad, 2u * unit + 1u), mat4x4f(a.hi, b.hi, c.hi, d.hi));
    }
    workgroupBarrier();
    for (var quarter = 0u; quarter < DEPTH / 4u; quarter++) {
      let x_from = 4u * quarter * X_QUADS + x_place(line_quad, quarter);
      let more_from = 4u * quarter * X_QUADS + x_place(line_quad + GROUPS, quarter);
      let w_from = 4u * quarter * W_QUADS + w_place(column_quad, quarter);
      for (var k = 0u; k < 4u; k++) {
        let w = w_tile[w_from + k * W_QUADS];
        let a = x_tile[x_from + k * X_QUADS];
        s0 += a.x * w;
        s1 += a.y * w;
        s2 += a.z * w;
        s3 += a.w * w;
        if (LINE_QUADS > 1u) {
          let b = x_tile[more_from + k * X_QUADS];
          s4 += b.x * w;
          s5 += b.y * w;
          s6 += b.z * w;
          s7 += b.w * w;
        }
      }
    }
    workgroupBarrier();
  }
  let line = 4u * line_quad;
  let column = 4u * column_quad;
  finish(line, column, s0);
  finish(line + 1u, column, s1);
  finish(line + 2u, column, s2);
  finish(line + 3u, column, s3);
  if (LINE_QUADS > 1u) {
    let more = line + 4u * GROUPS;
    finish(more, column, s4);
    finish(more + 1u, column, s5);
    finish(more + 2u, column, s6);
    finish(more + 3u, column, s7);
  }
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lid: u32) {
  if (begin(group)) {
    multiply_tile(lid);
  }
}
