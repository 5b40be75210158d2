// Enlarges the picture into the viewport.
//
// `enlarged` is how many pixels of the screen a pixel of the picture takes; the
// edge between two pixels is blurred over one pixel of the screen. With 1 the
// blur is the whole pixel, which is plain linear filtering; with a sampler that
// does not blend, nothing is blurred.

@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var filtering: sampler;
@group(0) @binding(2) var<uniform> enlarged: vec4<f32>;

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) at: vec2<f32>,
}

// One triangle that covers the viewport.
@vertex
fn corner(@builtin(vertex_index) n: u32) -> Corner {
    let at = vec2<f32>(f32((n << 1u) & 2u), f32(n & 2u));
    return Corner(vec4<f32>(at.x * 2.0 - 1.0, 1.0 - at.y * 2.0, 0.0, 1.0), at);
}

@fragment
fn pixel(corner: Corner) -> @location(0) vec4<f32> {
    let size = vec2<f32>(textureDimensions(picture));
    let at = corner.at * size;
    let from_middle = fract(at) - 0.5;
    let flat_part = 0.5 - 0.5 / enlarged.xy;
    let blurred = (from_middle - clamp(from_middle, -flat_part, flat_part)) * enlarged.xy + 0.5;
    return textureSample(picture, filtering, (floor(at) + blurred) / size);
}
