// A tile of x · Wᵀ in f32: LINES rows of x × COLUMNS rows of W, each invocation holding 4 · LINE_QUADS × 4 · COLUMN_QUADS sums. Both
// pass through workgroup memory, transposed: an invocation brings four rows of a few columns and turns them in registers, so that memory
// is read along rows, and workgroup memory written and read a vector at a time. The shader has X_BINDING, `begin`, `x_base`, `w_row` and `finish`.
// LINES, COLUMNS, LINE_QUADS and COLUMN_QUADS (1 or 2), DEPTH (k per round: 16 or 32)
const X_QUADS = LINES / 4u; // quads of lines in a tile
const W_QUADS = COLUMNS / 4u;
const LINE_GROUPS = X_QUADS / LINE_QUADS;
const COLUMN_GROUPS = W_QUADS / COLUMN_QUADS;
const WG = LINE_GROUPS * COLUMN_GROUPS;
const VECTORS = DEPTH / 4u;
const UNITS = DEPTH / 8u;
const SPREAD = 32u / DEPTH;

@group(0) @binding(X_BINDING) var<storage, read> x: array<vec4f>; // in rows of K
var<workgroup> x_tile: array<vec4f, DEPTH * X_QUADS>; // [DEPTH, LINES], four lines a vector
var<workgroup> w_tile: array<vec4f, DEPTH * W_QUADS>; // [DEPTH, COLUMNS], four columns a vector

// Where a quad lies in the rows of a quarter, which are four of k: what neighbours write lies in different banks.
fn x_place(quad: u32, quarter: u32) -> u32 {
  return quad ^ (quarter * SPREAD % min(8u, X_QUADS));
}

fn w_place(quad: u32, quarter: u32) -> u32 {
  return quad ^ (quarter * SPREAD % 8u);
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

fn multiply_tile(lid: u32, _first_line: u32, rounds: vec2u) {
  // Four lines × four columns of x, four rows × eight columns of W; neighbours are next to each other in their rows.
  let vector = lid % VECTORS;
  let x_quad = lid / VECTORS;
  let brings_x = x_quad < X_QUADS;
  let from_end = WG - 1u - lid;
  let unit = from_end % UNITS;
  let w_quad = from_end / UNITS;
  let brings_w = w_quad < W_QUADS;
  var x_rows = vec4u(0u);
  var w_rows = vec4u(0u);
  if (brings_x) {
    x_rows = vec4u(x_base(4u * x_quad), x_base(4u * x_quad + 1u), x_base(4u * x_quad + 2u), x_base(4u * x_quad + 3u));
  }
  if (brings_w) {
    w_rows = vec4u(w_row(4u * w_quad), w_row(4u * w_quad + 1u), w_row(4u * w_quad + 2u), w_row(4u * w_quad + 3u));
  }
  let line_quad = lid / COLUMN_GROUPS;
  let column_quad = lid % COLUMN_GROUPS;
  // s: of the first quad of columns, t: of the second.
  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  var s4 = vec4f(0.0);
  var s5 = vec4f(0.0);
  var s6 = vec4f(0.0);
  var s7 = vec4f(0.0);
  var t0 = vec4f(0.0);
  var t1 = vec4f(0.0);
  var t2 = vec4f(0.0);
  var t3 = vec4f(0.0);
  var t4 = vec4f(0.0);
  var t5 = vec4f(0.0);
  var t6 = vec4f(0.0);
  var t7 = vec4f(0.0);
  for (var round = rounds.x; round < rounds.y; round++) {
    if (brings_x) {
      let at = round * VECTORS + vector;
      let four = mat4x4f(x_at(x_rows.x, at), x_at(x_rows.y, at), x_at(x_rows.z, at), x_at(x_rows.w, at));
      put_x(4u * vector * X_QUADS + x_place(x_quad, vector), four);
    }
    if (brings_w) {
      var a = Eight();
      var b = Eight();
      var c = Eight();
      var d = Eight();
      let at = round * UNITS + unit;
      if (at < K8) {
        let raw_a = raw_unit(w_rows.x, at);
        let raw_b = raw_unit(w_rows.y, at);
        let raw_c = raw_unit(w_rows.z, at);
        let raw_d = raw_unit(w_rows.w, at);
        a = eight_of(raw_a);
        b = eight_of(raw_b);
        c = eight_of(raw_c);
        d = eight_of(raw_d);
      }
      put_w(8u * unit * W_QUADS + w_place(w_quad, 2u * unit), mat4x4f(a.lo, b.lo, c.lo, d.lo));
      put_w((8u * unit + 4u) * W_QUADS + w_place(w_quad, 2u * unit + 1u), mat4x4f(a.hi, b.hi, c.hi, d.hi));
    }
    workgroupBarrier();
    for (var quarter = 0u; quarter < VECTORS; quarter++) {
      let x_from = 4u * quarter * X_QUADS + x_place(line_quad, quarter);
      let x_more = 4u * quarter * X_QUADS + x_place(line_quad + LINE_GROUPS, quarter);
      let w_from = 4u * quarter * W_QUADS + w_place(column_quad, quarter);
      let w_more = 4u * quarter * W_QUADS + w_place(column_quad + COLUMN_GROUPS, quarter);
      for (var k = 0u; k < 4u; k++) {
        let v = w_tile[w_from + k * W_QUADS];
        var w = vec4f(0.0);
        if (COLUMN_QUADS > 1u) {
          w = w_tile[w_more + k * W_QUADS];
        }
        let a = x_tile[x_from + k * X_QUADS];
        s0 += a.x * v;
        s1 += a.y * v;
        s2 += a.z * v;
        s3 += a.w * v;
        if (COLUMN_QUADS > 1u) {
          t0 += a.x * w;
          t1 += a.y * w;
          t2 += a.z * w;
          t3 += a.w * w;
        }
        if (LINE_QUADS > 1u) {
          let b = x_tile[x_more + k * X_QUADS];
          s4 += b.x * v;
          s5 += b.y * v;
          s6 += b.z * v;
          s7 += b.w * v;
          if (COLUMN_QUADS > 1u) {
            t4 += b.x * w;
            t5 += b.y * w;
            t6 += b.z * w;
            t7 += b.w * w;
          }
        }
      }
    }
    workgroupBarrier();
  }
  let line = 4u * line_quad;
  let column = 4u * column_quad;
  put_lines(line, column, s0, s1, s2, s3);
  if (COLUMN_QUADS > 1u) {
    put_lines(line, column + 4u * COLUMN_GROUPS, t0, t1, t2, t3);
  }
  if (LINE_QUADS > 1u) {
    put_lines(line + 4u * LINE_GROUPS, column, s4, s5, s6, s7);
    if (COLUMN_QUADS > 1u) {
      put_lines(line + 4u * LINE_GROUPS, column + 4u * COLUMN_GROUPS, t4, t5, t6, t7);
    }
  }
}

fn put_lines(line: u32, column: u32, a: vec4f, b: vec4f, c: vec4f, d: vec4f) {
  finish(line, column, a);
  finish(line + 1u, column, b);
  finish(line + 2u, column, c);
  finish(line + 3u, column, d);
}
