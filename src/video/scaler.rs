//! The one render pass: a black window with the picture enlarged in its place.

use pixels::{PixelsContext, wgpu};

use super::layout::{Filter, Rect};
use crate::nes::output::{HEIGHT, WIDTH};

/// The pipeline with its two samplers.
pub struct Scaler {
    pipeline: wgpu::RenderPipeline,
    nearest: wgpu::BindGroup,
    linear: wgpu::BindGroup,
    enlarged: wgpu::Buffer,
}

impl Scaler {
    /// Builds the pipeline for a target of that format.
    pub fn new(context: &PixelsContext, format: wgpu::TextureFormat) -> Self {
        let device = &context.device;
        let module = device.create_shader_module(wgpu::include_wgsl!("shaders/scale.wgsl"));
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("scaler"),
            entries: &[
                entry(
                    0,
                    wgpu::BindingType::Texture {
                        sample_type: wgpu::TextureSampleType::Float { filterable: true },
                        multisampled: false,
                        view_dimension: wgpu::TextureViewDimension::D2,
                    },
                ),
                entry(1, wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering)),
                entry(
                    2,
                    wgpu::BindingType::Buffer {
                        ty: wgpu::BufferBindingType::Uniform,
                        has_dynamic_offset: false,
                        min_binding_size: wgpu::BufferSize::new(16),
                    },
                ),
            ],
        });
        let enlarged = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("scaler"),
            size: 16,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let view = context.texture.create_view(&wgpu::TextureViewDescriptor::default());
        let bind = |filter| {
            let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
                label: Some("scaler"),
                mag_filter: filter,
                min_filter: filter,
                ..wgpu::SamplerDescriptor::default()
            });
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("scaler"),
                layout: &layout,
                entries: &[
                    wgpu::BindGroupEntry {
                        binding: 0,
                        resource: wgpu::BindingResource::TextureView(&view),
                    },
                    wgpu::BindGroupEntry {
                        binding: 1,
                        resource: wgpu::BindingResource::Sampler(&sampler),
                    },
                    wgpu::BindGroupEntry { binding: 2, resource: enlarged.as_entire_binding() },
                ],
            })
        };
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("scaler"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("scaler"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("corner"),
                buffers: &[],
                compilation_options: wgpu::PipelineCompilationOptions::default(),
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("pixel"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(wgpu::ColorTargetState {
                    format,
                    blend: None,
                    write_mask: wgpu::ColorWrites::ALL,
                })],
            }),
            multiview_mask: None,
            cache: None,
        });
        let (nearest, linear) = (bind(wgpu::FilterMode::Nearest), bind(wgpu::FilterMode::Linear));
        Self { pipeline, nearest, linear, enlarged }
    }

    /// Records the pass: the picture at `place`, black around it.
    pub fn draw(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        target: &wgpu::TextureView,
        context: &PixelsContext,
        place: Rect,
        filter: Filter,
    ) {
        let (width, height) = (place.width as f32, place.height as f32);
        let by = match filter {
            Filter::Sharp => [width / WIDTH as f32, height / HEIGHT as f32].map(|by| by.max(1.)),
            Filter::Nearest | Filter::Linear => [1., 1.],
        };
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&by[0].to_ne_bytes());
        bytes[4..8].copy_from_slice(&by[1].to_ne_bytes());
        context.queue.write_buffer(&self.enlarged, 0, &bytes);

        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("scaler"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: target,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                    store: wgpu::StoreOp::Store,
                },
            })],
            ..wgpu::RenderPassDescriptor::default()
        });
        pass.set_pipeline(&self.pipeline);
        let bindings = if filter == Filter::Nearest { &self.nearest } else { &self.linear };
        pass.set_bind_group(0, bindings, &[]);
        pass.set_viewport(place.x as f32, place.y as f32, width, height, 0., 1.);
        pass.draw(0..3, 0..1);
    }
}

fn entry(binding: u32, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
    let visibility = wgpu::ShaderStages::FRAGMENT;
    wgpu::BindGroupLayoutEntry { binding, visibility, ty, count: None }
}
