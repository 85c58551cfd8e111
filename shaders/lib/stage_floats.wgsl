// x of a GEMV in workgroup memory as it is.
const PITCH = SPAN_VECTORS + 1u; // neighbours' vectors lie in different banks
var<workgroup> x_chunk: array<vec4f, CHUNK_SPANS * PITCH>;

const AT_ONCE = 8u; // on their way

fn stage_x(x_base: u32, chunk: u32, lid: u32, squares: ptr<function, f32>) {
  for (var first = lid; first < CHUNK; first += AT_ONCE * WG) {
    var values = array<vec4f, AT_ONCE>();
    for (var i = 0u; i < AT_ONCE; i++) {
      let vector = first + i * WG;
      if (vector < CHUNK && chunk + vector < 2u * K8) {
        values[i] = load_x(x_base, chunk + vector, squares);
      }
    }
    for (var i = 0u; i < AT_ONCE; i++) {
      let vector = first + i * WG;
      if (vector < CHUNK) {
        x_chunk[vector + vector / SPAN_VECTORS] = values[i];
      }
    }
  }
}

fn staged_x(span: u32) -> SpanX {
  var vectors = array<vec4f, SPAN_VECTORS>();
  for (var i = 0u; i < SPAN_VECTORS; i++) {
    vectors[i] = x_chunk[span * PITCH + i];
  }
  return span_x_of(vectors);
}
