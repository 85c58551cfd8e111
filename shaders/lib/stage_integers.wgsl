// x of a GEMV in workgroup memory as integers.
const PITCH = 2u * SPAN_BLOCKS + 1u; // neighbours' vectors lie in different banks
var<workgroup> x_chunk: array<vec4u, CHUNK_SPANS * PITCH>;
var<workgroup> x_scales: array<f32, CHUNK_SPANS * SPAN_BLOCKS>;

fn stage_x(x_base: u32, chunk: u32, lid: u32, squares: ptr<function, f32>) {
  for (var index = lid; index < CHUNK / 4u; index += WG) {
    var values = array<vec4f, 4>();
    for (var i = 0u; i < 4u; i++) {
      let vector = chunk + 4u * index + i;
      if (vector < 2u * K8) {
        values[i] = load_x(x_base, vector, squares);
      }
    }
    let block = block_of(values);
    let at = index / SPAN_BLOCKS * PITCH + 2u * (index % SPAN_BLOCKS);
    x_chunk[at] = block.integers.nearest;
    x_chunk[at + 1u] = block.integers.rest;
    x_scales[index] = block.scale;
  }
}

fn staged_x(span: u32) -> SpanX {
  var x = SpanX();
  for (var block = 0u; block < SPAN_BLOCKS; block++) {
    x.nearest[block] = x_chunk[span * PITCH + 2u * block];
    x.rest[block] = x_chunk[span * PITCH + 2u * block + 1u];
    x.scale[block] = x_scales[span * SPAN_BLOCKS + block];
  }
  return x;
}
