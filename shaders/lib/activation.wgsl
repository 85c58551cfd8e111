// The activations of gated MLPs. ACT is the number given in src/kernels/activation.ts; 0 is the identity.
override ACT: u32 = 0u;

// erf to 1.5e-7 (Abramowitz and Stegun 7.1.26).
fn erf(x: f32) -> f32 {
  let a = abs(x);
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(x) * (1.0 - poly * exp(-a * a));
}

// tanh overflows to NaN on some drivers for large arguments.
fn safe_tanh(x: f32) -> f32 {
  return tanh(clamp(x, -15.0, 15.0));
}

fn activate(x: f32) -> f32 {
  switch (ACT) {
    case 1u: { return x / (1.0 + exp(-x)); } // silu
    case 2u: { return 0.5 * x * (1.0 + erf(x * 0.70710678118654752)); } // gelu
    case 3u: { return 0.5 * x * (1.0 + safe_tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))); } // gelu, tanh form
    case 4u: { return x / (1.0 + exp(-1.702 * x)); } // quick_gelu
    case 5u: { return max(x, 0.0); } // relu
    case 6u: { let r = max(x, 0.0); return r * r; } // relu2
    case 7u: { return 1.0 / (1.0 + exp(-x)); } // sigmoid
    case 8u: { return safe_tanh(x); } // tanh
    default: { return x; }
  }
}
