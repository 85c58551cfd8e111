// x of a GEMV in workgroup memory as it is.
const PITCH = SPAN_VECTORS + 1u; // neighbours' vectors lie in different banks
var<workgroup> x_chunk: array<vec4f, CHUNK_SPANS * PITCH>;

fn stage_x(x_base: u32, chunk: u32, lid: u32, squares: ptr<function, f32>) {
  for (var i = lid; i < CHUNK; i += WG) {
    var value = vec4f(0.0);
    if (chunk + i < 2u * K8) {
      value = load_x(x_base, chunk + i, squares);
    }
    x_chunk[i + i / SPAN_VECTORS] = value;
  }
}

fn staged_x(span: u32) -> SpanX {
  var vectors = array<vec4f, SPAN_VECTORS>();
  for (var i = 0u; i < SPAN_VECTORS; i++) {
    vectors[i] = x_chunk[span * PITCH + i];
  }
  return span_x_of(vectors);
}
